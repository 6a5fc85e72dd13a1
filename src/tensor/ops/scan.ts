// Running totals along a dimension: cumsum, cumprod, cummax. Kept in float64 where torch keeps them wider.

import { differentiable } from '../autograd/record';
import { isFloatingDType } from '../dtype';
import type { Tensor } from '../tensor';
import { empty, product } from './create';
import { gather } from './indexing';
import { at, normalizeDim } from './views';

/** Calls `visit` with the positions of every run along `dim`: the first and the step between. */
export function eachRun(
  x: Tensor,
  dim: number,
  visit: (start: number, step: number, size: number) => void
): void {
  const size = x.ndim === 0 ? 1 : at(x.shape, dim);
  const step = product(x.shape.slice(dim + 1));
  const outer = product(x.shape.slice(0, dim));
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < step; i++) {
      visit(o * size * step + i, step, size);
    }
  }
}

function scan(
  op: string,
  x: Tensor,
  dim: number,
  start: number,
  fold: (total: number, v: number) => number
): Tensor {
  const d = normalizeDim(dim, x.ndim, op);
  const result = empty(x.shape, isFloatingDType(x.dtype) ? x.dtype : 'int64');
  const out = result.storage.view();
  const source = x.data();
  eachRun(x, d, (first, step, size) => {
    let total = start;
    for (let k = 0, i = first; k < size; k++, i += step) {
      total = fold(total, source[i] as number);
      out[i] = total;
    }
  });
  return result;
}

export const cumsum = differentiable('cumsum', (x: Tensor, dim: number) =>
  scan('cumsum', x, dim, 0, (total, v) => total + v)
);
export const cumprod = differentiable('cumprod', (x: Tensor, dim: number) =>
  scan('cumprod', x, dim, 1, (total, v) => total * v)
);
/** log Σ exp, running. */
export const logcumsumexp = differentiable('logcumsumexp', (x: Tensor, dim: number) =>
  scan('logcumsumexp', x, dim, -Infinity, (total, v) => {
    const top = Math.max(total, v);
    return top === -Infinity || top === Infinity
      ? top
      : top + Math.log(Math.exp(total - top) + Math.exp(v - top));
  })
);

/** The largest (sign 1) or smallest so far and its last place. */
export function cumulativeExtreme(x: Tensor, dim: number, sign: 1 | -1): [values: Tensor, indices: Tensor] {
  const d = normalizeDim(dim, x.ndim, sign > 0 ? 'cummax' : 'cummin');
  const places = empty(x.shape, 'int64');
  const out = places.storage.view();
  const source = x.data();
  eachRun(x, d, (first, step, size) => {
    let best = 0;
    for (let k = 0, i = first; k < size; k++, i += step) {
      const [v, top] = [source[i] as number, source[first + best * step] as number];
      if (v !== v || (top === top && (sign > 0 ? v >= top : v <= top))) {
        best = k;
      }
      out[i] = best;
    }
  });
  return [gather(x, d, places), places];
}
