// A model that branches on an argument, through all the panel does: the recipe says which value it has.

import { nn, torch, type Tensor } from '../../src';
import { beforeEach, describe, expect, test } from 'vitest';
import { emptyRecipe, ERROR_CODES, type Recipe } from '../../src/protocol';
import { FakeKernel } from './kernel';

class Branching extends nn.Module<[x: Tensor, twice: boolean], Tensor> {
  readonly fc = new nn.Linear(4, 4);
  readonly again = new nn.Linear(4, 4);
  override forward(x: Tensor, twice: boolean): Tensor {
    const y = this.fc(x);
    return twice ? this.again(y) : y;
  }
}

class FlagFirst extends nn.Module<[mode: string, x: Tensor], Tensor> {
  readonly fc = new nn.Linear(4, 4);
  override forward(mode: string, x: Tensor): Tensor {
    return mode === 'relu' ? this.fc(x).relu() : this.fc(x);
  }
}

const recipe: Recipe = {
  ...emptyRecipe('net'),
  calibration: 'images',
  evaluation: { inputs: 'images' },
  concreteArgs: { twice: true }
};

let notebook: Record<string, unknown>;
let kernel: FakeKernel;
beforeEach(() => {
  torch.manualSeed(0);
  notebook = { net: new Branching(), first: new FlagFirst(), images: torch.randn([20, 4]) };
  kernel = new FakeKernel(notebook);
  kernel.runCell('', 'c');
});

const modules = (graph: { nodes: { role: string; target: string }[] }) =>
  graph.nodes.filter(node => node.role === 'op').map(node => node.target);

describe('parameters of fixed value', () => {
  test('are traced, and their shapes known', async () => {
    const { graph } = await kernel.ask('model.trace', { recipe });
    expect(graph.obstacles).toBeUndefined();
    expect(graph.notices).toBeUndefined();
    expect(modules(graph)).toEqual(expect.arrayContaining(['fc', 'again']));
    expect(graph.nodes.find(node => node.name === 'again')?.value.shape).toEqual([1, 4]);
  });

  test('choose the branch', async () => {
    const other = { ...recipe, concreteArgs: { twice: false } };
    const { graph } = await kernel.ask('model.trace', { recipe: other });
    expect(modules(graph)).not.toContain('again');
  });

  test('go all the way: prepared, calibrated with inputs that leave them out, converted, evaluated', async () => {
    const { prepared } = await kernel.ask('model.prepare', { recipe });
    expect(prepared.nodes.filter(node => node.role === 'observer')).toHaveLength(3);
    const { samples } = await kernel.ask('model.calibrate', { recipe });
    expect(samples).toBe(20);
    const { graph } = await kernel.ask('model.convert', { recipe });
    expect(graph.nodes.find(node => node.target === 'again')?.quantized).toBe(true);
    const evaluation = await kernel.ask('model.evaluate', { recipe });
    expect(evaluation.outputSqnr).toBeGreaterThan(20);
  });

  test('may stand before the inputs', async () => {
    const first = { ...recipe, model: 'first', concreteArgs: { mode: 'relu' } };
    const { graph } = await kernel.ask('model.trace', { recipe: first });
    expect(modules(graph)).toEqual(expect.arrayContaining(['fc', 'relu']));
    await kernel.ask('model.calibrate', { recipe: first });
    await kernel.ask('model.convert', { recipe: first });
    expect((await kernel.ask('model.evaluate', { recipe: first })).samples).toBe(20);
  });

  test('a name that is no parameter is refused, with those there are', async () => {
    for (const method of ['model.trace', 'model.prepare'] as const) {
      expect(
        await kernel.refused(method, { recipe: { ...recipe, concreteArgs: { twise: true } } })
      ).toMatchObject({
        code: ERROR_CODES.invalidParams,
        message: "concreteArgs: forward has no parameter 'twise'; it has x, twice"
      });
    }
  });

  test('a value that is none, and a name that would be code, are no recipe', async () => {
    for (const concreteArgs of [{ twice: {} }, { twice: [1] }, { 'a b': 1 }]) {
      expect(await kernel.refused('model.trace', { recipe: { ...recipe, concreteArgs } })).toMatchObject({
        code: ERROR_CODES.invalidParams
      });
    }
  });

  test('the cell it is printed as does the same', async () => {
    const { code } = await kernel.ask('recipe.code', { recipe });
    expect(code).toContain('{ concreteArgs: { twice: true } }');
  });
});
