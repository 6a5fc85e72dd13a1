// Sums, means, extrema and softmax over some or all dimensions. Sums are kept in float64 and rounded once.

import { differentiable } from '../autograd/record';
import { isFloatingDType, type DType } from '../dtype';
import type { Tensor } from '../tensor';
import { empty, product } from './create';
import { at, normalizeDim, permute, reshape } from './shape';

export type Dims = number | readonly number[] | null;

/** The tensor with the reduced dimensions last, as rows × columns. */
interface Rows {
  readonly data: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
  /** Result shape, with 1 for reduced dimensions if kept. */
  readonly shape: readonly number[];
}

function rowsOf(x: Tensor, dims: Dims, keepdim: boolean, op: string): Rows {
  const list =
    dims === null || (Array.isArray(dims) && dims.length === 0)
      ? x.shape.map((_, d) => d)
      : typeof dims === 'number'
        ? [dims]
        : dims;
  const reduced = new Set((list as readonly number[]).map(d => normalizeDim(d, x.ndim, op)));
  const kept = x.shape.map((_, d) => d).filter(d => !reduced.has(d));
  const order = [...kept, ...x.shape.map((_, d) => d).filter(d => reduced.has(d))];
  const shape = keepdim
    ? x.shape.map((size, d) => (reduced.has(d) ? 1 : size))
    : kept.map(d => at(x.shape, d));
  const rows = product(kept.map(d => at(x.shape, d)));
  const columns = product([...reduced].map(d => (x.ndim === 0 ? 1 : at(x.shape, d))));
  return { data: (x.ndim === 0 ? x : permute(x, order)).data(), rows, columns, shape };
}

function reduceRows(
  x: Tensor,
  dims: Dims,
  keepdim: boolean,
  op: string,
  dtype: DType,
  fn: (data: ArrayLike<number>, start: number, end: number) => number
): Tensor {
  const { data, rows, columns, shape } = rowsOf(x, dims, keepdim, op);
  const result = empty(shape, dtype);
  const out = result.storage.view();
  for (let r = 0; r < rows; r++) {
    out[r] = fn(data, r * columns, (r + 1) * columns);
  }
  return result;
}

function sumOf(data: ArrayLike<number>, start: number, end: number): number {
  let total = 0;
  for (let i = start; i < end; i++) {
    total += data[i] as number;
  }
  return total;
}

export const sum = differentiable('sum', (x: Tensor, dims: Dims = null, keepdim: boolean = false): Tensor => {
  return reduceRows(x, dims, keepdim, 'sum', isFloatingDType(x.dtype) ? x.dtype : 'int64', sumOf);
});

export const mean = differentiable(
  'mean',
  (x: Tensor, dims: Dims = null, keepdim: boolean = false): Tensor => {
    if (!isFloatingDType(x.dtype)) {
      throw new TypeError(`mean: expected a floating point tensor, got ${x.dtype}`);
    }
    return reduceRows(
      x,
      dims,
      keepdim,
      'mean',
      x.dtype,
      (data, start, end) => sumOf(data, start, end) / (end - start)
    );
  }
);

export const variance = differentiable(
  'variance',
  (x: Tensor, dims: Dims = null, correction: number = 1, keepdim: boolean = false): Tensor => {
    return reduceRows(x, dims, keepdim, 'var', x.dtype, (data, start, end) => {
      const center = sumOf(data, start, end) / (end - start);
      let total = 0;
      for (let i = start; i < end; i++) {
        total += ((data[i] as number) - center) ** 2;
      }
      return total / (end - start - correction);
    });
  }
);

/** NaN anywhere makes the result NaN, as in PyTorch. */
export const amax = differentiable(
  'amax',
  (x: Tensor, dims: Dims = null, keepdim: boolean = false): Tensor => {
    return reduceRows(x, dims, keepdim, 'amax', x.dtype, (data, start, end) => extreme(data, start, end, 1));
  }
);

export const amin = differentiable(
  'amin',
  (x: Tensor, dims: Dims = null, keepdim: boolean = false): Tensor => {
    return reduceRows(x, dims, keepdim, 'amin', x.dtype, (data, start, end) => extreme(data, start, end, -1));
  }
);

function extreme(data: ArrayLike<number>, start: number, end: number, sign: 1 | -1): number {
  let best = data[start] ?? NaN;
  for (let i = start; i < end; i++) {
    const v = data[i] as number;
    if (v !== v) {
      return NaN;
    }
    if (sign > 0 ? v > best : v < best) {
      best = v;
    }
  }
  return best;
}

export function argmax(x: Tensor, dim: number | null = null, keepdim = false): Tensor {
  return reduceRows(x, dim, keepdim, 'argmax', 'int64', (data, start, end) => {
    let best = start;
    for (let i = start; i < end; i++) {
      if ((data[i] as number) > (data[best] as number)) {
        best = i;
      }
    }
    return best - start;
  });
}

export function any(x: Tensor, dims: Dims = null): Tensor {
  return reduceRows(x, dims, false, 'any', 'bool', (data, start, end) => {
    for (let i = start; i < end; i++) {
      if (data[i] !== 0) {
        return 1;
      }
    }
    return 0;
  });
}

export function all(x: Tensor, dims: Dims = null): Tensor {
  return reduceRows(x, dims, false, 'all', 'bool', (data, start, end) => {
    for (let i = start; i < end; i++) {
      if (data[i] === 0) {
        return 0;
      }
    }
    return 1;
  });
}

/** Softmax over one dimension; `log` for its logarithm. */
export const softmax = differentiable('softmax', (x: Tensor, dim: number, log: boolean = false): Tensor => {
  const d = normalizeDim(dim, x.ndim, 'softmax');
  if (x.ndim === 0) {
    return reshape(softmax(reshape(x, [1]), 0, log), []);
  }
  const size = at(x.shape, d);
  const inner = product(x.shape.slice(d + 1));
  const outer = product(x.shape.slice(0, d));
  const source = x.data();
  const result = empty(x.shape, isFloatingDType(x.dtype) ? x.dtype : 'float32');
  const out = result.storage.view();
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const base = o * size * inner + i;
      let top = -Infinity;
      for (let k = 0; k < size; k++) {
        top = Math.max(top, source[base + k * inner] as number);
      }
      let total = 0;
      for (let k = 0; k < size; k++) {
        total += Math.exp((source[base + k * inner] as number) - top);
      }
      const logTotal = Math.log(total);
      for (let k = 0; k < size; k++) {
        const shifted = (source[base + k * inner] as number) - top;
        out[base + k * inner] = log ? shifted - logTotal : Math.exp(shifted) / total;
      }
    }
  }
  return result;
});
