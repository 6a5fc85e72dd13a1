// `torch.fake_quantize_*`: quantize and dequantize in float, with a straight-through gradient.

import { defineFunction } from '../function';
import { fakeQuantize } from '../quantized/quantize';
import { Tensor } from '../tensor';
import { params } from './parameters';

type Number0d = Tensor | number;
const numberOf = (v: Number0d): number => (v instanceof Tensor ? v.item() : v);

/**
 * Rounds to a grid and back; gradients pass inside its range. PyTorch:
 * `torch.fake_quantize_per_tensor_affine`.
 */
export const fakeQuantizePerTensorAffine = defineFunction<
  (x: Tensor, scale: Number0d, zeroPoint: Number0d, quantMin: number, quantMax: number) => Tensor
>({
  target: 'torch.fake_quantize_per_tensor_affine',
  parameters: params('input', 'scale', 'zero_point', 'quant_min', 'quant_max'),
  record: 'asWritten',
  forward: (x: Tensor, scale: Number0d, zeroPoint: Number0d, quantMin: number, quantMax: number) => {
    const [s, z] = [Math.fround(numberOf(scale)), numberOf(zeroPoint)];
    requireRange('fakeQuantizePerTensorAffine', [z], quantMin, quantMax);
    return fakeQuantize(x, [s], [z], quantMin, quantMax);
  }
});

/** One scale and zero point for each index of `axis`; zero points of dtype float32 take part in the rounding. */
export const fakeQuantizePerChannelAffine = defineFunction<
  (x: Tensor, scale: Tensor, zeroPoint: Tensor, axis: number, quantMin: number, quantMax: number) => Tensor
>({
  target: 'torch.fake_quantize_per_channel_affine',
  parameters: params('input', 'scale', 'zero_point', 'axis', 'quant_min', 'quant_max'),
  record: 'asWritten',
  forward: (
    x: Tensor,
    scale: Tensor,
    zeroPoint: Tensor,
    axis: number,
    quantMin: number,
    quantMax: number
  ) => {
    const isFloat = zeroPoint.dtype === 'float32';
    const channels = x.shape.at(axis);
    if (scale.numel() !== channels || zeroPoint.numel() !== channels) {
      throw new Error(
        `fakeQuantizePerChannelAffine: ${scale.numel()} scales and ${zeroPoint.numel()} zero points ` +
          `for ${channels ?? 'no'} channels of axis ${axis}`
      );
    }
    if (!isFloat) {
      requireRange('fakeQuantizePerChannelAffine', zeroPoint.data(), quantMin, quantMax);
    }
    return fakeQuantize(x, scale.data(), zeroPoint.data(), quantMin, quantMax, axis, isFloat);
  }
});

function requireRange(op: string, zeroPoints: ArrayLike<number>, quantMin: number, quantMax: number): void {
  if (quantMin > quantMax) {
    throw new Error(`${op}: quantMin ${quantMin} must not be above quantMax ${quantMax}`);
  }
  if (Array.from(zeroPoints).some(z => z < quantMin || z > quantMax)) {
    throw new Error(`${op}: zero points must lie between quantMin ${quantMin} and quantMax ${quantMax}`);
  }
}
