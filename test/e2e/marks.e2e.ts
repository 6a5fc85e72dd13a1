// Marks: by name and by class, from the graph and from the module tree; the graph re-traces at once, undo takes back.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { poll } from './poll';
import { blocksCell, customGateCell, imports } from './cells';
import { Lab, type Notebook } from './lab';
import { Panel } from './panel';

describe('marks', () => {
  let lab: Lab;
  let notebook: Notebook;
  let panel: Panel;
  let unmarked: number;
  beforeAll(async () => {
    lab = await Lab.start('marks');
    notebook = await lab.openCells('notebooks/marks.ipynb', [imports, blocksCell, customGateCell]);
    panel = new Panel(lab.page);
    await panel.open();
    await notebook.run(0);
    await notebook.run(1);
    await panel.shows('Blocks');
    await panel.node('first_gate_scale').waitFor();
    unmarked = await panel.nodes().count();
  });
  afterAll(() => lab.stop());

  test('non-traceable by name, by the key N on a node, makes its module one node', async () => {
    lab.watch();
    await panel.markByKey('first.gate', 'n');
    await poll(() => panel.node('first_gate_scale').count()).toBe(0);
    await panel.node('second_gate_scale').waitFor();
    expect(await panel.nodes().count()).toBeLessThan(unmarked);
    expect(await panel.node('first_gate').getAttribute('aria-label')).toContain('non-traceable');
    await lab.screenshot('by-name');
  });

  test('undo takes the mark back and redo sets it again', async () => {
    lab.watch();
    await panel.button(/^Undo/).click();
    await panel.node('first_gate_scale').waitFor();
    expect(await panel.nodes().count()).toBe(unmarked);
    await panel.button(/^Redo/).click();
    await poll(() => panel.node('first_gate_scale').count()).toBe(0);
    await panel.button(/^Undo/).click();
    await panel.node('first_gate_scale').waitFor();
  });

  test('non-traceable by class, from the module tree, says how many modules it is and marks them all', async () => {
    lab.watch();
    await panel.markInTree('first.gate', /non-traceable.*class.*2/i);
    await poll(() => panel.node('first_gate_scale').count()).toBe(0);
    await poll(() => panel.node('second_gate_scale').count()).toBe(0);
    await lab.screenshot('by-class');
    await panel.button(/^Undo/).click();
    await panel.node('second_gate_scale').waitFor();
  });

  test('leaf, by the key L', async () => {
    lab.watch();
    await panel.markByKey('second.gate', 'l');
    await poll(() => panel.node('second_gate_scale').count()).toBe(0);
    expect(await panel.node('second_gate').getAttribute('aria-label')).toContain('leaf');
    await panel.button(/^Undo/).click();
    await panel.node('second_gate_scale').waitFor();
  });

  test('custom offers the classes of the notebook that fit, and shows what the module becomes', async () => {
    lab.watch();
    await notebook.run(2);
    await notebook.select(1);
    await panel.shows('Blocks');
    await panel.markByKey('first.gate', 'c');
    await panel.chooseCustom('ObservedGate', 'QuantizedGate');
    await poll(() => panel.node('first_gate_scale').count()).toBe(0);
    expect(await panel.node('first_gate').getAttribute('aria-label')).toMatch(/custom/);
    await lab.screenshot('custom');
  });
});
