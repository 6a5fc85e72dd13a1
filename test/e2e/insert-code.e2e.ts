// "Insert code" writes the cell that does without the panel what the panel did, and it computes the same integers.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { poll } from './poll';
import { batchesCell, blocksCell, compareCell, imports, keepCell, nothingDiffers } from './cells';
import { Lab, type Notebook } from './lab';
import { Panel } from './panel';

describe('insert code', () => {
  let lab: Lab;
  let notebook: Notebook;
  let panel: Panel;
  let byPanel: string;
  beforeAll(async () => {
    lab = await Lab.start('insert-code');
    notebook = await lab.openCells('notebooks/insert.ipynb', [
      imports,
      blocksCell,
      batchesCell,
      '1 + 1',
      keepCell,
      compareCell
    ]);
    panel = new Panel(lab.page);
    await panel.open();
    for (const index of [0, 1, 2]) await notebook.run(index);
    await notebook.select(1);
    await panel.shows('Blocks');
    await panel.markByKey('first.gate', 'n');
    await poll(() => panel.node('first_gate_scale').count()).toBe(0);
    await panel.chooseCalibration('batches');
    await panel.button(/^Calibrate/).click();
    await panel.atStage('Calibrated');
    await panel.button('Convert').click();
    await panel.atStage('Converted');
    byPanel = await panel.qparams('second_fc');
    await notebook.run(4);
    await notebook.select(1);
  });
  afterAll(() => lab.stop());

  test('puts one cell below the active one, with the mark, the calibration and the conversion in it', async () => {
    lab.watch();
    await notebook.select(2);
    await panel.button('Insert code').click();
    await poll(() => notebook.cells().count()).toBe(7);
    const source = await notebook.source(3);
    for (const part of ['prepareFx(', 'convertFx(', 'first.gate', 'batches']) expect(source).toContain(part);
    expect(await notebook.source(4)).toBe('1 + 1');
    await lab.screenshot('inserted');
  });

  test('the inserted cell runs, and the panel then shows the same scale and zero point as before', async () => {
    lab.watch();
    const said = await notebook.run(3);
    expect(said).not.toMatch(/error/i);
    await panel.atStage('Converted');
    expect(await panel.qparams('second_fc')).toBe(byPanel);
    await lab.screenshot('run');
  });

  test('the model of the inserted cell has the same integers as the panel’s, weights and outputs', async () => {
    lab.watch();
    const said = await notebook.run(6);
    expect(said).toMatch(nothingDiffers);
  });
});
