// Views of parts of a tensor: slices, splits, diagonals, windows.

import { differentiable } from '../autograd/record';
import type { Slice } from '../structures';
import { Tensor } from '../tensor';
import { at, normalizeDim, strided } from './views';

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
  if (
    typeof sizes === 'number'
      ? sizes < 0 || (sizes === 0 && total > 0)
      : sizes.reduce((a, b) => a + b, 0) !== total
  ) {
    throw new Error(`split: sizes ${JSON.stringify(sizes)} do not make up dimension ${dim} of size ${total}`);
  }
  const lengths =
    typeof sizes === 'number'
      ? Array.from({ length: sizes === 0 ? 1 : Math.max(1, Math.ceil(total / sizes)) }, (_, i) =>
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
  if (!(chunks > 0)) {
    throw new RangeError(`chunk: expected at least one chunk, got ${chunks}`);
  }
  return split(x, Math.max(1, Math.ceil(at(x.shape, d) / chunks)), d);
}

/** Into that many parts whose sizes differ by one at most, or at the given positions. */
export function tensorSplit(x: Tensor, parts: number | readonly number[] | Tensor, dim = 0): Tensor[] {
  const d = normalizeDim(dim, x.ndim, 'tensor_split');
  const size = at(x.shape, d);
  const given = parts instanceof Tensor ? (parts.ndim === 0 ? parts.item() : [...parts.data()]) : parts;
  if (typeof given === 'number') {
    const [small, more] = [Math.floor(size / given), size % given];
    return split(
      x,
      Array.from({ length: given }, (_, i) => small + Number(i < more)),
      d
    );
  }
  const ends = [...given.map(p => Math.min(size, Math.max(0, p < 0 ? p + size : p))), size];
  let start = 0;
  return ends.map(end => {
    const part = narrow(x, d, Math.min(start, end), Math.max(0, end - start));
    start = end;
    return part;
  });
}

/** The diagonal of two dimensions as a new last one. */
export const diagonal = differentiable(
  'diagonal',
  (x: Tensor, offset: number = 0, dim1: number = 0, dim2: number = 1): Tensor => {
    const [a, b] = [normalizeDim(dim1, x.ndim, 'diagonal'), normalizeDim(dim2, x.ndim, 'diagonal')];
    if (a === b) {
      throw new Error(`diagonal: dimensions ${dim1} and ${dim2} are the same`);
    }
    const length = Math.max(
      0,
      Math.min(at(x.shape, a) + Math.min(0, offset), at(x.shape, b) - Math.max(0, offset))
    );
    const step = offset >= 0 ? at(x.strides, b) : at(x.strides, a);
    const drop = (list: readonly number[]) => list.filter((_, d) => d !== a && d !== b);
    return strided(
      x,
      [...drop(x.shape), length],
      [...drop(x.strides), at(x.strides, a) + at(x.strides, b)],
      x.offset + (length === 0 ? 0 : Math.abs(offset) * step)
    );
  }
);

/** Windows of `size` every `step` along `dim`, as a new last dimension. */
export const unfoldDim = differentiable(
  'unfoldDim',
  (x: Tensor, dim: number, size: number, step: number): Tensor => {
    const d = normalizeDim(dim, x.ndim, 'unfold');
    const extent = x.ndim === 0 ? 1 : at(x.shape, d);
    if (size > extent || size < 0 || step <= 0) {
      throw new RangeError(
        `unfold: windows of ${size} every ${step} do not fit dimension ${dim} of size ${extent}`
      );
    }
    const count = Math.floor((extent - size) / step) + 1;
    const stride = x.ndim === 0 ? 1 : at(x.strides, d);
    return strided(
      x,
      [...x.shape.map((s, k) => (k === d ? count : s)), size],
      [...x.strides.map((s, k) => (k === d ? s * step : s)), stride],
      x.offset
    );
  }
);

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
