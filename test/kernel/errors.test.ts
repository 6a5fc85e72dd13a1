// What the kernel refuses, and what it says then: a code, and where a person can do something, what.

import { nn, torch } from '../../src';
import { beforeEach, describe, expect, test } from 'vitest';
import { emptyRecipe, ERROR_CODES, type Recipe } from '../../src/protocol';
import { build, data } from '../protocol/models';
import { FakeKernel } from './kernel';

const recipe: Recipe = {
  ...emptyRecipe('net'),
  calibration: 'batches',
  evaluation: { inputs: 'batches' }
};

let notebook: Record<string, unknown>;
let kernel: FakeKernel;
beforeEach(() => {
  torch.manualSeed(1);
  notebook = {
    net: build({ blocks: ['convBnRelu', 'residual', 'repeat'], marks: [], backend: 'x86' }),
    batches: data(4)
  };
  kernel = new FakeKernel(notebook);
  kernel.runCell('const net = …', 'cell-1');
});

describe('errors have a code and a way on', () => {
  const withRemedy = { remedy: expect.stringMatching(/\.$/) as string };

  test('an unknown model', async () => {
    for (const model of ['other', 'constructor', '__proto__']) {
      const error = await kernel.refused('model.graph', { model, stage: 'float' });
      expect(error).toMatchObject({ code: ERROR_CODES.modelNotFound, data: withRemedy });
    }
  });

  test.each([
    ['no variable', undefined, 'no variable is chosen'],
    ['a variable that is none', 'ghost', "'ghost' is no tensor"],
    ['a property of objects', 'constructor', "'constructor' is no tensor"],
    ['the model', 'net', "'net' is no tensor"],
    ['numbers', 'sizes', "'sizes' is no tensor"],
    ['no samples', 'none', "'none' is no tensor"]
  ])('calibration data: %s', async (_, calibration, says) => {
    Object.assign(notebook, { sizes: [1, 2, 3], none: torch.zeros([0, 4, 5, 5]) });
    const { calibration: _data, ...rest } = recipe;
    const error = await kernel.refused('model.calibrate', {
      recipe: { ...rest, ...(calibration === undefined ? {} : { calibration }) }
    });
    expect(error).toMatchObject({ code: ERROR_CODES.variableNotFound, data: withRemedy });
    expect(error.message).toContain(says);
  });

  test('a batch that does not fit is named, and spoils nothing', async () => {
    const whole = (await kernel.ask('model.calibrate', { recipe })).stats;
    notebook.mixed = [...data(1), torch.zeros([2, 3, 5, 5])];
    const error = await kernel.refused('model.calibrate', { recipe: { ...recipe, calibration: 'mixed' } });
    expect(error).toMatchObject({ code: ERROR_CODES.calibration, data: withRemedy });
    expect(error.message).toContain('batch 2 (float32 [2, 3, 5, 5])');
    expect((await kernel.ask('model.calibrate', { recipe })).stats).toEqual(whole);
  });

  test('other variables of the notebook do not disturb the search for example inputs', async () => {
    notebook = {
      net: notebook.net,
      batches: data(1),
      sizes: [1, 2, 3],
      words: ['a'],
      nothing: null,
      list: [null]
    };
    const other = new FakeKernel(notebook);
    other.runCell('', 'c');
    const { graph } = await other.ask('model.trace', { recipe: emptyRecipe('net') });
    expect(graph.notices).toBeUndefined();
    expect(graph.nodes[0]?.value.shape).toEqual([2, 4, 5, 5]);
  });

  test('steps out of order', async () => {
    expect(await kernel.refused('model.convert', { recipe })).toMatchObject({
      code: ERROR_CODES.calibration,
      data: withRemedy
    });
    expect(await kernel.refused('model.evaluate', { recipe })).toMatchObject({
      code: ERROR_CODES.conversion,
      data: withRemedy
    });
    expect(await kernel.refused('model.graph', { model: 'net', stage: 'converted' })).toMatchObject({
      code: ERROR_CODES.invalidParams
    });
  });

  test('names that are not there', async () => {
    const row = { style: 'module_name', target: '0', qconfig: 'constructor' } as const;
    expect(
      await kernel.refused('model.prepare', { recipe: { ...recipe, qconfigRows: [row] } })
    ).toMatchObject({
      code: ERROR_CODES.invalidParams,
      message: expect.stringContaining("no qconfig is called 'constructor'") as string
    });
    const mark = { kind: 'non_traceable_class', target: 'Ghost' } as const;
    expect(await kernel.refused('model.trace', { recipe: { ...recipe, marks: [mark] } })).toMatchObject({
      code: ERROR_CODES.variableNotFound,
      data: withRemedy
    });
    for (const path of ['9.conv', 'constructor', '__proto__', '2'])
      expect(await kernel.refused('node.weights', { model: 'net', path })).toMatchObject({
        code: ERROR_CODES.invalidParams,
        data: { modulePath: path }
      });
    const id = 'obs:ghost';
    expect(await kernel.refused('node.histogram', { model: 'net', id })).toMatchObject({
      code: ERROR_CODES.invalidParams
    });
    expect(
      await kernel.refused('recipe.code', {
        recipe: { ...recipe, marks: [{ kind: 'non_traceable_class', target: 'a b' }] }
      })
    ).toMatchObject({ code: ERROR_CODES.invalidParams });
  });

  test('data with infinities: messages are JSON, and what is no number is left out', async () => {
    Object.assign(notebook, {
      odd: [torch.full([1, 4, 5, 5], Infinity)],
      relu: new nn.Sequential(new nn.ReLU())
    });
    kernel.runCell('', 'c');
    const odd = { ...recipe, calibration: 'odd' };
    expect(await kernel.refused('model.calibrate', { recipe: odd })).toMatchObject({
      code: ERROR_CODES.calibration,
      message: expect.stringContaining('contain NaN') as string
    });
    const { stats } = await kernel.ask('model.calibrate', { recipe: { ...odd, model: 'relu' } });
    expect(stats.length).toBeGreaterThan(0);
    // An observer that input and output share has seen every batch twice.
    for (const s of stats) expect(s).toEqual({ id: s.id, count: 200, batches: 2, spark: [] });
  });
});
