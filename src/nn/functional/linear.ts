// Matrix products of `torch.nn.functional`.

import { linear as linearOp } from '../../tensor/ops/linear';
import type { Tensor } from '../../tensor/tensor';
import { builtin } from './define';

/** x `[…, K]` times weight `[N, K]` transposed, plus bias `[N]`. PyTorch: `torch.nn.functional.linear`. */
export const linear = builtin<
  (x: Tensor, weight: Tensor, bias?: Tensor | null | { bias?: Tensor | null }) => Tensor
>('linear', ['input', 'weight', ['bias', null]], linearOp);
