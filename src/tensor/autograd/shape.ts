// Gradients of operators that move elements: the same elements moved back; what was not picked gets 0.

import { empty, fromData } from '../ops/create';
import { add, cast } from '../ops/elementwise';
import * as ops from '../ops/shape';
import { normalizeDim } from '../ops/shape';
import { Slice } from '../structures';
import { fillView, sumTo } from './broadcast';
import { defineGradient } from './record';

defineGradient(ops.reshape, (dy, [x]) => [ops.reshape(dy, x.shape)]);
defineGradient(ops.view, (dy, [x]) => [ops.reshape(dy, x.shape)]);
defineGradient(ops.squeeze, (dy, [x]) => [ops.reshape(dy, x.shape)]);
defineGradient(ops.unsqueeze, (dy, [x]) => [ops.reshape(dy, x.shape)]);
defineGradient(ops.contiguous, dy => [dy]);
defineGradient(ops.clone, dy => [dy]);
defineGradient(ops.expand, (dy, [x]) => [sumTo(dy, x.shape)]);

defineGradient(ops.permute, (dy, [x, dims]) => {
  const back = new Array<number>(x.ndim);
  dims.forEach((from, to) => {
    back[normalizeDim(from, x.ndim, 'permute')] = to;
  });
  return [ops.permute(dy, back)];
});

defineGradient(ops.narrow, (dy, [x, ...place]) => [fillView(x, dy, full => ops.narrow(full, ...place))]);
defineGradient(ops.select, (dy, [x, ...place]) => [fillView(x, dy, full => ops.select(full, ...place))]);
defineGradient(ops.slice, (dy, [x, ...place]) => [fillView(x, dy, full => ops.slice(full, ...place))]);

defineGradient(ops.diagonal, (dy, [x, ...place]) => [fillView(x, dy, full => ops.diagonal(full, ...place))]);

/** Windows overlap, so what they give adds up. */
defineGradient(ops.unfoldDim, (dy, [x, dim, size, step]) => {
  const d = normalizeDim(dim, x.ndim, 'unfold');
  const full = empty(x.ndim === 0 ? [1] : x.shape, 'float64');
  for (let k = 0; k < size; k++) {
    const part = ops.select(dy, dy.ndim - 1, k);
    const count = x.ndim === 0 ? 1 : ops.at(dy.shape, d);
    const place = ops.slice(full, d, new Slice(k, k + (count - 1) * step + 1, step));
    place.copyFrom(add(place, x.ndim === 0 ? ops.reshape(part, [1]) : part));
  }
  return [ops.reshape(cast(full, x.dtype), x.shape)];
});

defineGradient(ops.triangle, (dy, [, offset, upper]) => [ops.triangle(dy, offset, upper)]);

defineGradient(ops.cat, (dy, [tensors, dim = 0], { needs }) => {
  if (!needs(0)) {
    return [];
  }
  const d = normalizeDim(dim, dy.ndim, 'cat');
  let start = 0;
  const parts = tensors.map(t => {
    // `cat` skips empty vectors whatever the others' shape.
    if (t.ndim === 1 && t.numel() === 0) {
      return fromData([], [0], t.dtype);
    }
    const width = ops.at(t.shape, d);
    start += width;
    return t.requiresGrad ? ops.narrow(dy, d, start - width, width) : null;
  });
  return [parts];
});

defineGradient(ops.diagEmbed, (dy, [, offset = 0, dim1 = -2, dim2 = -1]) => [
  ops.clone(ops.diagonal(dy, offset, dim1, dim2))
]);
