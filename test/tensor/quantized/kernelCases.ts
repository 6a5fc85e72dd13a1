// Reads the recorded calls of `fixtures/record_kernels.py`, makes their arguments, runs them and compares.

import { inflateSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { quantizedBackends, Slice, torch, Tensor, tuple, type QuantizedEngine } from '../../../src';
import { lookupFunction } from '../../../src/tensor';
import { call } from '../../../src/tensor/function';
import { callMethod } from '../../../src/tensor/methods';
import { storageFrom } from '../../../src/tensor/storage';
import type { DType } from '../../../src';
import { floats, integers } from '../../quantization/data';

export interface RecordedResult {
  readonly dtype: string;
  readonly shape: number[];
  readonly data: string;
  readonly scale?: number;
  readonly zp?: number;
  readonly scales?: number[];
  readonly zps?: number[];
  readonly axis?: number;
}
export type Outcome = RecordedResult | { readonly error: string; readonly message: string };

export interface KernelCase {
  readonly n: string;
  readonly op: string;
  readonly a: readonly unknown[];
  readonly k?: Readonly<Record<string, unknown>>;
  /** By engine; `fbgemm+qnnpack` for both alike. */
  readonly r: Readonly<Record<string, Outcome | RecordedResult[]>>;
}

export const recorded = JSON.parse(
  readFileSync(new URL('./fixtures/kernels.json', import.meta.url), 'utf8')
) as { cases: readonly KernelCase[] };

interface Described {
  readonly seed: number;
  readonly shape: number[];
  readonly dtype?: DType;
  readonly range?: [number, number];
  readonly lo?: number;
  readonly hi?: number;
  readonly scale: number;
  readonly zp: number;
  readonly scales: number[];
  readonly zps: number[];
  readonly axis: number;
}

const RANGES: Readonly<Record<string, [number, number]>> = {
  quint8: [0, 255],
  qint8: [-128, 127],
  qint32: [-100000, 100000]
};

/** An argument from its description; as `make` of the recorder. */
export function make(argument: unknown): unknown {
  if (Array.isArray(argument)) {
    return argument.map(make);
  }
  if (typeof argument !== 'object' || argument === null) {
    return argument;
  }
  const [kind, value] = Object.entries(argument)[0] as [string, unknown];
  const d = value as Described;
  switch (kind) {
    case 'dtype':
      return value;
    case 'tuple':
      return tuple(...(value as unknown[]).map(make));
    case 'slice': {
      const [start, stop, step] = value as [number | null, number | null, number | null];
      return new Slice(start, stop, step);
    }
    case 'f':
      return floats(d.seed, d.shape, d.lo ?? -1, d.hi ?? 1);
    case 'values':
      return torch.tensor(value as number[]);
    case 'ints':
      return torch.tensor(value as number[], { dtype: 'int64' });
    case 'pack': {
      const { op, a } = value as { op: string; a: unknown[] };
      return run({ n: op, op: `torch.ops.quantized.${op}`, a, r: {} });
    }
    default: {
      const dtype = d.dtype ?? 'quint8';
      const [lo, hi] = d.range ?? (RANGES[dtype] as [number, number]);
      const storage = storageFrom(dtype, integers(d.seed, d.shape, lo, hi));
      const quantizer =
        kind === 'q'
          ? ({ qscheme: 'per_tensor_affine', scales: [d.scale], zeroPoints: [d.zp] } as const)
          : ({ qscheme: 'per_channel_affine', scales: d.scales, zeroPoints: d.zps, axis: d.axis } as const);
      return new Tensor(storage, d.shape, { quantizer });
    }
  }
}

export function run(row: KernelCase): unknown {
  const args = row.a.map(make);
  const kwargs = Object.fromEntries(Object.entries(row.k ?? {}).map(([k, v]) => [k, make(v)]));
  if (row.op.startsWith('.')) {
    return callMethod(row.op.slice(1), args, kwargs);
  }
  const fn = functionOf(row);
  if (!fn) {
    throw new Error(`no function ${row.op}`);
  }
  return call(fn, args, kwargs);
}

/** Builtins may stand under either name. */
export const functionOf = (row: KernelCase) =>
  lookupFunction(row.op) ??
  lookupFunction(row.op.replace(/^torch\./, 'torch.nn.functional.')) ??
  lookupFunction(row.op.replace(/^torch\.nn\.functional\./, 'torch.'));

export function runOn(engine: string, row: KernelCase): unknown {
  const before = quantizedBackends.engine;
  quantizedBackends.engine = engine as QuantizedEngine;
  try {
    return run(row);
  } finally {
    quantizedBackends.engine = before;
  }
}

const ARRAYS: Readonly<Record<string, (bytes: ArrayBuffer) => ArrayLike<number>>> = {
  quint8: b => new Uint8Array(b),
  uint8: b => new Uint8Array(b),
  bool: b => new Uint8Array(b),
  qint8: b => new Int8Array(b),
  int8: b => new Int8Array(b),
  qint32: b => new Int32Array(b),
  float32: b => new Float32Array(b)
};

export function decode(result: RecordedResult): ArrayLike<number> {
  const bytes = Uint8Array.from(inflateSync(Buffer.from(result.data, 'base64')));
  const array = ARRAYS[result.dtype];
  if (!array) {
    throw new Error(`no decoder for ${result.dtype}`);
  }
  return array(bytes.buffer);
}

/** The parts of a tensor that must be equal besides its elements. */
export function describeTensor(x: Tensor) {
  const q = x.quantizer;
  const qparams = !q
    ? {}
    : q.axis === undefined
      ? { scale: q.scales[0], zp: q.zeroPoints[0] }
      : { scales: [...q.scales], zps: [...q.zeroPoints], axis: q.axis };
  return { dtype: x.dtype, shape: [...x.shape], ...qparams };
}

/** How many elements differ, and by how much at most. */
export function differences(
  x: Tensor,
  expected: RecordedResult
): { count: number; largest: number; first: string } {
  const [got, want] = [x.data(), decode(expected)];
  let [count, largest, first] = [0, 0, ''];
  for (let i = 0; i < want.length; i++) {
    const by = Math.abs((got[i] as number) - (want[i] as number));
    if (by !== 0) {
      count += 1;
      largest = Math.max(largest, by);
      first ||= `[${i}] is ${String(got[i])}, expected ${String(want[i])}`;
    }
  }
  return { count, largest, first };
}
