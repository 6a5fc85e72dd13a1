// Joining quantized tensors of different scales. Spec 9.6.

import type { Tensor } from '../tensor';
import { cat as joinElements } from '../ops/shape';
import { gridOf, mapIntegers } from './operand';
import { dequantize, quantizePerTensor } from './quantize';

/** `torch.cat`: the result has the first tensor's qparams, others are requantized. */
export function quantizedCat(tensors: readonly Tensor[], dim: number): Tensor {
  const [first] = tensors;
  if (!first) {
    throw new Error('cat: expected a list of tensors, got none');
  }
  const { scale, zeroPoint } = gridOf('cat', first);
  return quantizedCatTo(tensors, dim, scale, zeroPoint, false);
}

/** `torch.ops.quantized.cat`: the result has the qparams given. */
export function quantizedCatTo(
  tensors: readonly Tensor[],
  dim: number,
  scale: number,
  zeroPoint: number,
  relu: boolean
): Tensor {
  const aligned = tensors.map(t => {
    const own = gridOf('cat', t);
    const same = own.scale === scale && own.zeroPoint === zeroPoint;
    const moved = same ? t : quantizePerTensor(dequantize(t), scale, zeroPoint, t.dtype);
    return relu ? mapIntegers(moved, q => Math.max(q, zeroPoint)) : moved;
  });
  return joinElements(aligned, dim);
}
