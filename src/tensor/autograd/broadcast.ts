// What rules of element-by-element operators share: gradients over broadcast operands, filled-in tensors.

import { product, empty } from '../ops/create';
import { broadcastData, type Operand } from '../ops/elementwise';
import { sum } from '../ops/reduce';
import { expand, reshape } from '../ops/shape';
import { Tensor } from '../tensor';

/** `gradient` added up over the dimensions along which a tensor of `shape` was broadcast. */
export function sumTo(gradient: Tensor, shape: readonly number[]): Tensor {
  const lead = gradient.ndim - shape.length;
  const dims = gradient.shape
    .map((size, d) => (d < lead || (shape[d - lead] === 1 && size !== 1) ? d : -1))
    .filter(d => d >= 0);
  return dims.length === 0 ? gradient : reshape(sum(gradient, dims, true), shape);
}

/**
 * The gradient of operand `x`: `fn(dy, a, b)` at every element, added up to the shape of `x`. Null for a number.
 */
export function partial(
  x: Operand,
  dy: Tensor,
  a: Operand,
  b: Operand,
  fn: (dy: number, a: number, b: number) => number
): Tensor | null {
  if (!(x instanceof Tensor)) {
    return null;
  }
  const { shape } = dy;
  const read = (v: Operand) =>
    v instanceof Tensor ? broadcastData(v, shape) : new Float64Array(product(shape)).fill(Number(v));
  const [gradient, left, right] = [dy.data(), read(a), read(b)];
  const result = empty(shape, dy.dtype);
  const out = result.storage.view();
  for (let i = 0; i < out.length; i++) {
    out[i] = fn(gradient[i] as number, left[i] as number, right[i] as number);
  }
  return sumTo(result, x.shape);
}

/** A tensor of the same shape and dtype from a function of the elements of two. */
export function zip(x: Tensor, y: Tensor, fn: (x: number, y: number) => number): Tensor {
  const result = empty(x.shape, x.dtype);
  const out = result.storage.view();
  const [a, b] = [x.data(), y.data()];
  for (let i = 0; i < out.length; i++) {
    out[i] = fn(a[i] as number, b[i] as number);
  }
  return result;
}

/** Zeros of `x`'s shape, but `gradient` in the part of it that `view` shows. */
export function fillView(x: Tensor, gradient: Tensor, view: (full: Tensor) => Tensor): Tensor {
  const full = empty(x.shape, gradient.dtype);
  view(full).copyFrom(gradient);
  return full;
}

/** A reduced tensor seen in the shape it was reduced from. */
export function unreduce(reduced: Tensor, shape: readonly number[], dims: ReadonlySet<number>): Tensor {
  const kept = shape.map((size, d) => (dims.has(d) ? 1 : size));
  return expand(reshape(reduced, kept), shape);
}
