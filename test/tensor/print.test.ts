// Printed tensors against torch's own text; what we add is shape and dtype at the end.

import { describe, expect, test } from 'vitest';
import { torch, type Tensor } from '../../src';
import recorded from './fixtures/print.json';

interface Printed {
  values?: unknown;
  dtype: 'float32' | 'int64';
  arange?: number;
  shape?: number[];
  text: string;
}

function make({ values, dtype, arange, shape }: Printed): Tensor {
  if (arange !== undefined) {
    return torch.arange(arange).to('float32').div(8).reshape(shape!);
  }
  return torch.tensor((values ?? [NaN, 1.5, -Infinity]) as number[], { dtype });
}

describe('printed tensors', () => {
  test.each(Object.entries(recorded as Record<string, Printed>))('%s', (_, printed) => {
    const x = make(printed);
    const body = printed.text.replace(/\)$/, '');
    expect(String(x)).toBe(`${body}, shape=[${x.shape.join(', ')}], dtype=${printed.dtype})`);
  });

  test('quantized: the values it stands for, scale and zero point', () => {
    const x = torch.quantizePerTensor(torch.tensor([0.1, 1]), 0.5, 3, 'quint8');
    expect(String(x)).toBe('tensor([0., 1.], shape=[2], dtype=quint8, scale=0.5, zeroPoint=3)');
  });

  test('empty', () => {
    expect(String(torch.zeros([0, 3]))).toBe('tensor([], shape=[0, 3], dtype=float32)');
  });

  test('truth values', () => {
    expect(String(torch.tensor([1, 0]).gt(0))).toBe('tensor([ true, false], shape=[2], dtype=bool)');
  });
});
