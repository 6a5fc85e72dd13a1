// What the panel asks, end to end in this process: real models, a notebook that is an object, messages as JSON.

import type { Tensor } from '../../src';
import { F, nn, torch, convertFx, getDefaultQConfigMapping, prepareFx } from '../../src';
import { beforeEach, describe, expect, test } from 'vitest';
import { emptyRecipe, ERROR_CODES, type Mark, type Recipe } from '../../src/protocol';
import { build, ConvBnRelu, data } from '../protocol/models';
import { FakeKernel } from './kernel';

const recipe: Recipe = {
  ...emptyRecipe('net'),
  calibration: 'batches',
  evaluation: { inputs: 'batches' }
};

class Loop extends nn.Module {
  conv = new nn.Conv2d(4, 4, 1);
  forward(x: Tensor): Tensor {
    let y = this.conv(x);
    if (y.sum().item() > 0) {
      y = F.relu(y);
    }
    return y;
  }
}

class Looping extends nn.Module {
  first = new nn.Conv2d(4, 4, 1);
  loop = new Loop();
  forward(x: Tensor): Tensor {
    return this.loop(this.first(x));
  }
}

let notebook: Record<string, unknown>;
let kernel: FakeKernel;
beforeEach(() => {
  torch.manualSeed(1);
  notebook = {
    net: build({ blocks: ['convBnRelu', 'residual', 'repeat'], marks: [], backend: 'x86' }),
    batches: data(4),
    images: torch.randn([12, 4, 5, 5])
  };
  kernel = new FakeKernel(notebook);
  kernel.runCell('const net = …', 'cell-1');
});

describe('what is there', () => {
  test('models, with the cell that made them, are told when they come, change and go', async () => {
    expect(kernel.eventsOf('models.changed')).toMatchObject([
      { cellId: 'cell-1', models: [{ name: 'net', className: 'Sequential', stage: 'float', revision: 1 }] }
    ]);
    kernel.runCell('', 'cell-2');
    expect(kernel.eventsOf('models.changed')).toHaveLength(1);
    kernel.runCell('', 'cell-3', { net: new ConvBnRelu() });
    kernel.runCell('', undefined, { net: 5 });
    expect(kernel.eventsOf('models.changed').slice(1)).toMatchObject([
      { cellId: 'cell-3', models: [{ name: 'net', className: 'ConvBnRelu', revision: 2 }] },
      { models: [] }
    ]);
  });

  test('hello and lists', async () => {
    expect(await kernel.ask('hello', { protocol: 1 })).toMatchObject({ protocol: 1, kernel: 'fake' });
    const { models } = await kernel.ask('models.list', {});
    expect(models.map(m => m.name)).toEqual(['net']);
    Object.assign(notebook, { labels: torch.tensor([1, 2], { dtype: 'int64' }), Net: ConvBnRelu, n: 3 });
    const { variables } = await kernel.ask('variables.list', {});
    expect(variables.map(v => [v.name, v.kind])).toEqual([
      ['batches', 'batches'],
      ['images', 'tensor'],
      ['labels', 'labels'],
      ['Net', 'class']
    ]);
    expect(variables[0]).toMatchObject({ batches: 4, shape: [2, 4, 5, 5] });
  });
});

describe('from trace to evaluation', () => {
  test('every stage is a valid document, and the same computation keeps its id', async () => {
    const { graph: float } = await kernel.ask('model.trace', { recipe });
    const { fused, prepared } = await kernel.ask('model.prepare', { recipe });
    const calibrated = await kernel.ask('model.calibrate', { recipe });
    const { graph: converted } = await kernel.ask('model.convert', { recipe });
    expect([float, fused, prepared, calibrated.graph, converted].map(g => g.stage)).toEqual([
      'float',
      'fused',
      'prepared',
      'calibrated',
      'converted'
    ]);
    const floats = new Set(float.nodes.map(n => n.id));
    for (const node of [...fused.nodes, ...prepared.nodes].filter(n => n.role === 'op')) {
      expect(floats).toContain(node.id);
      node.covers.forEach(member => expect(floats).toContain(member));
    }
    expect(fused.nodes.find(n => n.type === 'ConvReLU2d')?.covers).toHaveLength(3);
    expect(calibrated).toMatchObject({ batches: 4, samples: 8 });
    const observers = calibrated.graph.nodes.filter(n => n.role === 'observer');
    expect(calibrated.stats.map(s => s.id)).toEqual(observers.map(n => n.id));
    for (const stats of calibrated.stats) {
      expect(stats.batches).toBe(4);
      expect(stats.spark).toHaveLength(28);
      expect(stats.max).toBeGreaterThanOrEqual(stats.min as number);
    }
    expect(converted.nodes.filter(n => n.role === 'quantize')).toHaveLength(1);
    expect(converted.nodes.some(n => n.target.includes('quantized') || n.quantized)).toBe(true);
    const evaluation = await kernel.ask('model.evaluate', { recipe });
    expect(evaluation.samples).toBe(8);
    expect(evaluation.floatAccuracy).toBeUndefined();
    expect(evaluation.outputSqnr).toBeGreaterThan(10);
    expect(evaluation.quantizedBytes).toBeLessThan(evaluation.floatBytes);
    const [model] = (await kernel.ask('models.list', {})).models;
    expect(model?.stage).toBe('converted');
    expect((await kernel.ask('model.graph', { model: 'net', stage: 'converted' })).graph).toEqual(converted);
  });

  test('progress and statistics are told batch by batch, under the number of the request', async () => {
    const { id, answer } = kernel.begin('model.calibrate', { recipe });
    await answer;
    expect(kernel.eventsOf('progress')).toEqual(
      [1, 2, 3, 4].map(done => ({ request: id, done, total: 4, text: `Calibrating, batch ${done} of 4` }))
    );
    const counts = kernel.eventsOf('stats.changed').map(e => e.stats[0]?.batches);
    expect(counts).toEqual([1, 2, 3, 4]);
  });

  test('a tensor is cut as the recipe says', async () => {
    const cut = { ...recipe, calibration: 'images', batchSize: 5 };
    expect(await kernel.ask('model.calibrate', { recipe: cut })).toMatchObject({ batches: 3, samples: 12 });
    expect(await kernel.ask('model.calibrate', { recipe: { ...cut, batchSize: 64 } })).toMatchObject({
      batches: 1
    });
  });

  test('batches that come one by one, of unknown number', async () => {
    notebook.stream = (async function* () {
      for (const batch of data(3)) yield await Promise.resolve(batch);
    })();
    const streamed = { ...recipe, calibration: 'stream' };
    expect(await kernel.ask('model.calibrate', { recipe: streamed })).toMatchObject({
      batches: 3,
      samples: 6
    });
    expect(kernel.eventsOf('progress').every(p => p.total === undefined)).toBe(true);
    expect(await kernel.refused('model.calibrate', { recipe: streamed })).toMatchObject({
      code: ERROR_CODES.calibration,
      data: { remedy: expect.stringContaining('make it anew') as string }
    });
  });

  test('a cancelled calibration leaves nothing of itself', async () => {
    await kernel.ask('model.calibrate', { recipe });
    const whole = await kernel.ask('node.stats', { model: 'net' });
    const { id, answer } = kernel.begin('model.calibrate', { recipe });
    let told = 0;
    kernel.onEvent = method => {
      if (method === 'progress' && ++told === 2) {
        kernel.say({ jsonrpc: '2.0', id: 999, method: 'cancel', params: { id } });
      }
    };
    expect((await answer).error).toMatchObject({
      code: ERROR_CODES.cancelled,
      message: 'calibration was cancelled after 2 batches'
    });
    kernel.onEvent = () => undefined;
    expect(await kernel.refused('model.convert', { recipe })).toMatchObject({
      code: ERROR_CODES.calibration
    });
    await kernel.ask('model.calibrate', { recipe });
    expect(await kernel.ask('node.stats', { model: 'net' })).toEqual(whole);
  });

  test('the histogram travels as a buffer', async () => {
    const { stats } = await kernel.ask('model.calibrate', { recipe });
    const model = 'net';
    const { id, answer } = kernel.begin('node.histogram', { model, id: stats[0]?.id ?? '' });
    const { histogram } = (await answer).result as { histogram: { counts: number[]; min: number } };
    expect(histogram).toMatchObject({ counts: [], min: stats[0]?.min });
    const [buffer] = kernel.buffers.get(id) ?? [];
    const counts = new Float32Array((buffer as Uint8Array).slice().buffer);
    const total = counts.reduce((a, b) => a + b, 0);
    expect(Math.abs(total / (stats[0]?.count ?? 0) - 1)).toBeLessThan(0.01);
  });

  test('weights and code', async () => {
    const { weights } = await kernel.ask('node.weights', { model: 'net', path: '0.conv' });
    expect(weights.min).toHaveLength(4);
    weights.min.forEach((min, i) => expect(min).toBeLessThan(weights.max[i] ?? -Infinity));
    const { code } = await kernel.ask('recipe.code', { recipe });
    expect(code).toContain('prepareFx(net.eval(), mapping');
  });

  test('a cell that calls the library itself is followed', async () => {
    const net = notebook.net as nn.Module;
    const [first] = data(1);
    const prepared = prepareFx(net.eval(), getDefaultQConfigMapping('x86'), [first]);
    kernel.runCell('', 'c', { prepared });
    data(2).forEach(batch => prepared(batch));
    kernel.runCell('', 'd', { quantized: convertFx(prepared) });
    expect(kernel.eventsOf('stage.changed')).toEqual([
      { model: 'net', stages: ['prepared'] },
      { model: 'net', stages: ['prepared', 'calibrated', 'converted'] }
    ]);
    const { graph } = await kernel.ask('model.graph', { model: 'net', stage: 'converted' });
    expect(graph.nodes.length).toBeGreaterThan(3);
  });
});

describe('a model that cannot be traced', () => {
  beforeEach(() => {
    kernel.runCell(
      'class Loop extends nn.Module {\n  forward(x) {\n    if (y.sum().item() > 0) {}\n  }\n}',
      'l',
      {
        net: new Looping()
      }
    );
  });

  test('is a result, with the place and ways out', async () => {
    const { graph } = await kernel.ask('model.trace', { recipe });
    expect(graph.obstacles?.[0]).toMatchObject({
      modulePath: 'loop',
      className: 'Loop',
      source: { cellId: 'l' }
    });
    const [remedy] = graph.obstacles?.[0]?.remedies ?? [];
    expect(remedy).toMatchObject({
      recommended: true,
      mark: { kind: 'non_traceable_class', target: 'Loop' }
    });
    const marked = { ...recipe, marks: [remedy?.mark as Mark] };
    const again = await kernel.ask('model.trace', { recipe: marked });
    expect(again.graph.obstacles).toBeUndefined();
    expect(again.graph.nodes.find(n => n.target === 'loop')).toMatchObject({ mark: 'non_traceable_class' });
  });

  test('is an error to prepare', async () => {
    expect(await kernel.refused('model.prepare', { recipe })).toMatchObject({
      code: ERROR_CODES.notTraceable,
      data: { modulePath: 'loop' }
    });
  });
});
