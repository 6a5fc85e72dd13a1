// The roundings PyTorch's CPU kernels use, each one different where it matters: see spec 2.5, 2.6, 9.9.
// float32 arithmetic is `fround` of one double operation; `fma32` rounds once after two.

import { roundHalfToEven } from '../ops/elementwise';

export const f32 = Math.fround;
export const rne = roundHalfToEven;
export const fma32 = (a: number, b: number, c: number): number => f32(a * b + c);
export const clamp = (v: number, lo: number, hi: number): number => (v < lo ? lo : v > hi ? hi : v);

/** `torch.quantize_per_tensor`: the zero point takes part in the rounding. */
export const quantizeFma = (x: number, inverse: number, zeroPoint: number, lo: number, hi: number): number =>
  clamp(rne(fma32(x, inverse, zeroPoint)), lo, hi);

/** `torch.quantize_per_channel`: product and sum rounded separately. */
export const quantizeSeparate = (
  x: number,
  inverse: number,
  zeroPoint: number,
  lo: number,
  hi: number
): number => clamp(rne(f32(f32(x * inverse) + zeroPoint)), lo, hi);

/** Vector loops of quantized kernels: the zero point is added after the rounding. */
export const quantizeVector = (
  x: number,
  inverse: number,
  zeroPoint: number,
  lo: number,
  hi: number
): number => clamp(rne(f32(x * inverse)) + zeroPoint, lo, hi);
