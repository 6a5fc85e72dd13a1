// A custom module, all the way: float → observed → quantized class of the notebook, calibrated and converted in the
// panel, and the same by the inserted cell.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { poll } from './poll';
import {
  batchesCell,
  blocksCell,
  compareCell,
  customGateCell,
  imports,
  keepCell,
  nothingDiffers
} from './cells';
import { Lab, type Notebook } from './lab';
import { Panel } from './panel';

describe('a custom module', () => {
  let lab: Lab;
  let notebook: Notebook;
  let panel: Panel;
  beforeAll(async () => {
    lab = await Lab.start('custom');
    const cells = [imports, blocksCell, customGateCell, batchesCell, keepCell, compareCell];
    notebook = await lab.openCells('notebooks/custom.ipynb', cells);
    panel = new Panel(lab.page);
    await panel.open();
    for (const index of [0, 1, 2, 3]) await notebook.run(index);
    await notebook.select(1);
    await panel.shows('Blocks');
    await panel.markByKey('first.gate', 'c');
    await panel.chooseCustom('ObservedGate', 'QuantizedGate');
    await poll(() => panel.node('first_gate_scale').count()).toBe(0);
  });
  afterAll(() => lab.stop());

  test('is observed while calibrating and quantized when converted', async () => {
    lab.watch();
    await panel.chooseCalibration('batches');
    await panel.button(/^Calibrate/).click();
    await panel.atStage('Calibrated');
    await panel.observerAfter('first_gate').waitFor();
    await lab.screenshot('calibrated');
    await panel.button('Convert').click();
    await panel.atStage('Converted');
    await panel.node('first_gate').click();
    expect(await panel.inspector.innerText()).toContain('QuantizedGate');
    await lab.screenshot('converted');
  });

  test('comes out of the inserted cell with the same integers', async () => {
    lab.watch();
    await notebook.run(4);
    await notebook.select(3);
    await panel.button('Insert code').click();
    await poll(() => notebook.cells().count()).toBe(7);
    const source = await notebook.source(4);
    for (const part of ['setFloatToObservedMapping(Gate, ObservedGate)', 'QuantizedGate'])
      expect(source).toContain(part);
    expect(await notebook.run(4)).not.toMatch(/error/i);
    expect(await notebook.run(6)).toMatch(nothingDiffers);
  });
});
