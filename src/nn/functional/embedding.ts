// Embedding of `torch.nn.functional`: rows by index.

import { embedding as embeddingOp } from '../../tensor/ops/indexing';
import type { Tensor } from '../../tensor/tensor';
import { python } from './define';

interface EmbeddingOptions {
  /** This row gets no gradient. */
  paddingIdx?: number | null;
  /** Divides each row's gradient by how often it was picked. */
  scaleGradByFreq?: boolean;
}
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
    _maxNorm: null,
    _normType: number,
    byFrequency: boolean
  ) => embeddingOp(indices, weight, paddingIdx, byFrequency)
);
