// The quickstart as a person reads it: run the cells, look at the panel.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { poll } from './poll';
import { Lab, type Notebook } from './lab';
import { Panel } from './panel';

const path = 'notebooks/00-quickstart-digits.ipynb';

/** The float graph of the golden case `digits_cnn`, in order. */
const floatNodes = [
  ...['x', 'conv1', 'bn1', 'relu', 'max_pool2d', 'conv2', 'bn2', 'relu_1', 'max_pool2d_1'],
  ...['flatten', 'fc1', 'relu_2', 'drop', 'fc2', 'output']
];

describe('the quickstart', () => {
  let lab: Lab;
  let notebook: Notebook;
  let panel: Panel;
  beforeAll(async () => {
    lab = await Lab.start('quickstart');
    notebook = await lab.open(path);
    panel = new Panel(lab.page);
    await panel.open();
  });
  afterAll(() => lab.stop());

  test('before any cell has run, the panel says that there is no model and what to do', async () => {
    lab.watch();
    await poll(() => panel.root.innerText()).toMatch(/model/i);
    await lab.screenshot('empty');
  });

  test('the digits load, and the shipped weights give the accuracy PyTorch recorded', async () => {
    lab.watch();
    expect(await notebook.runById('data')).toContain('train 1437 × 1 × 8 × 8, test 360 × 1 × 8 × 8');
    await notebook.runById('model');
    expect(await notebook.runById('float')).toContain('98.61 %');
  });

  test('the panel shows the graph of the model, node by node', async () => {
    lab.watch();
    await panel.shows('net');
    await panel.shows('DigitsNet');
    for (const name of floatNodes) await panel.node(name).waitFor();
    expect(await panel.nodes().count()).toBe(floatNodes.length);
    await lab.screenshot('float');
  });

  test('calibrated as the text says, the panel shows where the error is; this is the picture of the README', async () => {
    lab.watch();
    await notebook.runById('calibration');
    await panel.chooseCalibration('calibration');
    await panel.button(/^Calibrate/).click();
    await panel.atStage('Calibrated');
    await panel.root.getByRole('radio', { name: 'Error' }).click();
    await panel.observerAfter('relu_1').click();
    await poll(() => panel.inspector.innerText()).toMatch(/SQNR est\.\s+[\d.]+ dB/);
    await lab.page.mouse.move(400, 300);
    await lab.screenshot('panel');
  });
});
