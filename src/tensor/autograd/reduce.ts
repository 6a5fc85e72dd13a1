// Gradients of reductions and softmax.

import { div, mul } from '../ops/elementwise';
import { empty, product } from '../ops/create';
import * as ops from '../ops/reduce';
import { at, normalizeDim } from '../ops/shape';
import type { Tensor } from '../tensor';
import { unreduce, zip } from './broadcast';
import { defineGradient } from './record';

function reducedDims(x: Tensor, dims: ops.Dims): Set<number> {
  const list = dims === null || (Array.isArray(dims) && dims.length === 0) ? x.shape.map((_, d) => d) : dims;
  return new Set(
    (typeof list === 'number' ? [list] : (list as readonly number[])).map(d => normalizeDim(d, x.ndim, 'sum'))
  );
}

/** How many elements each result was made of. */
function countOf(x: Tensor, dims: ReadonlySet<number>): number {
  return x.ndim === 0 ? 1 : product([...dims].map(d => at(x.shape, d)));
}

defineGradient(ops.sum, (dy, [x, dims = null]) => [unreduce(dy, x.shape, reducedDims(x, dims))]);

defineGradient(ops.mean, (dy, [x, dims = null]) => {
  const reduced = reducedDims(x, dims);
  return [unreduce(div(dy, countOf(x, reduced)), x.shape, reduced)];
});

defineGradient(ops.variance, (dy, [x, dims = null, correction = 1]) => {
  const reduced = reducedDims(x, dims);
  const centers = unreduce(ops.mean(x, dims, true), x.shape, reduced);
  const scale = 2 / (countOf(x, reduced) - correction);
  const deviation = zip(x, centers, (v, center) => scale * (v - center));
  return [mul(unreduce(dy, x.shape, reduced), deviation)];
});

/** Equal extrema share the gradient. */
function extremum(dy: Tensor, x: Tensor, dims: ops.Dims, result: Tensor): Tensor {
  const reduced = reducedDims(x, dims);
  const hits = zip(x, unreduce(result, x.shape, reduced), (v, best) => Number(v === best));
  const shares = zip(
    hits,
    unreduce(ops.sum(hits, dims, true), x.shape, reduced),
    (hit, count) => hit / count
  );
  return mul(unreduce(dy, x.shape, reduced), shares);
}
defineGradient(ops.amax, (dy, [x, dims = null], { result }) => [extremum(dy, x, dims, result)]);
defineGradient(ops.amin, (dy, [x, dims = null], { result }) => [extremum(dy, x, dims, result)]);

defineGradient(ops.softmax, (dy, [x, dim, log = false], { result }) => {
  const d = normalizeDim(dim, x.ndim, 'softmax');
  const size = x.ndim === 0 ? 1 : at(x.shape, d);
  const inner = product(x.shape.slice(d + 1));
  const gradient = empty(x.shape, dy.dtype);
  const out = gradient.storage.view();
  const [upper, y] = [dy.data(), result.data()];
  for (let start = 0; start < out.length; start += size * inner) {
    for (let i = start; i < start + inner; i++) {
      let total = 0;
      for (let k = i; k < i + size * inner; k += inner) {
        total += (upper[k] as number) * (log ? 1 : (y[k] as number));
      }
      for (let k = i; k < i + size * inner; k += inner) {
        out[k] = log
          ? (upper[k] as number) - Math.exp(y[k] as number) * total
          : (y[k] as number) * ((upper[k] as number) - total);
      }
    }
  }
  return [gradient];
});
