// "Insert code" writes the cell that does without the panel what the panel did, and it computes the same integers.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digitsCells } from './cells';
import { Lab, type Notebook } from './lab';
import { Panel } from './panel';

describe('insert code', () => {
  let lab: Lab;
  let notebook: Notebook;
  let panel: Panel;
  beforeAll(async () => {
    lab = await Lab.start('insert-code');
    notebook = await lab.openCells('notebooks/insert.ipynb', [...digitsCells(), '1 + 1']);
    panel = new Panel(lab.page);
    await panel.open();
    await notebook.run(0);
    await notebook.run(1);
    await panel.shows('net');
    await panel.node('fc1').click();
    await lab.page.keyboard.press('n');
    await panel.chooseCalibration('calibration');
    await panel.button(/^Calibrate/).click();
    await panel.atStage('Calibrated');
    await panel.button('Convert').click();
    await panel.atStage('Converted');
  });
  afterAll(() => lab.stop());

  test('puts one cell below the active one, with the mark, the calibration and the conversion in it', async () => {
    lab.watch();
    await notebook.select(1);
    await panel.button('Insert code').click();
    await expect.poll(() => notebook.cells().count()).toBe(4);
    const source = await notebook.source(2);
    for (const part of ['prepareFx(', 'convertFx(', 'fc1', 'calibration']) expect(source).toContain(part);
    expect(await notebook.source(3)).toBe('1 + 1');
    await lab.screenshot('inserted');
  });
});
