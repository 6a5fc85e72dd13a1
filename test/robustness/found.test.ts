// What random models found, shrunk: each was wrong once. Numbers are PyTorch's (fixtures/record.py).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  compatibility,
  convertFx,
  F,
  fromData,
  getDefaultQConfigMapping,
  nn,
  PrepareCustomConfig,
  prepareFx,
  quantizedBackends,
  torch,
  type QuantizedEngine,
  type Tensor
} from '../../src';
import { integers, numbers } from './run';

interface Recorded {
  readonly prelu: readonly {
    shape: number[];
    x: number[];
    weight: number[];
    scale: number;
    zero: number;
    y: number[];
  }[];
  readonly mean: readonly {
    shape: number[];
    dim: number | number[];
    dtype: 'quint8' | 'qint8';
    zero: number;
    transposed: boolean;
    x: number[];
    y: number[];
  }[];
  readonly dynamic: readonly {
    engine: QuantizedEngine;
    x: number[];
    weight: number[];
    y: number[];
    scale: number;
  }[];
}

const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures/kernels.json'), 'utf8')
) as Recorded;

/** A quantized tensor with these integers. */
function quantized(
  values: readonly number[],
  shape: readonly number[],
  scale: number,
  zero: number,
  dtype: 'quint8' | 'qint8' = 'quint8'
): Tensor {
  // Integers times the scale are exact enough to be rounded back to themselves.
  const floats = fromData(
    values.map(q => (q - zero) * scale),
    shape
  );
  return torch.quantizePerTensor(floats, scale, zero, dtype);
}

const kernel = (name: string) => torch.ops.quantized[name] as unknown as (...args: unknown[]) => unknown;

afterEach(() => {
  quantizedBackends.engine = 'fbgemm';
  compatibility.reproducePyTorchDefects = false;
});

describe('kernels, as PyTorch has them', () => {
  it('PReLU multiplies positive values by 1 as the slopes write it, where PyTorch is reproduced', () => {
    compatibility.reproducePyTorchDefects = true;
    for (const { shape, x, weight, scale, zero, y } of recorded.prelu) {
      const slopes = quantized(weight, [weight.length], scale, zero);
      const result = new nn.quantized.PReLU(0.04, 90, slopes)(quantized(x, shape, 0.05, 100));
      expect(integers(result)).toEqual(y);
    }
  });

  it('PReLU keeps positive values otherwise', () => {
    const slopes = quantized([255], [1], 0.25 / 255, 0);
    const x = quantized([0, 100, 200], [3, 1], 0.05, 100);
    expect(numbers(new nn.quantized.PReLU(0.05, 100, slopes)(x))).toEqual([-1.25, 0, 5].map(Math.fround));
  });

  it('mean averages integers over inner dimensions, and what they stand for over others', () => {
    for (const { shape, dim, dtype, zero, transposed, x, y } of recorded.mean) {
      const input = quantized(x, shape, 1 / 256, zero, dtype);
      expect(integers((transposed ? input.transpose(0, 1) : input).mean(dim))).toEqual(y);
    }
  });

  it('every engine but qnnpack reduces the range of dynamic quantization when asked', () => {
    for (const { engine, x, weight, y, scale } of recorded.dynamic) {
      quantizedBackends.engine = engine;
      const input = fromData(x, [2, 6]);
      const packed = kernel('linear_prepack')(quantized(weight, [3, 6], 0.02, 0, 'qint8'), null);
      const result = kernel('linear_dynamic')(input, packed, true) as Tensor;
      numbers(result).forEach((value, i) => expect(value).toBeCloseTo(y[i] as number, 5));
      expect(torch.quantizePerTensorDynamic(input, 'quint8', true).qScale()).toBeCloseTo(scale, 8);
    }
  });
});

describe('convertFx', () => {
  it('gives a dictionary of integers where output 0 is quantized', () => {
    class Net extends nn.Module<[Tensor], { a: Tensor; b: Tensor }> {
      override forward(x: Tensor): { a: Tensor; b: Tensor } {
        const a = F.relu(x);
        return { a, b: torch.cat([a, x]) };
      }
    }
    const x = torch.randn([2, 3]);
    const prepared = prepareFx(
      new Net().eval(),
      getDefaultQConfigMapping('fbgemm'),
      [x],
      new PrepareCustomConfig().setOutputQuantizedIndexes([0])
    );
    prepared(x);
    const { a, b } = convertFx(prepared)<{ a: Tensor; b: Tensor }>(x);
    expect([a.dtype, b.dtype]).toEqual(['quint8', 'quint8']);
  });

  it('gives integers only where they were asked for, though the value is returned twice', () => {
    class Net extends nn.Module<[Tensor], Tensor[]> {
      override forward(x: Tensor): Tensor[] {
        const y = F.relu(x);
        return [y, y];
      }
    }
    const x = torch.randn([2, 3]);
    const custom = new PrepareCustomConfig().setOutputQuantizedIndexes([1]);
    const prepared = prepareFx(new Net().eval(), getDefaultQConfigMapping('fbgemm'), [x], custom);
    prepared(x);
    const dtypes = () => convertFx(prepared)<Tensor[]>(x).map(y => y.dtype);
    expect(dtypes()).toEqual(['float32', 'quint8']);
    compatibility.reproducePyTorchDefects = true;
    expect(dtypes()).toEqual(['quint8', 'quint8']);
  });
});
