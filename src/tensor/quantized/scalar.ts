// Quantized addition of a number and multiplication by one. Mostly the integers stay, and scale or zero point
// change. Spec 9.4. PyTorch: `quantized::add_scalar`, `quantized::mul_scalar`.

import type { Tensor } from '../tensor';
import { gridOf, mapIntegers } from './operand';
import { perTensorQuantizer } from './quantize';
import { clamp, f32, rne } from './rounding';

/** The zero point moves; where it would leave the dtype, the range is widened and the integers are requantized. */
export function quantizedAddScalar(x: Tensor, scalar: number, relu: boolean): Tensor {
  const { scale, zeroPoint, lowest, highest } = gridOf('quantized.add', x);
  const moved = zeroPoint - rne(scalar / scale);
  if (moved >= lowest && moved <= highest) {
    return mapIntegers(x, q => (relu ? Math.max(q, moved) : q), perTensorQuantizer(scale, moved));
  }
  const levels = highest - lowest;
  const isBelow = moved < lowest;
  const wider = ((isBelow ? highest - moved : moved - lowest) / levels) * scale;
  const end = isBelow ? lowest : highest;
  const multiplier = f32(f32(scale) * f32(1 / f32(wider)));
  return mapIntegers(
    x,
    q => clamp(rne(f32((q - moved) * multiplier)) + end, relu ? end : lowest, highest),
    perTensorQuantizer(wider, end)
  );
}

/** The scale is multiplied; a negative number mirrors the integers. */
export function quantizedMulScalar(x: Tensor, scalar: number, relu: boolean): Tensor {
  const { scale, zeroPoint, lowest, highest } = gridOf('quantized.mul', x);
  if (scalar === 0) {
    return mapIntegers(x, () => 0, perTensorQuantizer(1, 0));
  }
  if (scalar > 0) {
    const keep = (q: number) => (relu ? Math.max(q, zeroPoint) : q);
    return mapIntegers(x, keep, perTensorQuantizer(scale * scalar, zeroPoint));
  }
  const mirror = (q: number) => highest + lowest - q;
  const zero = mirror(zeroPoint);
  return mapIntegers(
    x,
    q => (relu ? Math.max(mirror(q), zero) : mirror(q)),
    perTensorQuantizer(-scale * scalar, zero)
  );
}
