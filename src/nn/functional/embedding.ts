// Rows by index: `torch.nn.functional.embedding`, `embedding_bag`.

import { noGrad } from '../../tensor/autograd/record';
import {
  BAG_MODES,
  bagsOf,
  embeddingBag as bagOp,
  renormRows,
  type BagMode
} from '../../tensor/ops/embeddingBag';
import { embedding as embeddingOp } from '../../tensor/ops/indexing';
import type { Tensor } from '../../tensor/tensor';
import { python } from './define';

export type { BagMode };

/** Keyword arguments of `embedding`. */
export interface EmbeddingOptions {
  /** This row gets no gradient. */
  paddingIdx?: number | null;
  /** Rows longer than this are scaled to it, in place, before they are read. */
  maxNorm?: number | null;
  /** The p of that norm; 2 if absent. */
  normType?: number;
  /** Divides each row's gradient by how often it was picked. */
  scaleGradByFreq?: boolean;
  /** Accepted for PyTorch's sake; gradients here are dense. */
  sparse?: boolean;
}

/** Counted from the end if negative. @throws RangeError outside of the rows. */
function paddingRow(op: string, paddingIdx: number | null, rows: number): number | null {
  if (paddingIdx === null) {
    return null;
  }
  if (paddingIdx < -rows || paddingIdx >= rows) {
    throw new RangeError(`${op}: paddingIdx ${paddingIdx} is out of range for ${rows} rows`);
  }
  return paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
}

/** Rows of `weight` `[V, D]` by `indices` of any shape `[…]` → `[…, D]`. */
export const embedding = python<(indices: Tensor, weight: Tensor, options?: EmbeddingOptions) => Tensor>(
  'embedding',
  2,
  [
    'input',
    'weight',
    ['padding_idx', null],
    ['max_norm', null],
    ['norm_type', 2],
    ['scale_grad_by_freq', false],
    ['sparse', false]
  ],
  (
    indices: Tensor,
    weight: Tensor,
    paddingIdx: number | null,
    maxNorm: number | null,
    normType: number,
    byFrequency: boolean
  ) => {
    const padding = paddingRow('embedding', paddingIdx, weight.shape[0] ?? 0);
    if (maxNorm !== null) {
      noGrad(() => renormRows(weight, indices.data(), maxNorm, normType));
    }
    return embeddingOp(indices, weight, padding, byFrequency);
  }
);

/** Keyword arguments of `embeddingBag`. */
export interface EmbeddingBagFunctionOptions extends EmbeddingOptions {
  /** Where each bag starts, for indices in one row. */
  offsets?: Tensor | null;
  /** `'mean'` if absent. */
  mode?: BagMode;
  /** One factor per index; only with `'sum'`. */
  perSampleWeights?: Tensor | null;
  /** The last offset is the end of the last bag. */
  includeLastOffset?: boolean;
}

/** One row per bag of indices: their rows' sum, mean or largest values. `[B, D]`. */
export const embeddingBag = python<
  (indices: Tensor, weight: Tensor, options?: EmbeddingBagFunctionOptions) => Tensor
>(
  'embedding_bag',
  2,
  [
    'input',
    'weight',
    ['offsets', null],
    ['max_norm', null],
    ['norm_type', 2],
    ['scale_grad_by_freq', false],
    ['mode', 'mean'],
    ['sparse', false],
    ['per_sample_weights', null],
    ['include_last_offset', false],
    ['padding_idx', null]
  ],
  (
    indices: Tensor,
    weight: Tensor,
    offsets: Tensor | null,
    maxNorm: number | null,
    normType: number,
    byFrequency: boolean,
    mode: BagMode,
    _sparse: boolean,
    perSampleWeights: Tensor | null,
    includeLastOffset: boolean,
    paddingIdx: number | null
  ) => {
    const rows = weight.shape[0] ?? 0;
    if (!BAG_MODES.includes(mode)) {
      throw new Error(`embeddingBag: mode '${String(mode)}' is unknown; one of ${BAG_MODES.join(', ')}`);
    }
    if (perSampleWeights && mode !== 'sum') {
      throw new Error(`embeddingBag: perSampleWeights need mode 'sum', not '${mode}'`);
    }
    if (perSampleWeights && perSampleWeights.shape.join() !== indices.shape.join()) {
      throw new Error(
        `embeddingBag: perSampleWeights [${perSampleWeights.shape.join(', ')}] must have the shape of the indices [${indices.shape.join(', ')}]`
      );
    }
    const padding = paddingRow('embeddingBag', paddingIdx, rows);
    const bags = bagsOf(indices, offsets, includeLastOffset, rows);
    if (maxNorm !== null) {
      noGrad(() => renormRows(weight, bags.indices, maxNorm, normType));
    }
    return bagOp(weight, perSampleWeights, bags, { mode, paddingIdx: padding, byFrequency });
  }
);
