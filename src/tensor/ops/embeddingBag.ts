// Sums, means and maxima of rows picked by index: `torch.nn.functional.embedding_bag`, and what embeddings share.

import { differentiable } from '../autograd/record';
import type { Tensor } from '../tensor';
import { empty } from './create';
import { at } from './shape';

export const BAG_MODES = ['sum', 'mean', 'max'] as const;
/** What becomes of the rows of a bag: their sum, mean or maximum. */
export type BagMode = (typeof BAG_MODES)[number];

/** Which indices form which bag. */
export interface Bags {
  readonly indices: ArrayLike<number>;
  /** Start of every bag in `indices`, and the end of the last. */
  readonly bounds: readonly number[];
}

/**
 * Bags of `input`: rows of a matrix, or pieces of a vector that start at `offsets`; with `includeLast` the last
 * offset is the end. @throws Error for shapes, offsets or indices that do not fit.
 */
export function bagsOf(
  input: Tensor,
  offsets: Tensor | null,
  includeLast: boolean,
  rows: number,
  op = 'embeddingBag'
): Bags {
  const indices = input.data();
  for (const row of indices) {
    if (!(row >= 0 && row < rows)) {
      throw new RangeError(`${op}: index ${row} is out of range for ${rows} rows`);
    }
  }
  if (input.ndim === 2) {
    if (offsets) {
      throw new Error(`${op}: a matrix of indices has its rows as bags; leave offsets out`);
    }
    const width = at(input.shape, 1);
    return { indices, bounds: Array.from({ length: at(input.shape, 0) + 1 }, (_, i) => i * width) };
  }
  if (input.ndim !== 1 || offsets?.ndim !== 1) {
    throw new Error(
      `${op}: indices [${input.shape.join(', ')}] must be a matrix, or a vector with a vector of offsets`
    );
  }
  return { indices, bounds: boundsOf([...offsets.data()], indices.length, includeLast, op) };
}

function boundsOf(offsets: number[], count: number, includeLast: boolean, op: string): number[] {
  const bounds = includeLast ? offsets : [...offsets, count];
  if (includeLast && bounds.length === 0) {
    throw new Error(`${op}: with includeLastOffset there must be at least one offset`);
  }
  if (bounds.length > 1 && bounds[0] !== 0) {
    throw new Error(`${op}: the first offset must be 0, got ${bounds[0] ?? 'none'}`);
  }
  bounds.forEach((bound, i) => {
    if (bound > count || (i > 0 && bound < at(bounds, i - 1))) {
      throw new Error(`${op}: offsets [${bounds.join(', ')}] must not fall and not exceed ${count} indices`);
    }
  });
  return bounds;
}

export interface BagOptions {
  readonly mode: BagMode;
  /** This row does not count. */
  readonly paddingIdx: number | null;
  /** Each row's gradient is divided by how often it was picked. */
  readonly byFrequency: boolean;
}

/** Visits the indices that count, with their bag and their place in `indices`. */
export function eachInBag(
  { indices, bounds }: Bags,
  paddingIdx: number | null,
  visit: (bag: number, place: number, row: number) => void
): void {
  for (let bag = 0; bag + 1 < bounds.length; bag++) {
    for (let i = at(bounds, bag); i < at(bounds, bag + 1); i++) {
      const row = indices[i] as number;
      if (row !== paddingIdx) {
        visit(bag, i, row);
      }
    }
  }
}

/** How many indices of each bag count. */
export function bagSizes(bags: Bags, paddingIdx: number | null): Float64Array {
  const sizes = new Float64Array(Math.max(0, bags.bounds.length - 1));
  eachInBag(bags, paddingIdx, bag => {
    sizes[bag] = (sizes[bag] as number) + 1;
  });
  return sizes;
}

/** One row per bag, `[B, D]`; 0 for an empty bag. `weights` (one per index) scale the rows of a sum. */
export const embeddingBag = differentiable(
  'embeddingBag',
  (weight: Tensor, weights: Tensor | null, bags: Bags, { mode, paddingIdx }: BagOptions): Tensor => {
    const width = at(weight.shape, 1);
    const result = empty([Math.max(0, bags.bounds.length - 1), width], weight.dtype);
    const out = result.storage.view();
    const [source, scales] = [weight.data(), weights?.data()];
    const sizes = bagSizes(bags, paddingIdx);
    if (mode === 'max') {
      out.fill(-Infinity);
    }
    eachInBag(bags, paddingIdx, (bag, place, row) => {
      const scale = scales ? (scales[place] as number) : 1;
      for (let k = 0; k < width; k++) {
        const [to, value] = [bag * width + k, (source[row * width + k] as number) * scale];
        out[to] = mode === 'max' ? Math.max(out[to] as number, value) : (out[to] as number) + value;
      }
    });
    sizes.forEach((size, bag) => {
      for (let to = bag * width; to < (bag + 1) * width; to++) {
        out[to] = size === 0 ? 0 : mode === 'mean' ? (out[to] as number) / size : (out[to] as number);
      }
    });
    return result;
  }
);

/** Scales the picked rows of `weight` that are longer than `maxNorm`, in place: what `max_norm` does. */
export function renormRows(
  weight: Tensor,
  indices: ArrayLike<number>,
  maxNorm: number,
  normType: number
): void {
  const width = at(weight.shape, 1);
  for (const row of new Set(Array.from(indices))) {
    const values = Array.from(weight.data().slice(row * width, (row + 1) * width));
    const sum = values.reduce((total, v) => total + Math.abs(v) ** normType, 0);
    const norm = normType === Infinity ? Math.max(...values.map(Math.abs)) : sum ** (1 / normType);
    if (norm > maxNorm) {
      const all = weight.storage.view();
      const start = weight.offset + row * width;
      for (let k = 0; k < width; k++) {
        all[start + k] = ((all[start + k] as number) * maxNorm) / (norm + 1e-7);
      }
    }
  }
}
