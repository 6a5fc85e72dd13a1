// Gradients of reductions and softmax.

import { compare, div, mapElements, mul, where } from '../ops/elementwise';
import { empty, product } from '../ops/create';
import * as ops from '../ops/reduce';
import * as scans from '../ops/scan';
import { at, flip, normalizeDim } from '../ops/shape';
import { vectorNorm } from '../ops/vectorNorm';
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

defineGradient(ops.deviation, (dy, [x, dims = null, correction = 1], { result }) => {
  const reduced = reducedDims(x, dims);
  const centers = unreduce(ops.mean(x, dims, true), x.shape, reduced);
  const count = countOf(x, reduced) - correction;
  const roots = unreduce(result, x.shape, reduced);
  const slope = zip(
    zip(x, centers, (v, center) => (v - center) / count),
    roots,
    (d, root) => (root === 0 ? 0 : d / root)
  );
  return [mul(unreduce(dy, x.shape, reduced), slope)];
});

/** Each factor's gradient is the product of the others; zeros are not divided by. */
defineGradient(ops.prod, (dy, [x, dims = null]) => {
  const reduced = reducedDims(x, dims);
  const zeros = unreduce(ops.sum(compare('eq', x, 0), [...reduced], true), x.shape, reduced);
  const nonzero = where(compare('eq', x, 0), 1, x);
  const product1 = unreduce(ops.prod(nonzero, [...reduced], true), x.shape, reduced);
  const others = zip(
    zip(product1, x, (p, v) => (v === 0 ? p : p / v)),
    zip(x, zeros, (v, n) => n - Number(v === 0)),
    (p, n) => (n > 0 ? 0 : p)
  );
  return [mul(unreduce(dy, x.shape, reduced), others)];
});

defineGradient(ops.logsumexp, (dy, [x, dims], { result }) => {
  const reduced = reducedDims(x, dims);
  const shares = zip(x, unreduce(result, x.shape, reduced), (v, total) => Math.exp(v - total));
  return [mul(unreduce(dy, x.shape, reduced), shares)];
});

/** At 0 the gradient of a norm is 0. */
defineGradient(vectorNorm, (dy, [x, p, dims = null], { result }) => {
  const reduced = reducedDims(x, dims);
  const norms = unreduce(result, x.shape, reduced);
  const upper = unreduce(dy, x.shape, reduced);
  if (Math.abs(p) === Infinity) {
    const hits = zip(x, norms, (v, norm) => Number(Math.abs(v) === norm));
    const counts = unreduce(ops.sum(hits, [...reduced], true), x.shape, reduced);
    return [
      mul(
        upper,
        zip(
          zip(hits, counts, (hit, n) => hit / n),
          x,
          (share, v) => share * Math.sign(v)
        )
      )
    ];
  }
  const slope = (v: number, norm: number): number =>
    p === 0 || norm === 0 || v === 0
      ? 0
      : p === 1
        ? Math.sign(v)
        : p === 2
          ? v / norm
          : (Math.sign(v) * Math.abs(v) ** (p - 1)) / norm ** (p - 1);
  return [mul(upper, zip(x, norms, slope))];
});

/** What a running sum got in the end was given to all before: its gradient runs backwards. */
function reversedSums(dy: Tensor, dim: number): Tensor {
  return flip(scans.cumsum(flip(dy, [dim]), dim), [dim]);
}
defineGradient(scans.cumsum, (dy, [x, dim]) => [reversedSums(dy, normalizeDim(dim, x.ndim, 'cumsum'))]);
defineGradient(scans.logcumsumexp, (dy, [x, dim], { result }) => {
  const gradient = empty(x.shape, dy.dtype);
  const out = gradient.storage.view();
  const [upper, source, totals] = [dy.data(), x.data(), result.data()];
  scans.eachRun(x, normalizeDim(dim, x.ndim, 'logcumsumexp'), (first, step, size) => {
    for (let k = 0; k < size; k++) {
      let sum = 0;
      for (let j = k; j < size; j++) {
        const i = first + j * step;
        sum += (upper[i] as number) * Math.exp((source[first + k * step] as number) - (totals[i] as number));
      }
      out[first + k * step] = sum;
    }
  });
  return [gradient];
});
defineGradient(scans.cumprod, (dy, [x, dim]) => {
  const gradient = empty(x.shape, dy.dtype);
  const out = gradient.storage.view();
  const [upper, source] = [dy.data(), x.data()];
  scans.eachRun(x, normalizeDim(dim, x.ndim, 'cumprod'), (first, step, size) => {
    for (let k = 0; k < size; k++) {
      // The product of all factors up to j but the k-th.
      let others = 1;
      let sum = 0;
      for (let j = 0; j < size; j++) {
        others *= j === k ? 1 : (source[first + j * step] as number);
        sum += j >= k ? (upper[first + j * step] as number) * others : 0;
      }
      out[first + k * step] = sum;
    }
  });
  return [gradient];
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
defineGradient(ops.extremeOfAll, (dy, [x], { result }) => {
  const best = result.item();
  const hits = mapElements(x, v => Number(v === best || (v !== v && best !== best)), true);
  return [mul(div(hits, ops.sum(hits)), dy)];
});
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
