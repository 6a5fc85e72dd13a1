// `torch.nn.functional.scaled_dot_product_attention`, from primitives, so that gradients come with them; and the
// masks attention takes.

import { full, zeros } from '../../tensor/ops/create';
import { add, maskedFill, mul } from '../../tensor/ops/elementwise';
import { matmul } from '../../tensor/ops/linear';
import { softmax } from '../../tensor/ops/reduce';
import { repeatInterleave, transpose } from '../../tensor/ops/shape';
import { isFloatingDType } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import { builtin } from './define';
import { dropElements } from './dropout';

/** What is added to the scores: float masks as they are, `true` of a boolean one as −∞. */
export function additiveMask(mask: Tensor | null, name: string): Tensor | null {
  if (mask === null || isFloatingDType(mask.dtype)) {
    return mask;
  }
  if (mask.dtype !== 'bool') {
    throw new TypeError(`${name} must be boolean or floating point, got ${mask.dtype}`);
  }
  return maskedFill(zeros(mask.shape), mask, -Infinity);
}

/** −∞ above the diagonal, else 0: no place may look at later ones. `[size, size]`. */
export function causalMask(rows: number, columns = rows): Tensor {
  const mask = zeros([rows, columns]);
  const values = mask.storage.view();
  for (let i = 0; i < values.length; i++) {
    values[i] = i % columns > Math.floor(i / columns) ? -Infinity : 0;
  }
  return mask;
}

/** Softmax of scores; a row without a finite score gives 0, not NaN. */
export function safeSoftmax(scores: Tensor): Tensor {
  const width = scores.shape[scores.ndim - 1] ?? 0;
  const values = scores.data();
  const masked = full([...scores.shape.slice(0, -1), 1], 0, { dtype: 'bool' });
  const flags = masked.storage.view();
  let any = false;
  for (let row = 0; row < flags.length; row++) {
    const isMasked = values.subarray(row * width, (row + 1) * width).every((v: number) => v === -Infinity);
    flags[row] = Number(isMasked);
    any ||= isMasked;
  }
  // −∞ throughout would make NaN gradients too: such rows are computed with 0 and then blotted out.
  return any ? maskedFill(softmax(maskedFill(scores, masked, 0), -1), masked, 0) : softmax(scores, -1);
}

/** Keyword arguments of `scaledDotProductAttention`. */
export interface ScaledDotProductOptions {
  /** Added to the scores; boolean: `true` takes part. */
  attnMask?: Tensor | null;
  dropoutP?: number;
  /** No place looks at later ones; instead of a mask. */
  isCausal?: boolean;
  /** Factor of the scores; 1/√E if absent. */
  scale?: number | null;
  /** Several query heads share a key head. */
  enableGqa?: boolean;
}

/** `softmax(q kᵀ · scale + mask) v`: `[…, L, E]`, `[…, S, E]`, `[…, S, V]` → `[…, L, V]`. */
export const scaledDotProductAttention = builtin<
  (query: Tensor, key: Tensor, value: Tensor, options?: ScaledDotProductOptions) => Tensor
>(
  'scaled_dot_product_attention',
  [
    'query',
    'key',
    'value',
    ['attn_mask', null],
    ['dropout_p', 0],
    ['is_causal', false],
    ['scale', null],
    ['enable_gqa', false]
  ],
  scaledDotProduct
);

function scaledDotProduct(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  mask: Tensor | null = null,
  dropoutP = 0,
  isCausal = false,
  scale: number | null = null,
  sharesHeads = false
): Tensor {
  if (isCausal && mask) {
    throw new Error('scaledDotProductAttention: isCausal stands for a mask; give one or the other');
  }
  const [length, width] = query.shape.slice(-2);
  const heads = sharesHeads ? (query.shape.at(-3) ?? 1) / (key.shape.at(-3) ?? 1) : 1;
  const [k, v] = heads === 1 ? [key, value] : [key, value].map(x => repeatInterleave(x, heads, -3));
  const factor = Math.sqrt(scale ?? 1 / Math.sqrt(width ?? 1));
  // The factor's root goes to both sides, as PyTorch's kernel does for the sake of small dtypes.
  const scores = matmul(mul(query, factor), transpose(mul(k as Tensor, factor), -2, -1));
  const added = isCausal ? causalMask(length ?? 0, key.shape.at(-2) ?? 0) : participation(mask);
  const weights = safeSoftmax(added ? add(scores, added) : scores);
  return matmul(dropoutP > 0 ? dropElements(weights, dropoutP) : weights, v as Tensor);
}

/** Here `true` of a boolean mask takes part: the opposite of `multiHeadAttentionForward`. */
function participation(mask: Tensor | null): Tensor | null {
  return mask?.dtype === 'bool' ? maskedFill(full(mask.shape, -Infinity), mask, 0) : mask;
}
