// Views: operators that see the same storage in another shape, and copies where they must. Quantized tensors keep
// their quantizer.

import { differentiable } from '../autograd/record';
import type { TypedArray } from '../storage';
import { rowMajorStrides, Tensor } from '../tensor';
import { like, product } from './create';

/** A dimension counted from the end if negative. @throws RangeError */
export function normalizeDim(dim: number, ndim: number, op: string): number {
  const range = Math.max(1, ndim);
  if (!Number.isInteger(dim) || dim < -range || dim >= range) {
    throw new RangeError(`${op}: dimension ${dim} is out of range for ${ndim} dimensions`);
  }
  return dim < 0 ? dim + range : dim;
}

/** `(2, 3)` or `([2, 3])` as one list. */
export function sizesOf(args: readonly unknown[]): number[] {
  const [first] = args;
  return (Array.isArray(first) ? [...(first as number[])] : [...args]) as number[];
}

/** Fills in a −1. @throws Error where the element count does not fit. */
export function inferSize(sizes: readonly number[], count: number, op: string): number[] {
  const unknown = sizes.indexOf(-1);
  const known = product(sizes.filter(s => s !== -1));
  const inferred = sizes.map(s => (s === -1 ? (known === 0 ? 0 : count / known) : s));
  if (
    product(inferred) !== count ||
    inferred.some(s => !Number.isInteger(s)) ||
    (unknown >= 0 && sizes.lastIndexOf(-1) !== unknown)
  ) {
    throw new Error(`${op}: shape [${sizes.join(', ')}] is invalid for ${count} elements`);
  }
  return inferred;
}

export const reshape = differentiable('reshape', (x: Tensor, sizes: readonly number[]): Tensor => {
  const shape = inferSize(sizes, x.numel(), 'reshape');
  return withShape(x.isContiguous() ? x : contiguous(x), shape);
});

export const view = differentiable('view', (x: Tensor, sizes: readonly number[]): Tensor => {
  const shape = inferSize(sizes, x.numel(), 'view');
  if (x.isContiguous()) {
    return withShape(x, shape);
  }
  const strides = viewStrides(x, shape);
  if (!strides) {
    throw new Error(
      `view: size [${shape.join(', ')}] does not fit the strides of this [${x.shape.join(', ')}] tensor ` +
        '(at least one dimension spans two contiguous subspaces); use reshape, or contiguous() first'
    );
  }
  return strided(x, shape, strides, x.offset);
});

export const contiguous = differentiable('contiguous', (x: Tensor): Tensor => {
  return x.isContiguous() ? x : like(x, x.data());
});

export const clone = differentiable('clone', (x: Tensor): Tensor => {
  return like(x, x.data().slice() as TypedArray);
});

export function detach(x: Tensor): Tensor {
  const { strides, offset, quantizer } = x;
  // Not a view in autograd's eyes, and it must not keep the history alive.
  return new Tensor(x.storage, x.shape, { strides, offset, quantizer });
}

export const permute = differentiable('permute', (x: Tensor, dims: readonly number[]): Tensor => {
  const order = dims.map(d => normalizeDim(d, x.ndim, 'permute'));
  if (order.length !== x.ndim || new Set(order).size !== x.ndim) {
    throw new Error(`permute: [${dims.join(', ')}] is no order of ${x.ndim} dimensions`);
  }
  return strided(
    x,
    order.map(d => at(x.shape, d)),
    order.map(d => at(x.strides, d)),
    x.offset
  );
});

export function transpose(x: Tensor, dim0: number, dim1: number): Tensor {
  const order = x.shape.map((_, d) => d);
  const a = normalizeDim(dim0, x.ndim, 'transpose');
  const b = normalizeDim(dim1, x.ndim, 'transpose');
  if (x.ndim > 0) {
    order[a] = b;
    order[b] = a;
  }
  return permute(x, order);
}

export const squeeze = differentiable(
  'squeeze',
  (x: Tensor, dim: number | readonly number[] | null): Tensor => {
    const dims =
      dim === null
        ? x.shape.map((_, d) => d)
        : (typeof dim === 'number' ? [dim] : dim).map(d => normalizeDim(d, x.ndim, 'squeeze'));
    const keep = x.shape.map((_, d) => d).filter(d => !(dims.includes(d) && x.shape[d] === 1));
    return strided(
      x,
      keep.map(d => at(x.shape, d)),
      keep.map(d => at(x.strides, d)),
      x.offset
    );
  }
);

export const unsqueeze = differentiable('unsqueeze', (x: Tensor, dim: number): Tensor => {
  const d = normalizeDim(dim, x.ndim + 1, 'unsqueeze');
  const shape = [...x.shape];
  const strides = [...x.strides];
  strides.splice(d, 0, (shape[d] ?? 1) * (strides[d] ?? 1));
  shape.splice(d, 0, 1);
  return strided(x, shape, strides, x.offset);
});

export const expand = differentiable('expand', (x: Tensor, sizes: readonly number[]): Tensor => {
  const lead = sizes.length - x.ndim;
  const strides: number[] = [];
  const shape = sizes.map((size, d) => {
    const own = d < lead ? 1 : at(x.shape, d - lead);
    const target = size === -1 ? own : size;
    if (lead < 0 || (own !== 1 && own !== target)) {
      throw new Error(`expand: [${x.shape.join(', ')}] cannot become [${sizes.join(', ')}]`);
    }
    strides.push(d < lead || (own === 1 && target !== 1) ? 0 : at(x.strides, d - lead));
    return target;
  });
  return strided(x, shape, strides, x.offset);
});

export function flatten(x: Tensor, startDim = 0, endDim = -1): Tensor {
  const start = normalizeDim(startDim, x.ndim, 'flatten');
  const end = normalizeDim(endDim, x.ndim, 'flatten');
  if (x.ndim === 0) {
    return reshape(x, [1]);
  }
  const merged = product(x.shape.slice(start, end + 1));
  return reshape(x, [...x.shape.slice(0, start), merged, ...x.shape.slice(end + 1)]);
}

export function unflatten(x: Tensor, dim: number, sizes: readonly number[]): Tensor {
  const d = normalizeDim(dim, x.ndim, 'unflatten');
  return reshape(x, [
    ...x.shape.slice(0, d),
    ...inferSize(sizes, at(x.shape, d), 'unflatten'),
    ...x.shape.slice(d + 1)
  ]);
}

/** Dimensions `source` go to the places `destination`. */
export function movedim(
  x: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[]
): Tensor {
  const from = [source].flat().map(d => normalizeDim(d, x.ndim, 'movedim'));
  const to = [destination].flat().map(d => normalizeDim(d, x.ndim, 'movedim'));
  if (from.length !== to.length || new Set(from).size !== from.length || new Set(to).size !== to.length) {
    throw new Error(`movedim: [${from.join(', ')}] cannot go to [${to.join(', ')}]`);
  }
  const rest = x.shape.map((_, d) => d).filter(d => !from.includes(d));
  return permute(
    x,
    x.shape.map((_, d) => (to.includes(d) ? at(from, to.indexOf(d)) : (rest.shift() as number)))
  );
}

/** A tensor over the same storage, seen otherwise. */
export function strided(
  x: Tensor,
  shape: readonly number[],
  strides: readonly number[],
  offset: number
): Tensor {
  const { axis, scales = [] } = x.quantizer ?? {};
  if (axis !== undefined && (shape[axis] !== scales.length || strides[axis] !== x.strides[axis])) {
    throw new TypeError(
      `a view of a tensor quantized per channel must leave dimension ${axis}, the channels', as it is; dequantize() first`
    );
  }
  return new Tensor(x.storage, [...shape], {
    strides: [...strides],
    offset,
    quantizer: x.quantizer,
    base: x.base ?? x
  });
}

function withShape(x: Tensor, shape: readonly number[]): Tensor {
  return strided(x, shape, rowMajorStrides(shape), x.offset);
}

/** Strides under which a non-contiguous tensor can be seen as `shape`, if there are any. */
function viewStrides(x: Tensor, shape: readonly number[]): number[] | undefined {
  const strides = new Array<number>(shape.length).fill(0);
  let viewDim = shape.length - 1;
  let chunkStride = at(x.strides, x.ndim - 1);
  let tensorCount = 1;
  let viewCount = 1;
  for (let d = x.ndim - 1; d >= 0; d--) {
    tensorCount *= at(x.shape, d);
    const previous = d === 0 ? undefined : at(x.strides, d - 1);
    if (d === 0 || (at(x.shape, d - 1) !== 1 && previous !== tensorCount * chunkStride)) {
      while (viewDim >= 0 && (viewCount < tensorCount || shape[viewDim] === 1)) {
        strides[viewDim] = viewCount * chunkStride;
        viewCount *= at(shape, viewDim);
        viewDim -= 1;
      }
      if (viewCount !== tensorCount) {
        return undefined;
      }
      if (d > 0) {
        chunkStride = at(x.strides, d - 1);
        tensorCount = 1;
        viewCount = 1;
      }
    }
  }
  return viewDim === -1 ? strides : undefined;
}

/** An entry that is there. */
export function at(list: readonly number[], index: number): number {
  const value = list[index];
  if (value === undefined) {
    throw new RangeError(`dimension ${index} does not exist in [${list.join(', ')}]`);
  }
  return value;
}
