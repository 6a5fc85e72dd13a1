// Gradients of picking by position: every pick adds its gradient where it came from. Sums in float64.

import { empty, product } from '../ops/create';
import * as scatters from '../ops/scatter';
import { bagSizes, eachInBag, embeddingBag } from '../ops/embeddingBag';
import * as ops from '../ops/indexing';
import { at, indexSelect, narrow, normalizeDim } from '../ops/shape';
import { storageFrom } from '../storage';
import { Tensor } from '../tensor';
import { fillView } from './broadcast';
import { defineGradient } from './record';

defineGradient(ops.gather, (dy, [x, dim, index]) => {
  const sums = new Float64Array(x.numel());
  const gradient = dy.data();
  ops.eachPick(x.shape, index, normalizeDim(dim, x.ndim, 'gather'), (i, from) => {
    sums[from] = (sums[from] as number) + (gradient[i] as number);
  });
  return [summed(sums, x)];
});

defineGradient(indexSelect, (dy, [x, dim, indices]) => {
  const d = normalizeDim(dim, x.ndim, 'indexSelect');
  const size = at(x.shape, d);
  const inner = product(x.shape.slice(d + 1));
  const outer = product(x.shape.slice(0, d));
  const picks = indices.data();
  const gradient = dy.data();
  const sums = new Float64Array(x.numel());
  let i = 0;
  for (let o = 0; o < outer; o++) {
    for (const pick of picks) {
      const start = (o * size + (pick < 0 ? pick + size : pick)) * inner;
      for (let k = 0; k < inner; k++) {
        sums[start + k] = (sums[start + k] as number) + (gradient[i++] as number);
      }
    }
  }
  return [summed(sums, x)];
});

defineGradient(ops.embedding, (dy, [indices, weight, paddingIdx = null, byFrequency = false]) => {
  const [rows, width] = [at(weight.shape, 0), at(weight.shape, 1)];
  const skipped = paddingIdx !== null && paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
  const picks = indices.data();
  const counts = new Float64Array(rows);
  for (const row of picks) {
    counts[row] = (counts[row] as number) + 1;
  }
  const gradient = dy.data();
  const sums = new Float64Array(weight.numel());
  for (let i = 0; i < picks.length; i++) {
    const row = picks[i] as number;
    if (row === skipped) {
      continue;
    }
    const divisor = byFrequency ? (counts[row] as number) : 1;
    for (let k = 0; k < width; k++) {
      const to = row * width + k;
      sums[to] = (sums[to] as number) + (gradient[i * width + k] as number) / divisor;
    }
  }
  return [null, summed(sums, weight)];
});

defineGradient(embeddingBag, (dy, [weight, weights, bags, { mode, paddingIdx, byFrequency }], context) => {
  const width = at(weight.shape, 1);
  const [gradient, source, result] = [dy.data(), weight.data(), context.result.data()];
  const sizes = bagSizes(bags, paddingIdx);
  const counts = new Float64Array(at(weight.shape, 0));
  eachInBag(bags, paddingIdx, (_, __, row) => {
    counts[row] = (counts[row] as number) + 1;
  });
  const sums = new Float64Array(weight.numel());
  const scales = new Float64Array(weights?.numel() ?? 0);
  // Of equal maxima the first gets the gradient.
  const taken = new Uint8Array(result.length);
  eachInBag(bags, paddingIdx, (bag, place, row) => {
    const scale = weights ? (weights.data()[place] as number) : 1;
    const divisor =
      (mode === 'mean' ? (sizes[bag] as number) : 1) * (byFrequency ? (counts[row] as number) : 1);
    for (let k = 0; k < width; k++) {
      const [from, to] = [bag * width + k, row * width + k];
      if (mode === 'max' && (taken[from] === 1 || source[to] !== result[from])) {
        continue;
      }
      taken[from] = 1;
      sums[to] = (sums[to] as number) + ((gradient[from] as number) * scale) / divisor;
      if (weights) {
        scales[place] = (scales[place] as number) + (gradient[from] as number) * (source[to] as number);
      }
    }
  });
  return [summed(sums, weight), weights ? summed(scales, weights) : null];
});

/** What was written over has no influence any more; what was written is where it went. */
defineGradient(scatters.scatter, (dy, [x, dim, index, source], { needs }) => {
  const d = normalizeDim(dim, x.ndim, 'scatter');
  const gone = empty(index.shape, dy.dtype);
  return [
    needs(0) ? scatters.scatter(dy, d, index, gone) : null,
    null,
    null,
    needs(3) ? inCorner(ops.gather(dy, d, index), source) : null
  ];
});
defineGradient(scatters.scatterAdd, (dy, [x, dim, index, source], { needs }) => [
  dy,
  null,
  null,
  needs(3) ? inCorner(ops.gather(dy, normalizeDim(dim, x.ndim, 'scatter_add'), index), source) : null
]);

/** The gradient of the part of `source` that an index covers, in the shape of `source`. */
function inCorner(gradient: Tensor, source: Tensor): Tensor {
  return fillView(source, gradient, full =>
    gradient.shape.reduce((part, size, d) => narrow(part, d, 0, size), full)
  );
}

/** Sums rounded once, in the shape and dtype of `x`. */
function summed(sums: Float64Array, x: Tensor): Tensor {
  return new Tensor(storageFrom(x.dtype, sums), [...x.shape]);
}
