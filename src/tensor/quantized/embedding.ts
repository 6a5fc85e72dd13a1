// Rows kept as integers, each with its own scale and offset: `torch.ops.quantized.embedding_byte`, `embedding_4bit`,
// `embedding_bag_byte`, `embedding_bag_4bit`. Spec 9.7: 8-bit rows keep scale and offset as float32, 4-bit rows as
// float16.

import { compatibility } from '../compatibility';
import { toHalf } from '../ops/elementwise';
import { bagSizes, bagsOf, eachInBag, type BagMode } from '../ops/embeddingBag';
import { fromData } from '../ops/create';
import { at } from '../ops/shape';
import type { Tensor } from '../tensor';
import type { EmbeddingPackedParams } from './packed';
import { intRepr } from './quantize';
import { f32, fma32 } from './rounding';

interface Rows {
  readonly integers: ArrayLike<number>;
  readonly width: number;
  readonly count: number;
  /** Value = integer · scale + offset, by row. */
  readonly scales: Float32Array;
  readonly offsets: Float32Array;
}

/** @throws TypeError unless the rows are quint8 or quint4x2 with qparams of their own. */
function rowsOf(op: string, { weight }: EmbeddingPackedParams): Rows {
  const { quantizer } = weight;
  const isHalf = weight.dtype === 'quint4x2';
  if (!quantizer || quantizer.axis !== 0 || (weight.dtype !== 'quint8' && !isHalf)) {
    throw new TypeError(
      `${op}: rows must be quint8 or quint4x2, quantized along axis 0, got ${weight.dtype}`
    );
  }
  const round = isHalf ? toHalf : f32;
  return {
    ...layoutOf(weight),
    count: at(weight.shape, 0),
    scales: Float32Array.from(quantizer.scales, round),
    offsets: Float32Array.from(quantizer.scales, (s, row) =>
      round(-f32(f32(s) * f32(quantizer.zeroPoints[row] as number)))
    )
  };
}

/**
 * The integers row by row. PyTorch packs 4-bit rows without regard to where one ends: if their width is odd, each
 * half byte but those of the first row is read from the wrong place, and there is one column more.
 */
function layoutOf(weight: Tensor): { integers: ArrayLike<number>; width: number } {
  const width = at(weight.shape, 1);
  if (weight.dtype !== 'quint4x2' || width % 2 === 0 || !compatibility.reproducePyTorchDefects) {
    return { integers: weight.data(), width };
  }
  const bytes = intRepr(weight).data();
  const integers = Array.from({ length: bytes.length * 2 }, (_, i) =>
    i % 2 === 0 ? (bytes[i >> 1] as number) & 15 : (bytes[i >> 1] as number) >> 4
  );
  return { integers, width: width + 1 };
}

/** Rows by indices of any shape. */
export function quantizedEmbedding(packed: EmbeddingPackedParams, indices: Tensor): Tensor {
  const op = 'quantized.embedding';
  const rows = rowsOf(op, packed);
  const picks = indices.data();
  const { width } = rows;
  const out = new Float32Array(picks.length * width);
  for (let i = 0; i < picks.length; i++) {
    const row = picks[i] as number;
    if (!(row >= 0 && row < rows.count)) {
      throw new RangeError(`${op}: index ${row} is out of range for ${rows.count} rows`);
    }
    for (let k = 0; k < width; k++) {
      out[i * width + k] = fma32(
        at32(rows.integers, row * width + k),
        at32(rows.scales, row),
        at32(rows.offsets, row)
      );
    }
  }
  return fromData(out, [...indices.shape, width]);
}

const at32 = (values: ArrayLike<number>, i: number): number => values[i] as number;

export interface QuantizedBagOptions {
  readonly mode: BagMode;
  readonly includeLastOffset: boolean;
  readonly paddingIdx: number | null;
}

/** One row per bag. PyTorch's kernel sums, whatever the mode; here the mode counts. */
export function quantizedEmbeddingBag(
  packed: EmbeddingPackedParams,
  indices: Tensor,
  offsets: Tensor | null,
  perSampleWeights: Tensor | null,
  { mode, includeLastOffset, paddingIdx }: QuantizedBagOptions
): Tensor {
  const op = 'quantized.embedding_bag';
  const rows = rowsOf(op, packed);
  const defects = compatibility.reproducePyTorchDefects;
  const kind = defects ? 'sum' : mode;
  const padding = defects ? null : paddingIdx;
  const bags = bagsOf(indices, offsets, includeLastOffset, rows.count, op);
  const { width } = rows;
  const sizes = bagSizes(bags, padding);
  const out = new Float32Array(sizes.length * width).fill(kind === 'max' ? -Infinity : 0);
  const factors = perSampleWeights?.data();
  eachInBag(bags, padding, (bag, place, row) => {
    const factor = factors ? (factors[place] as number) : 1;
    const scale = f32(at32(rows.scales, row) * factor);
    const offset = f32(at32(rows.offsets, row) * factor);
    for (let k = 0; k < width; k++) {
      const to = bag * width + k;
      const q = at32(rows.integers, row * width + k);
      out[to] =
        kind === 'max'
          ? Math.max(at32(out, to), fma32(q, scale, offset))
          : fma32(q, scale, f32(at32(out, to) + offset));
    }
  });
  sizes.forEach((size, bag) => {
    for (let to = bag * width; to < (bag + 1) * width; to++) {
      out[to] = size === 0 ? 0 : kind === 'mean' ? at32(out, to) / size : at32(out, to);
    }
  });
  return fromData(out, [sizes.length, width]);
}
