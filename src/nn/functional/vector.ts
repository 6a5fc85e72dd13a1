// Lengths, directions and distances of vectors.

import { defineFunction } from '../../tensor/function';
import { params } from '../../tensor/functions/parameters';
import { fromData } from '../../tensor/ops/create';
import { add, div, maximum, mul, sub } from '../../tensor/ops/elementwise';
import { einsum } from '../../tensor/ops/einsum';
import { clamp } from '../../tensor/ops/pointwise';
import { sum } from '../../tensor/ops/reduce';
import { broadcastTensors, expand } from '../../tensor/ops/shape';
import { vectorNorm } from '../../tensor/ops/vectorNorm';
import type { Tensor } from '../../tensor/tensor';
import { builtin, python } from './define';

/** Divided by the p-norm along `dim`; norms below `eps` count as `eps`. */
export const normalize = python<(x: Tensor, options?: { p?: number; dim?: number; eps?: number }) => Tensor>(
  'normalize',
  1,
  ['input', ['p', 2], ['dim', 1], ['eps', 1e-12], ['out', null]],
  (x: Tensor, p: number, dim: number, eps: number) =>
    div(x, expand(clamp(vectorNorm(x, p, dim, true), eps, null), x.shape))
);

interface Similarity {
  dim?: number;
  eps?: number;
}
/** Cosine of the angle along `dim`; lengths below `eps` count as `eps`. */
export const cosineSimilarity = builtin<(x: Tensor, y: Tensor, options?: Similarity) => Tensor>(
  'cosine_similarity',
  ['x1', 'x2', ['dim', 1], ['eps', 1e-8]],
  (x: Tensor, y: Tensor, dim: number, eps: number) => {
    const [a, b] = broadcastTensors([x, y]) as [Tensor, Tensor];
    const unit = (v: Tensor): Tensor =>
      div(v, maximum(vectorNorm(v, 2, dim, true), fromData([eps], [], v.dtype)));
    return sum(mul(unit(a), unit(b)), dim);
  },
  'torch'
);

interface Distance {
  p?: number;
  eps?: number;
  keepdim?: boolean;
}
/** p-norm of x − y + eps over the last dimension. */
export const pairwiseDistance = builtin<(x: Tensor, y: Tensor, options?: Distance) => Tensor>(
  'pairwise_distance',
  ['x1', 'x2', ['p', 2], ['eps', 1e-6], ['keepdim', false]],
  (x: Tensor, y: Tensor, p: number, eps: number, keepdim: boolean) =>
    vectorNorm(add(sub(x, y), eps), p, -1, keepdim),
  'torch'
);

/** `x₁ᵀ W x₂ + b`: `[…, I]`, `[…, J]`, weight `[O, I, J]` → `[…, O]`. */
export const bilinear = defineFunction<
  (x: Tensor, y: Tensor, weight: Tensor, bias?: Tensor | null) => Tensor
>({
  target: 'torch.bilinear',
  aliases: ['torch.nn.functional.bilinear'],
  parameters: params('input1', 'input2', 'weight', ['bias', null]),
  record: 'asWritten',
  forward: (x: Tensor, y: Tensor, weight: Tensor, bias: Tensor | null) => {
    const product = einsum('...i,oij,...j->...o', [x, weight, y]);
    return bias ? add(product, bias) : product;
  }
});
