// Operators that copy elements to other places: joins, repetitions, picks along a dimension, shuffles.

import { differentiable } from '../autograd/record';
import { Tensor } from '../tensor';
import { empty, fromData, product } from './create';
import { promoteTypes } from './promote';
import { narrow } from './parts';
import { at, clone, flatten, normalizeDim, permute, reshape, transpose, unsqueeze } from './views';

/** The slices of `x` along `dim` that a vector of positions names. */
export const indexSelect = differentiable(
  'indexSelect',
  (x: Tensor, dim: number, indices: Tensor): Tensor => {
    const d = normalizeDim(dim, x.ndim, 'index_select');
    if (indices.ndim > 1) {
      throw new Error(`index_select: positions must be a vector, got [${indices.shape.join(', ')}]`);
    }
    const size = x.ndim === 0 ? 1 : at(x.shape, d);
    const picks = indices.data();
    const shape = x.shape.map((s, k) => (k === d ? picks.length : s));
    const bare = empty(shape, x.dtype);
    const out = bare.storage.view();
    const source = x.data();
    const inner = product(x.shape.slice(d + 1));
    const outer = product(x.shape.slice(0, d));
    let to = 0;
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < picks.length; i++) {
        const k = picks[i] as number;
        if (!(k >= 0 && k < size)) {
          throw new RangeError(
            `index_select: index ${k} is out of range for dimension ${dim} of size ${size}`
          );
        }
        const from = (o * size + k) * inner;
        out.set(source.subarray(from, from + inner), to);
        to += inner;
      }
    }
    return x.quantizer ? new Tensor(bare.storage, shape, { quantizer: x.quantizer }) : bare;
  }
);

/** Joins tensors in their common dtype; for quantized ones see `quantized/binary`. */
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
  const result = empty(shape, tensors.map(t => t.dtype).reduce(promoteTypes));
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

/** @param join what puts the tensors after each other. */
export function stack(
  tensors: readonly Tensor[],
  dim = 0,
  join: (tensors: readonly Tensor[], dim: number) => Tensor = cat
): Tensor {
  const [first] = tensors;
  for (const t of tensors) {
    if (first && (t.ndim !== first.ndim || t.shape.some((size, k) => size !== first.shape[k]))) {
      throw new Error(
        `stack: all tensors need one shape, got [${first.shape.join(', ')}] and [${t.shape.join(', ')}]`
      );
    }
  }
  const d = normalizeDim(dim, (first?.ndim ?? 0) + 1, 'stack');
  return join(
    tensors.map(t => unsqueeze(t, d)),
    d
  );
}

/** `sizes` times along each dimension, new ones in front. */
export function repeat(x: Tensor, sizes: readonly number[]): Tensor {
  if (sizes.length < x.ndim) {
    throw new Error(
      `repeat: expected at least ${x.ndim} numbers for [${x.shape.join(', ')}], got [${sizes.join(', ')}]`
    );
  }
  let result = reshape(x, [...new Array<number>(sizes.length - x.ndim).fill(1), ...x.shape]);
  sizes.forEach((count, d) => {
    const kept = count === 0 ? narrow(result, d, 0, 0) : result;
    result = count <= 1 ? kept : cat(new Array<Tensor>(count).fill(result), d);
  });
  return clone(result);
}

/** Like `repeat`, but missing sizes are 1. */
export function tile(x: Tensor, sizes: readonly number[]): Tensor {
  return repeat(x, [...new Array<number>(Math.max(0, x.ndim - sizes.length)).fill(1), ...sizes]);
}

/** Each element (or slice along `dim`) that many times, or as often as a tensor says for each. */
export function repeatInterleave(x: Tensor, repeats: number | Tensor, dim: number | null): Tensor {
  const source = dim === null ? flatten(x) : x;
  const d = normalizeDim(dim ?? 0, source.ndim, 'repeat_interleave');
  const size = at(source.shape, d);
  const counts = typeof repeats === 'number' ? null : repeats.data();
  if (counts && counts.length !== size && counts.length !== 1) {
    throw new Error(`repeat_interleave: ${counts.length} counts for dimension ${d} of size ${size}`);
  }
  const countOf = (i: number) =>
    counts ? (counts[counts.length === 1 ? 0 : i] as number) : (repeats as number);
  const indices = Array.from({ length: size }, (_, i) => new Array<number>(countOf(i)).fill(i)).flat();
  return indexSelect(source, d, fromData(indices, [indices.length], 'int64'));
}

export function flip(x: Tensor, dims: readonly number[]): Tensor {
  const flipped = dims.map(dim => normalizeDim(dim, x.ndim, 'flip'));
  if (new Set(flipped).size !== flipped.length) {
    throw new Error(`flip: dimensions [${dims.join(', ')}] name one twice`);
  }
  return flipped.reduce((result, d) => {
    const size = x.ndim === 0 ? 1 : at(x.shape, d);
    const backwards = Array.from({ length: size }, (_, i) => size - 1 - i);
    return indexSelect(result, d, fromData(backwards, [size], 'int64'));
  }, clone(x));
}

/** Shifts along dimensions, what falls out comes in again; without dimensions of the flat tensor. */
export function roll(
  x: Tensor,
  shifts: number | readonly number[],
  dims: number | readonly number[] | null = null
): Tensor {
  const [amounts, along] = [[shifts].flat(), [dims ?? []].flat()];
  if (along.length === 0) {
    if (amounts.length !== 1) {
      throw new Error('roll: without dims there is one shift');
    }
    return reshape(roll(reshape(x, [-1]), amounts, [0]), x.shape);
  }
  if (amounts.length !== along.length) {
    throw new Error(`roll: ${amounts.length} shifts for ${along.length} dimensions`);
  }
  return along.reduce((result: Tensor, dim, i) => {
    const d = normalizeDim(dim, x.ndim, 'roll');
    const size = at(x.shape, d);
    const shift = size === 0 ? 0 : ((at(amounts, i) % size) + size) % size;
    return shift === 0
      ? result
      : cat([narrow(result, d, size - shift, shift), narrow(result, d, 0, size - shift)], d);
  }, clone(x));
}

/** Quarter turns from the first of `dims` towards the second. */
export function rot90(x: Tensor, k = 1, dims: readonly number[] = [0, 1]): Tensor {
  const [a = 0, b = 1] = dims.map(d => normalizeDim(d, x.ndim, 'rot90'));
  if (dims.length !== 2 || a === b) {
    throw new Error(`rot90: expected two different dimensions, got [${dims.join(', ')}]`);
  }
  switch (((k % 4) + 4) % 4) {
    case 1:
      return transpose(flip(x, [b]), a, b);
    case 2:
      return flip(x, [a, b]);
    case 3:
      return flip(transpose(x, a, b), [b]);
    default:
      return clone(x);
  }
}

/** `[N, C·r², H, W]` → `[N, C, H·r, W·r]`. */
export function pixelShuffle(x: Tensor, factor: number): Tensor {
  const [h = 0, w = 0] = x.shape.slice(-2);
  if (x.ndim < 3 || at(x.shape, x.ndim - 3) % (factor * factor) !== 0) {
    throw new Error(`pixel_shuffle: the channels of [${x.shape.join(', ')}] cannot be split by ${factor}²`);
  }
  const c = at(x.shape, x.ndim - 3) / (factor * factor);
  const lead = x.shape.slice(0, -3);
  const n = lead.length;
  const split6 = reshape(x, [...lead, c, factor, factor, h, w]);
  const order = [...lead.map((_, i) => i), n, n + 3, n + 1, n + 4, n + 2];
  return reshape(permute(split6, order), [...lead, c, h * factor, w * factor]);
}

export function pixelUnshuffle(x: Tensor, factor: number): Tensor {
  const [c = 0, h = 0, w = 0] = x.shape.slice(-3);
  if (x.ndim < 3 || h % factor !== 0 || w % factor !== 0) {
    throw new Error(
      `pixel_unshuffle: [${x.shape.join(', ')}] cannot be split by ${factor} in height and width`
    );
  }
  const lead = x.shape.slice(0, -3);
  const n = lead.length;
  const split6 = reshape(x, [...lead, c, h / factor, factor, w / factor, factor]);
  const order = [...lead.map((_, i) => i), n, n + 2, n + 4, n + 1, n + 3];
  return reshape(permute(split6, order), [...lead, c * factor * factor, h / factor, w / factor]);
}

export function channelShuffle(x: Tensor, groups: number): Tensor {
  const [n = 1, c = 1, ...rest] = x.shape;
  if (x.ndim < 3 || c % groups !== 0) {
    throw new Error(
      `channel_shuffle: the channels of [${x.shape.join(', ')}] cannot be split into ${groups} groups`
    );
  }
  return reshape(transpose(reshape(x, [n, groups, c / groups, ...rest]), 1, 2), x.shape);
}
