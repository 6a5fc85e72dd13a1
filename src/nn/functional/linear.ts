// Matrix products of `torch.nn.functional`.

import { linear as linearOp } from '../../tensor/ops/linear';
import type { Tensor } from '../../tensor/tensor';
import { builtin } from './define';

export const linear = builtin<
  (x: Tensor, weight: Tensor, bias?: Tensor | null | { bias?: Tensor | null }) => Tensor
>('linear', ['input', 'weight', ['bias', null]], linearOp);
