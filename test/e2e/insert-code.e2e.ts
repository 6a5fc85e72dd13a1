// "Insert code" writes the cell that does without the panel what the panel did, and it computes the same integers.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { poll } from './poll';
import { blocksCell, imports } from './cells';
import { Lab, type Notebook } from './lab';
import { Panel } from './panel';

const batches = `
torch.manualSeed(0);
const batches = [0, 1, 2, 3].map(() => torch.randn([16, 8]));`;

const keepCell = `
import { panelModel } from 'fxquant';
const fromPanel = panelModel('blocks').converted;`;

/** Every tensor of both models, quantized ones as their integers, and what both give for a batch. */
const compareCell = `
const outputs = [fromPanel, quantized].map(model => model(batches[0]));
const states = [fromPanel, quantized].map((model, i) => [...model.stateDict(), ['output', outputs[i]]] as [string, Tensor][]);
let [integers, different] = [0, 0];
states[0].forEach(([key, mine], i) => {
  const [otherKey, theirs] = states[1][i] ?? ['', mine];
  const [a, b] = [mine, theirs].map(tensor => (tensor.quantizer ? tensor.intRepr() : tensor).data());
  integers += mine.quantizer ? a.length : 0;
  different += key === otherKey && a.length === b.length ? [...a].filter((value, k) => value !== b[k]).length : 1;
});
console.log(states[0].length + ' tensors, ' + integers + ' integers, ' + different + ' different');`;

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
      batches,
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
    expect(said).toMatch(/^[1-9]\d* tensors, [1-9]\d{2,} integers, 0 different$/m);
  });
});
