// Calibrate, convert and evaluate from the panel, on variables of the notebook.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { poll } from './poll';
import { digitsCells } from './cells';
import { Lab, type Notebook } from './lab';
import { Panel } from './panel';

/** Calibration that takes long enough to be cancelled, however fast the machine is. */
const endless = `
async function* endless() {
  for (;;) {
    yield calibration[0];
    await new Promise(resolve => setImmediate(resolve));
  }
}
const forever = endless();`;

describe('calibrate, convert, evaluate', () => {
  let lab: Lab;
  let notebook: Notebook;
  let panel: Panel;
  beforeAll(async () => {
    lab = await Lab.start('calibrate');
    notebook = await lab.openCells('notebooks/calibrate.ipynb', [...digitsCells(), endless]);
    panel = new Panel(lab.page);
    await panel.open();
    for (const index of [0, 1, 2]) await notebook.run(index);
    await notebook.select(1);
    await panel.shows('net');
  });
  afterAll(() => lab.stop());

  test('a running calibration shows progress and can be cancelled', async () => {
    lab.watch();
    await panel.chooseCalibration('forever');
    await panel.button(/^Calibrate/).click();
    await poll(() => panel.progress.innerText()).toMatch(/batch \d+/);
    await lab.screenshot('progress');
    await panel.button('Cancel').click();
    await poll(() => panel.announcement.innerText()).toMatch(/cancelled/i);
    // The kernel is free again at once.
    await notebook.run(2);
  });

  test('calibration on a list of batches says how many observers and images it saw', async () => {
    lab.watch();
    await panel.chooseCalibration('calibration');
    await panel.button(/^Calibrate/).click();
    await panel.atStage('Calibrated');
    await poll(() => panel.announcement.innerText()).toContain('256 images');
    await lab.screenshot('calibrated');
  });

  test('an observer shows its range, scale and zero point', async () => {
    lab.watch();
    await panel.observerAfter('relu').click();
    const text = await panel.inspector.innerText();
    expect(text).toContain('HistogramObserver');
    expect(text).toMatch(/scale/);
    expect(text).toMatch(/zero point/);
    await lab.screenshot('observer');
  });

  test('converted edges carry the colour of int8', async () => {
    lab.watch();
    await panel.button('Convert').click();
    await panel.atStage('Converted');
    await poll(() => panel.edges('quint8').count()).toBeGreaterThan(0);
    expect(await panel.edges('float32').count()).toBeGreaterThan(0);
    // The observer selected before is gone from the graph; what it saw is still there to read.
    await poll(() => panel.inspector.innerText()).toContain('HistogramObserver');
    await lab.screenshot('converted');
  });

  test('float and int8 accuracy stand side by side, as PyTorch recorded them', async () => {
    lab.watch();
    await panel.chooseEvaluation('testImages', 'testLabels');
    await panel.button('Evaluate').click();
    await poll(() => panel.results.innerText()).toMatch(/98\.6 % → 98\.9 %/);
    await lab.screenshot('evaluated');
  });
});
