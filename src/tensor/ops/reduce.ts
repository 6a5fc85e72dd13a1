// Sums, means, extrema and softmax over some or all dimensions. Sums are kept in float64 and rounded once.

import { differentiable } from '../autograd/record';
import { isFloatingDType, type DType } from '../dtype';
import type { Tensor } from '../tensor';
import { empty, product } from './create';
import { mapTo } from './map';
import { bestOf } from './order';
import { floatType, rounder } from './promote';
import { at, normalizeDim, permute } from './views';

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
  if (reduced.size !== (list as readonly number[]).length) {
    throw new Error(`${op}: dimensions [${(list as readonly number[]).join(', ')}] name one twice`);
  }
  const kept = x.shape.map((_, d) => d).filter(d => !reduced.has(d));
  const order = [...kept, ...x.shape.map((_, d) => d).filter(d => reduced.has(d))];
  const shape = keepdim
    ? x.shape.map((size, d) => (reduced.has(d) ? 1 : size))
    : kept.map(d => at(x.shape, d));
  const rows = product(kept.map(d => at(x.shape, d)));
  const columns = product([...reduced].map(d => (x.ndim === 0 ? 1 : at(x.shape, d))));
  return { data: (x.ndim === 0 ? x : permute(x, order)).data(), rows, columns, shape };
}

export function reduceRows(
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
  const round = dtype === 'float16' ? rounder(dtype) : undefined;
  for (let r = 0; r < rows; r++) {
    const value = fn(data, r * columns, (r + 1) * columns);
    out[r] = round ? round(value) : value;
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

/** Whole numbers and booleans add up in int64. */
export const sum = differentiable('sum', (x: Tensor, dims: Dims = null, keepdim: boolean = false): Tensor => {
  return reduceRows(x, dims, keepdim, 'sum', isFloatingDType(x.dtype) ? x.dtype : 'int64', sumOf);
});

export const prod = differentiable(
  'prod',
  (x: Tensor, dims: Dims = null, keepdim: boolean = false): Tensor => {
    const dtype = isFloatingDType(x.dtype) ? x.dtype : 'int64';
    return reduceRows(x, dims, keepdim, 'prod', dtype, (data, start, end) => {
      let total = 1;
      for (let i = start; i < end; i++) {
        total *= data[i] as number;
      }
      return total;
    });
  }
);

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

function varianceOf(data: ArrayLike<number>, start: number, end: number, correction: number): number {
  const center = sumOf(data, start, end) / (end - start);
  let total = 0;
  for (let i = start; i < end; i++) {
    total += ((data[i] as number) - center) ** 2;
  }
  return total / Math.max(0, end - start - correction);
}

function requireFloat(op: string, x: Tensor): void {
  if (!isFloatingDType(x.dtype)) {
    throw new TypeError(
      `${op}: expected a floating point tensor, got ${x.dtype}; convert with to('float32') first`
    );
  }
}

export const variance = differentiable(
  'variance',
  (x: Tensor, dims: Dims = null, correction: number = 1, keepdim: boolean = false): Tensor => {
    requireFloat('var', x);
    return reduceRows(x, dims, keepdim, 'var', x.dtype, (data, start, end) =>
      varianceOf(data, start, end, correction)
    );
  }
);

/** The root of the variance. */
export const deviation = differentiable(
  'deviation',
  (x: Tensor, dims: Dims = null, correction: number = 1, keepdim: boolean = false): Tensor => {
    requireFloat('std', x);
    return reduceRows(x, dims, keepdim, 'std', x.dtype, (data, start, end) =>
      Math.sqrt(varianceOf(data, start, end, correction))
    );
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
  if (start === end) {
    throw new RangeError(`${sign > 0 ? 'amax' : 'amin'}: nothing is the extreme of no elements`);
  }
  return data[bestOf(data, sign, start, end)] as number;
}

/** The extreme of all elements. Unlike `amax`, where a NaN wins it gets the gradient. */
export const extremeOfAll = differentiable('extremeOfAll', (x: Tensor, sign: 1 | -1): Tensor =>
  reduceRows(x, null, false, sign > 0 ? 'max' : 'min', x.dtype, (data, start, end) =>
    extreme(data, start, end, sign)
  )
);

function extremePlace(op: string, x: Tensor, dim: number | null, keepdim: boolean, sign: 1 | -1): Tensor {
  if (x.dtype === 'bool') {
    throw new TypeError(`${op}: not of booleans; convert with to('uint8') first`);
  }
  return reduceRows(x, dim, keepdim, op, 'int64', (data, start, end) => {
    if (start === end) {
      throw new RangeError(`${op}: nothing is the extreme of no elements in [${x.shape.join(', ')}]`);
    }
    return bestOf(data, sign, start, end) - start;
  });
}

/** The place of the first largest element, or of the first NaN. */
export const argmax = (x: Tensor, dim: number | null = null, keepdim = false): Tensor =>
  extremePlace('argmax', x, dim, keepdim, 1);
export const argmin = (x: Tensor, dim: number | null = null, keepdim = false): Tensor =>
  extremePlace('argmin', x, dim, keepdim, -1);

/** uint8 gives uint8, as in PyTorch. */
export function any(x: Tensor, dims: Dims = null, keepdim = false): Tensor {
  return reduceRows(x, dims, keepdim, 'any', x.dtype === 'uint8' ? 'uint8' : 'bool', (data, start, end) => {
    for (let i = start; i < end; i++) {
      if (data[i] !== 0) {
        return 1;
      }
    }
    return 0;
  });
}

export function all(x: Tensor, dims: Dims = null, keepdim = false): Tensor {
  return reduceRows(x, dims, keepdim, 'all', x.dtype === 'uint8' ? 'uint8' : 'bool', (data, start, end) => {
    for (let i = start; i < end; i++) {
      if (data[i] === 0) {
        return 0;
      }
    }
    return 1;
  });
}

export function countNonzero(x: Tensor, dims: Dims = null): Tensor {
  return sum(
    mapTo(x, v => Number(v !== 0), 'int64'),
    dims
  );
}

/** log Σ exp without overflow. */
export const logsumexp = differentiable(
  'logsumexp',
  (x: Tensor, dims: Dims, keepdim: boolean = false): Tensor =>
    reduceRows(x, dims, keepdim, 'logsumexp', floatType(x.dtype), (data, start, end) => {
      let top = -Infinity;
      for (let i = start; i < end; i++) {
        top = Math.max(top, data[i] as number);
      }
      if (Math.abs(top) === Infinity) {
        return top;
      }
      let total = 0;
      for (let i = start; i < end; i++) {
        total += Math.exp((data[i] as number) - top);
      }
      return top + Math.log(total);
    })
);

export { softmax } from './softmax';
