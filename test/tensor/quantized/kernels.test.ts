// Integer kernels against torch 2.13, bit for bit, on the engines that have them (`fixtures/record_kernels.py`).

import { describe, expect, test, afterEach } from 'vitest';
import { compatibility, Tensor } from '../../../src';
import {
  describeTensor,
  functionOf,
  differences,
  recorded,
  runOn,
  type KernelCase,
  type Outcome,
  type RecordedResult
} from './kernelCases';

afterEach(() => {
  compatibility.reproducePyTorchDefects = false;
});

/** Sums of float32 in another order than PyTorch's. */
const FLOAT = /^linear(_relu)?_(dynamic|fp16)|^linear_fp16/;
/** Rounded from float sums of another order: ±1 in at most 0.5 % of the elements. */
const SUMMED = /^mean/;
/** What one engine of PyTorch refuses and another computes: here it is computed on every engine. */
const COMPUTED =
  /^(clamp (min|max)|max_pool3d|(avg|max)_pool2d unbatched|sigmoid op|linear weight zero point|conv_transpose|batch_norm2d plain|pad replicate)/;
/** Functions the library does not have yet. */
const isThere = (row: KernelCase) => row.op.startsWith('.') || functionOf(row) !== undefined;

function expectSame(name: string, result: unknown, expected: Outcome | RecordedResult[]): void {
  if (Array.isArray(expected)) {
    const list = result as readonly unknown[];
    expect(list.length).toBe(expected.length);
    expected.forEach((e, i) => {
      expectSame(name, list[i], e);
    });
    return;
  }
  const wanted = expected as RecordedResult;
  const { data: _, ...parts } = wanted;
  expect(result).toBeInstanceOf(Tensor);
  expect(describeTensor(result as Tensor)).toEqual(parts);
  const { count, largest, first } = differences(result as Tensor, wanted);
  if (FLOAT.test(name)) {
    expect(largest, first).toBeLessThanOrEqual(1e-5);
    return;
  }
  const size = (result as Tensor).numel();
  const allowed = SUMMED.test(name) ? Math.floor(size * 0.005) : 0;
  expect(count, `${count} of ${size} differ, ${first}`).toBeLessThanOrEqual(allowed);
  expect(largest).toBeLessThanOrEqual(allowed > 0 ? 1 : 0);
}

const byEngine = (engine: string) =>
  recorded.cases.flatMap((row): [string, KernelCase, Outcome | RecordedResult[]][] => {
    const found = Object.entries(row.r).find(([engines]) => engines.split('+').includes(engine));
    return found ? [[row.n, row, found[1]]] : [];
  });
const isError = (outcome: Outcome | RecordedResult[]): boolean => 'error' in outcome;

describe.each(['fbgemm', 'qnnpack', 'x86', 'onednn'])('%s', engine => {
  const cases = byEngine(engine);
  const present = cases.filter(([, row]) => isThere(row));
  test.each(present.filter(([, , outcome]) => !isError(outcome)))('%s', (name, row, outcome) => {
    compatibility.reproducePyTorchDefects = true;
    expectSame(name, runOn(engine, row), outcome);
  });

  const refused = present.filter(([, , outcome]) => isError(outcome));
  test.each(refused.filter(([name]) => !COMPUTED.test(name)))('%s', (_, row) => {
    compatibility.reproducePyTorchDefects = true;
    expect(() => runOn(engine, row)).toThrow(/no .*kernel for q|expected |does not end in|needs|channels/);
  });

  test('PyTorch has them and this library not', () => {
    expect(
      cases
        .filter(([, row]) => !isThere(row))
        .map(([name]) => name)
        .filter(name => !ABSENT.has(name))
    ).toEqual([]);
  });
});

const ABSENT: ReadonlySet<string> = new Set([
  'unbind',
  'flip',
  'index_select',
  'selu refused',
  'torch.round refused'
]);

describe('where engines of PyTorch differ', () => {
  const clamp = recorded.cases.find(row => row.n === 'clamp min quint8') as KernelCase;

  test('a clamp open on one side works on QNNPACK too', () => {
    const outcome = Object.entries(clamp.r).find(([engines]) => engines === 'fbgemm')?.[1] as RecordedResult;
    expectSame(clamp.n, runOn('qnnpack', clamp), outcome);
  });

  test.each(['avg_pool2d 1 ceil False valid', 'avg_pool2d divisor'])(
    'QNNPACK honours the flags of %s (D23)',
    name => {
      const row = recorded.cases.find(r => r.n === name) as KernelCase;
      const outcome = Object.entries(row.r).find(([engines]) => engines === 'fbgemm')?.[1] as RecordedResult;
      expectSame(name, runOn('qnnpack', row), outcome);
    }
  );
});
