// Operators that copy elements to other places: joins, repetitions, picks along a dimension, shuffles.

import { differentiable } from '../autograd/record';
import { Tensor } from '../tensor';
import { empty, fromData, product } from './create';
import {
  at,
  contiguous,
  flatten,
  narrow,
  normalizeDim,
  permute,
  reshape,
  transpose,
  unsqueeze
} from './views';

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

/** @param join what puts the tensors after each other. */
export function stack(
  tensors: readonly Tensor[],
  dim = 0,
  join: (tensors: readonly Tensor[], dim: number) => Tensor = cat
): Tensor {
  return join(
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
