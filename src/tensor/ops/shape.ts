// Operators that move or re-read elements: views, permutations, joins, slices. Quantized tensors keep
// their quantizer; a per-channel axis is not followed through permutations and refused there.

import { differentiable } from '../autograd/record';
import { ellipsis, Slice } from '../structures';
import type { TypedArray } from '../storage';
import { rowMajorStrides, Tensor } from '../tensor';
import { empty, fromData, like, product } from './create';

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
  return strided(x, x.shape, x.strides, x.offset);
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

export const narrow = differentiable(
  'narrow',
  (x: Tensor, dim: number, start: number, length: number): Tensor => {
    const d = normalizeDim(dim, x.ndim, 'narrow');
    const size = at(x.shape, d);
    const from = start < 0 ? start + size : start;
    if (from < 0 || length < 0 || from + length > size) {
      throw new RangeError(`narrow: ${start} + ${length} exceeds size ${size} of dimension ${dim}`);
    }
    const shape = x.shape.map((s, i) => (i === d ? length : s));
    return strided(x, shape, x.strides, x.offset + from * at(x.strides, d));
  }
);

export const select = differentiable('select', (x: Tensor, dim: number, index: number): Tensor => {
  const d = normalizeDim(dim, x.ndim, 'select');
  const size = at(x.shape, d);
  const i = index < 0 ? index + size : index;
  if (i < 0 || i >= size) {
    throw new RangeError(`select: index ${index} is out of range for dimension ${dim} of size ${size}`);
  }
  const drop = (list: readonly number[]) => list.filter((_, k) => k !== d);
  return strided(x, drop(x.shape), drop(x.strides), x.offset + i * at(x.strides, d));
});

export function unbind(x: Tensor, dim = 0): Tensor[] {
  const d = normalizeDim(dim, x.ndim, 'unbind');
  return Array.from({ length: at(x.shape, d) }, (_, i) => select(x, d, i));
}

export function split(x: Tensor, sizes: number | readonly number[], dim = 0): Tensor[] {
  const d = normalizeDim(dim, x.ndim, 'split');
  const total = at(x.shape, d);
  const lengths =
    typeof sizes === 'number'
      ? Array.from({ length: Math.max(1, Math.ceil(total / sizes)) }, (_, i) =>
          Math.min(sizes, total - i * sizes)
        )
      : sizes;
  let start = 0;
  return lengths.map(length => {
    const part = narrow(x, d, start, length);
    start += length;
    return part;
  });
}

export function chunk(x: Tensor, chunks: number, dim = 0): Tensor[] {
  const d = normalizeDim(dim, x.ndim, 'chunk');
  return split(x, Math.max(1, Math.ceil(at(x.shape, d) / chunks)), d);
}

/** Python's `x[index]`. */
export function index(x: Tensor, key: unknown): Tensor {
  const keys = Array.isArray(key) ? [...(key as unknown[])] : [key];
  const named = keys.filter(k => k !== null && k !== ellipsis).length;
  const dots = keys.indexOf(ellipsis);
  if (dots >= 0) {
    keys.splice(dots, 1, ...new Array<unknown>(x.ndim - named).fill(new Slice()));
  }
  let result = x;
  let d = 0;
  for (const k of keys) {
    if (k === null) {
      result = unsqueeze(result, d++);
    } else if (typeof k === 'number') {
      result = select(result, d, k);
    } else if (k instanceof Slice) {
      result = slice(result, d++, k as Slice<number | null>);
    } else if (k instanceof Tensor) {
      result = k.dtype === 'bool' ? indexSelect(result, d++, nonzero(k)) : indexTensor(result, d++, k);
    } else {
      throw new TypeError(`index: a ${typeof k} cannot be an index`);
    }
  }
  return result;
}

function indexTensor(x: Tensor, dim: number, indices: Tensor): Tensor {
  const picked = indexSelect(x, dim, reshape(indices, [-1]));
  return reshape(picked, [...x.shape.slice(0, dim), ...indices.shape, ...x.shape.slice(dim + 1)]);
}

function nonzero(mask: Tensor): Tensor {
  const found = [...mask.data()].flatMap((value, i) => (value === 0 ? [] : [i]));
  return fromData(found, [found.length], 'int64');
}

export const slice = differentiable(
  'slice',
  (x: Tensor, dim: number, { start, stop, step }: Slice<number | null>): Tensor => {
    const size = at(x.shape, dim);
    const stride = step ?? 1;
    if (stride <= 0) {
      throw new RangeError('slice: step must be greater than zero');
    }
    const clampIndex = (i: number) => Math.min(size, Math.max(0, i < 0 ? i + size : i));
    const from = clampIndex(start ?? 0);
    const to = Math.max(from, clampIndex(stop ?? size));
    const shape = x.shape.map((s, d) => (d === dim ? Math.ceil((to - from) / stride) : s));
    const strides = x.strides.map((s, d) => (d === dim ? s * stride : s));
    return strided(x, shape, strides, x.offset + from * at(x.strides, dim));
  }
);

export const indexSelect = differentiable(
  'indexSelect',
  (x: Tensor, dim: number, indices: Tensor): Tensor => {
    const d = normalizeDim(dim, x.ndim, 'indexSelect');
    const parts = [...indices.data()].map(i => narrow(x, d, i, 1));
    return parts.length > 0 ? cat(parts, d) : narrow(x, d, 0, 0);
  }
);

/** Joins tensors of one dtype; for quantized ones see `quantized/cat`. */
export const cat = differentiable('cat', (tensors: readonly Tensor[], dim: number = 0): Tensor => {
  const parts = tensors.filter(t => !(t.ndim === 1 && t.numel() === 0));
  const [first] = parts.length > 0 ? parts : tensors;
  if (!first) {
    throw new Error('cat: expected a list of tensors, got none');
  }
  const d = normalizeDim(dim, first.ndim, 'cat');
  const shape = first.shape.map((size, k) =>
    k === d ? parts.reduce((sum, t) => sum + at(t.shape, d), 0) : size
  );
  for (const part of parts) {
    if (part.ndim !== first.ndim || part.shape.some((size, k) => k !== d && size !== first.shape[k])) {
      throw new Error(
        `cat: sizes must match except in dimension ${dim}: [${first.shape.join(', ')}] and [${part.shape.join(', ')}]`
      );
    }
  }
  const result = empty(shape, parts.some(p => p.dtype === 'float32') ? 'float32' : first.dtype);
  const target = result.storage.view();
  const inner = product(shape.slice(d + 1));
  const outer = product(shape.slice(0, d));
  const row = at(shape, d) * inner;
  let column = 0;
  for (const part of parts) {
    const source = part.data();
    const width = at(part.shape, d) * inner;
    for (let o = 0; o < outer; o++) {
      target.set(source.subarray(o * width, (o + 1) * width), o * row + column);
    }
    column += width;
  }
  return first.quantizer ? new Tensor(result.storage, shape, { quantizer: first.quantizer }) : result;
});

export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  return cat(
    tensors.map(t => unsqueeze(t, normalizeDim(dim, t.ndim + 1, 'stack'))),
    normalizeDim(dim, (tensors[0]?.ndim ?? 0) + 1, 'stack')
  );
}

export function repeat(x: Tensor, sizes: readonly number[]): Tensor {
  let result = reshape(x, [...new Array<number>(Math.max(0, sizes.length - x.ndim)).fill(1), ...x.shape]);
  sizes.forEach((count, d) => {
    result = count === 1 ? result : cat(new Array<Tensor>(count).fill(result), d);
  });
  return contiguous(result);
}

export function repeatInterleave(x: Tensor, repeats: number, dim: number | null): Tensor {
  const source = dim === null ? flatten(x) : x;
  const d = normalizeDim(dim ?? 0, source.ndim, 'repeatInterleave');
  const indices = Array.from({ length: at(source.shape, d) * repeats }, (_, i) => Math.floor(i / repeats));
  return indexSelect(source, d, fromData(indices, [indices.length], 'int64'));
}

export function flip(x: Tensor, dims: readonly number[]): Tensor {
  return dims.reduce((result, dim) => {
    const d = normalizeDim(dim, x.ndim, 'flip');
    const size = at(x.shape, d);
    return indexSelect(
      result,
      d,
      fromData(
        Array.from({ length: size }, (_, i) => size - 1 - i),
        [size],
        'int64'
      )
    );
  }, x);
}

export function roll(x: Tensor, shifts: number, dim: number): Tensor {
  const d = normalizeDim(dim, x.ndim, 'roll');
  const size = at(x.shape, d);
  const shift = ((shifts % size) + size) % size;
  return shift === 0 ? x : cat([narrow(x, d, size - shift, shift), narrow(x, d, 0, size - shift)], d);
}

/** `[N, C·r², H, W]` → `[N, C, H·r, W·r]`. */
export function pixelShuffle(x: Tensor, factor: number): Tensor {
  const [h = 0, w = 0] = x.shape.slice(-2);
  const c = at(x.shape, x.ndim - 3) / (factor * factor);
  const lead = x.shape.slice(0, -3);
  const n = lead.length;
  const split6 = reshape(x, [...lead, c, factor, factor, h, w]);
  const order = [...lead.map((_, i) => i), n, n + 3, n + 1, n + 4, n + 2];
  return reshape(permute(split6, order), [...lead, c, h * factor, w * factor]);
}

export function pixelUnshuffle(x: Tensor, factor: number): Tensor {
  const [c = 0, h = 0, w = 0] = x.shape.slice(-3);
  const lead = x.shape.slice(0, -3);
  const n = lead.length;
  const split6 = reshape(x, [...lead, c, h / factor, factor, w / factor, factor]);
  const order = [...lead.map((_, i) => i), n, n + 2, n + 4, n + 1, n + 3];
  return reshape(permute(split6, order), [...lead, c * factor * factor, h / factor, w / factor]);
}

export function channelShuffle(x: Tensor, groups: number): Tensor {
  const [n = 1, c = 1, ...rest] = x.shape;
  return reshape(transpose(reshape(x, [n, groups, c / groups, ...rest]), 1, 2), x.shape);
}

/** A tensor over the same storage, seen otherwise. */
function strided(x: Tensor, shape: readonly number[], strides: readonly number[], offset: number): Tensor {
  return new Tensor(x.storage, [...shape], { strides: [...strides], offset, quantizer: x.quantizer });
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
