// Elements in order of size: sort, topk, median, extremes with their places. NaN counts as larger than any number.
// Values are gathered from the places found, so that their gradient goes back there.

import type { Tensor } from '../tensor';
import { empty, product } from './create';
import { gather } from './indexing';
import { at, normalizeDim, reshape, squeeze } from './views';

/** What `torch.max(x, dim)` returns: a tuple whose parts also have names (`torch.return_types`). */
export interface ValuesAndIndices extends Iterable<Tensor> {
  readonly 0: Tensor;
  readonly 1: Tensor;
  readonly values: Tensor;
  readonly indices: Tensor;
  readonly length: 2;
}

/** For every run along `dim`, `pick(values of the run)` gives `count` places in it. */
function placesAlong(
  x: Tensor,
  dim: number,
  count: number,
  pick: (run: Float64Array) => ArrayLike<number>
): Tensor {
  const size = x.ndim === 0 ? 1 : at(x.shape, dim);
  const inner = product(x.shape.slice(dim + 1));
  const outer = product(x.shape.slice(0, dim));
  const result = empty(x.ndim === 0 ? [] : x.shape.map((s, d) => (d === dim ? count : s)), 'int64');
  const out = result.storage.view();
  const source = x.data();
  const run = new Float64Array(size);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      for (let k = 0; k < size; k++) {
        run[k] = source[(o * size + k) * inner + i] as number;
      }
      const places = pick(run);
      for (let k = 0; k < count; k++) {
        out[(o * count + k) * inner + i] = places[k] as number;
      }
    }
  }
  return result;
}

function withValues(x: Tensor, dim: number, indices: Tensor): [Tensor, Tensor] {
  const values =
    x.ndim === 0 ? reshape(gather(reshape(x, [1]), 0, reshape(indices, [1])), []) : gather(x, dim, indices);
  return [values, indices];
}

/** Smaller first; NaN last; equal ones in their order. */
function ascending(run: Float64Array): (a: number, b: number) => number {
  return (a, b) => {
    const [x, y] = [run[a] as number, run[b] as number];
    return x === y ? a - b : x !== x ? (y !== y ? a - b : 1) : y !== y ? -1 : x - y;
  };
}

function descending(run: Float64Array): (a: number, b: number) => number {
  return (a, b) => {
    const [x, y] = [run[a] as number, run[b] as number];
    return x === y ? a - b : x !== x ? (y !== y ? a - b : -1) : y !== y ? 1 : y - x;
  };
}

const places = (n: number) => Array.from({ length: n }, (_, i) => i);

/** Stable, whether asked for or not. */
export function sort(x: Tensor, dim = -1, isDescending = false): [values: Tensor, indices: Tensor] {
  const d = normalizeDim(dim, x.ndim, 'sort');
  const size = x.ndim === 0 ? 1 : at(x.shape, d);
  const order = isDescending ? descending : ascending;
  return withValues(
    x,
    d,
    placesAlong(x, d, size, run => places(size).sort(order(run)))
  );
}

/** The k largest (or smallest) in order. Which of equal ones is left open by PyTorch; here the first. */
export function topk(x: Tensor, k: number, dim = -1, largest = true): [values: Tensor, indices: Tensor] {
  const d = normalizeDim(dim, x.ndim, 'topk');
  const size = x.ndim === 0 ? 1 : at(x.shape, d);
  if (k < 0 || k > size) {
    throw new RangeError(`topk: k=${k} is out of range for dimension ${dim} of size ${size}`);
  }
  const order = largest ? descending : ascending;
  return withValues(
    x,
    d,
    placesAlong(x, d, k, run => places(size).sort(order(run)))
  );
}

/** The k-th smallest, k from 1. */
export function kthValue(x: Tensor, k: number, dim = -1, keepdim = false): [values: Tensor, indices: Tensor] {
  const d = normalizeDim(dim, x.ndim, 'kthvalue');
  const size = x.ndim === 0 ? 1 : at(x.shape, d);
  if (!(k >= 1 && k <= size)) {
    throw new RangeError(`kthvalue: k=${k} is out of range for dimension ${dim} of size ${size}`);
  }
  return picked(x, d, keepdim, run => places(size).sort(ascending(run))[k - 1] as number);
}

/** The lower one of two in the middle; NaN if there is any. */
export function medianAlong(x: Tensor, dim: number, keepdim = false): [values: Tensor, indices: Tensor] {
  const d = normalizeDim(dim, x.ndim, 'median');
  return picked(x, d, keepdim, run => {
    const firstNaN = run.findIndex(v => v !== v);
    const order = places(run.length).sort(ascending(run));
    return firstNaN >= 0 ? firstNaN : (order[Math.floor((run.length - 1) / 2)] as number);
  });
}

export function median(x: Tensor): Tensor {
  return medianAlong(reshape(x, [-1]), 0)[0];
}

/** The largest (sign 1) or smallest (−1) and the first place of it; NaN wins. */
export function extremeAlong(
  x: Tensor,
  dim: number,
  keepdim: boolean,
  sign: 1 | -1
): [values: Tensor, indices: Tensor] {
  const op = sign > 0 ? 'max' : 'min';
  const d = normalizeDim(dim, x.ndim, op);
  if (x.ndim > 0 && at(x.shape, d) === 0) {
    throw new RangeError(
      `${op}: dimension ${dim} of [${x.shape.join(', ')}] is empty, and nothing is the ${op}imum of no elements`
    );
  }
  return picked(x, d, keepdim, run => bestOf(run, sign));
}

/** The first place of the largest or smallest; of the first NaN if there is any. */
export function bestOf(run: ArrayLike<number>, sign: 1 | -1, start = 0, end = run.length): number {
  let best = start;
  for (let i = start; i < end; i++) {
    const v = run[i] as number;
    if (v !== v) {
      return i;
    }
    if (sign > 0 ? v > (run[best] as number) : v < (run[best] as number)) {
      best = i;
    }
  }
  return best;
}

function picked(
  x: Tensor,
  dim: number,
  keepdim: boolean,
  pick: (run: Float64Array) => number
): [Tensor, Tensor] {
  const [values, indices] = withValues(
    x,
    dim,
    placesAlong(x, dim, 1, run => [pick(run)])
  );
  return keepdim || x.ndim === 0 ? [values, indices] : [squeeze(values, dim), squeeze(indices, dim)];
}
