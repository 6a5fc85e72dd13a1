// Recording and running backwards: what PyTorch's users rely on.

import { describe, expect, test } from 'vitest';
import { convertFx, F, getDefaultQConfigMapping, nn, optim, prepareFx, torch, type Tensor } from '../../src';
import { differentiable } from '../../src/tensor/autograd/record';
import { fromData } from '../../src/tensor';
import { defineFunction } from '../../src/tensor/function';
import { params } from '../../src/tensor/functions/parameters';
import { mapElements } from '../../src/tensor/ops/elementwise';

const leaf = (...values: number[]) => torch.tensor(values, { requiresGrad: true });
const list = (x: Tensor | null) => x?.tolist();

describe('recording', () => {
  test('only where an input wants a gradient', () => {
    const x = torch.tensor([1, 2]);
    expect(x.mul(2)).toMatchObject({ requiresGrad: false, gradFn: null, isLeaf: true });
    const y = leaf(1, 2).mul(x);
    expect(y).toMatchObject({ requiresGrad: true, isLeaf: false });
    expect(String(y.gradFn)).toBe('<MulBackward>');
  });

  test('not inside noGrad, again inside enableGrad, and as before afterwards', () => {
    const x = leaf(1);
    const [inside, again] = torch.noGrad(() => [x.exp(), torch.enableGrad(() => x.exp())]);
    expect(inside.requiresGrad).toBe(false);
    expect(again.requiresGrad).toBe(true);
    expect(() =>
      torch.noGrad(() => {
        throw new Error('mine');
      })
    ).toThrow('mine');
    expect(torch.isGradEnabled()).toBe(true);
    expect(x.exp().requiresGrad).toBe(true);
  });

  test('noGrad refuses an async function', () => {
    expect(() => torch.noGrad(async () => 1)).toThrow(/must not be async/);
    expect(torch.isGradEnabled()).toBe(true);
  });

  test('not for whole numbers', () => {
    expect(leaf(1.5).gt(1).requiresGrad).toBe(false);
    expect(leaf(1.5).long().requiresGrad).toBe(false);
    expect(() => torch.tensor([1], 'int64').requiresGrad_()).toThrow(/floating point/);
  });

  test('detach cuts, and shares the numbers', () => {
    const x = leaf(1, 2);
    const y = x.mul(2).detach();
    expect(y).toMatchObject({ requiresGrad: false, gradFn: null });
    expect(x.detach().storage).toBe(x.storage);
  });

  test('an operator without a rule is named', () => {
    const cube = differentiable('cube', (x: Tensor) => mapElements(x, v => v ** 3));
    expect(list(cube(torch.tensor([2])))).toEqual([8]);
    const y = cube(leaf(2));
    expect(list(y)).toEqual([8]);
    expect(() => y.sum().backward()).toThrow(/'cube' has no gradient rule/);
  });

  test('so is a function that computes without recording', () => {
    const raw = defineFunction<(x: Tensor) => Tensor>({
      target: 'test.raw',
      parameters: params('x'),
      record: 'asWritten',
      forward: (x: Tensor) => fromData(x.data().slice(), x.shape)
    });
    expect(raw(torch.tensor([1])).requiresGrad).toBe(false);
    expect(() => raw(leaf(1)).backward()).toThrow(/'test.raw' has no gradient rule/);
  });

  test('an operator that returns its argument is not recorded twice', () => {
    const x = leaf(1, 2);
    expect(x.contiguous()).toBe(x);
    expect(x.gradFn).toBeNull();
  });
});

describe('backward', () => {
  test('adds up over uses and over calls', () => {
    const x = leaf(1, 2);
    x.mul(x).add(x).sum().backward();
    expect(list(x.grad)).toEqual([3, 5]);
    const before = x.grad;
    x.sum().backward();
    expect(x.grad).toBe(before);
    expect(list(x.grad)).toEqual([4, 6]);
  });

  test('gradients of different leaves do not share numbers', () => {
    const [x, y] = [leaf(1), leaf(2)];
    const gradient = torch.tensor([5]);
    x.add(y).backward(gradient);
    x.grad!.storage.view()[0] = 7;
    expect([list(y.grad), list(gradient)]).toEqual([[5], [5]]);
  });

  test('a branch that ends in nothing costs nothing', () => {
    const x = leaf(3);
    const y = x.mul(2);
    y.exp();
    y.sum().backward();
    expect(list(x.grad)).toEqual([2]);
  });

  test('runs through views', () => {
    const x = torch.tensor(
      [
        [1, 2, 3],
        [4, 5, 6]
      ],
      { requiresGrad: true }
    );
    x.t()
      .at(1)
      .mul(torch.tensor([10, 20]))
      .sum()
      .backward();
    expect(list(x.grad)).toEqual([
      [0, 10, 0],
      [0, 20, 0]
    ]);
  });

  test('a non-scalar needs a gradient, of its shape', () => {
    const x = leaf(1, 2);
    expect(() => x.mul(2).backward()).toThrow(/shape \[2\] needs a gradient/);
    expect(() => x.mul(2).backward(torch.ones([3]))).toThrow(/must be a float tensor of shape \[2\]/);
    x.mul(2).backward(torch.tensor([1, 10]));
    expect(list(x.grad)).toEqual([2, 20]);
  });

  test('nothing to differentiate', () => {
    expect(() => torch.tensor([1]).backward()).toThrow(/does not require grad/);
  });

  test('a leaf itself', () => {
    const x = leaf(4);
    x.backward();
    expect(list(x.grad)).toEqual([1]);
  });

  test('twice only with retainGraph', () => {
    const x = leaf(3);
    const y = x.mul(x).sum();
    y.backward(null, { retainGraph: true });
    y.backward();
    expect(list(x.grad)).toEqual([12]);
    expect(() => y.backward()).toThrow(/already run and its values are freed/);
  });

  test('retainGrad keeps the gradient of a computed tensor', () => {
    const x = leaf(3);
    const y = x.mul(2);
    y.retainGrad();
    y.mul(y).sum().backward();
    expect([list(y.grad), list(x.grad)]).toEqual([[12], [24]]);
    expect(() => torch.tensor([1]).retainGrad()).toThrow(/does not require grad/);
  });

  test('requiresGrad_ of a computed tensor cannot be turned off', () => {
    expect(() => leaf(1).mul(2).requiresGrad_(false)).toThrow(/detach\(\)/);
    expect(leaf(1).requiresGrad_(false).requiresGrad).toBe(false);
  });

  test('in the dtype of the tensor', () => {
    const [x, y] = [leaf(1), torch.tensor([2], { dtype: 'float64', requiresGrad: true })];
    x.mul(y).sum().backward();
    expect([x.grad!.dtype, y.grad!.dtype]).toEqual(['float32', 'float64']);
  });

  test('frozen parameters get none', () => {
    const m = new nn.Linear(2, 2);
    m.weight.requiresGrad_(false);
    m(torch.ones([1, 2]))
      .sum()
      .backward();
    expect(m.weight.grad).toBeNull();
    expect(list(m.bias!.grad)).toEqual([1, 1]);
    m.zeroGrad();
    expect(m.bias!.grad).toBeNull();
  });

  test('dropout passes gradients only where it passed values', () => {
    torch.manualSeed(1);
    const x = torch.ones([100], { requiresGrad: true });
    const y = F.dropout(x, { p: 0.5 });
    y.sum().backward();
    expect(list(x.grad)).toEqual(list(y));
    expect(y.data().some(v => v === 0)).toBe(true);
  });

  test('a deep graph needs no deep stack', () => {
    const x = leaf(1);
    let y = x.mul(1);
    for (let i = 0; i < 20000; i++) {
      y = y.add(0);
    }
    y.sum().backward();
    expect(list(x.grad)).toEqual([1]);
  });
});

describe('quantization', () => {
  test('prepare, observe and convert record nothing, and integer models want no gradient', () => {
    torch.manualSeed(0);
    const model = new nn.Sequential(
      new nn.Conv2d(1, 4, 3),
      new nn.BatchNorm2d(4),
      new nn.ReLU(),
      new nn.Flatten(),
      new nn.Linear(4 * 36, 10)
    ).eval();
    const x = torch.randn([2, 1, 8, 8]);
    const prepared = prepareFx(model, getDefaultQConfigMapping('fbgemm'), [x]);
    const input = torch.randn([2, 1, 8, 8], { requiresGrad: true });
    prepared(input).sum().backward();
    // Observers pass gradients on: their input is their output.
    expect(input.grad!.data().some(v => v !== 0)).toBe(true);
    for (const buffer of prepared.buffers()) {
      expect(buffer.requiresGrad).toBe(false);
    }
    const quantized = convertFx(prepared);
    const y = quantized(x) as Tensor;
    expect(y).toMatchObject({ requiresGrad: false, gradFn: null });
    const observed = torch.noGrad(() => prepared(x)) as Tensor;
    expect(observed.gradFn).toBeNull();
  });
});

test('a small network learns', () => {
  torch.manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(2, 16), new nn.Tanh(), new nn.Linear(16, 2));
  const x = torch.tensor([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1]
  ]);
  const y = torch.tensor([0, 1, 1, 0], 'int64');
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
  const criterion = new nn.CrossEntropyLoss();
  let loss = criterion(model(x), y);
  for (let step = 0; step < 200; step++) {
    optimizer.zeroGrad();
    loss = criterion(model(x), y);
    loss.backward();
    optimizer.step();
  }
  expect(loss.item()).toBeLessThan(0.01);
  expect(list(model(x).argmax(1))).toEqual([0, 1, 1, 0]);
});
