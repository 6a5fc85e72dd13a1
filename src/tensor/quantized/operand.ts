// What integer kernels take their inputs apart into, and make their results of.

import { integerRange, type DType } from '../dtype';
import { allocate } from '../storage';
import { Tensor, type Quantizer } from '../tensor';
import { perTensorQuantizer } from './quantize';

/** Elements the vector loops of the recorded machine take at once; the rest is the scalar tail. */
export const VECTOR = 64;

/** @throws TypeError naming the operator for a tensor that is not quantized per tensor. */
export function quantizerOf(op: string, x: Tensor): Quantizer {
  if (!x.quantizer || x.quantizer.axis !== undefined) {
    throw new TypeError(`${op}: expected a tensor quantized per tensor, got ${x.dtype}`);
  }
  return x.quantizer;
}

/** Scale and zero point of a tensor quantized per tensor, and the integers its dtype has. */
export function gridOf(op: string, x: Tensor) {
  const { scales, zeroPoints } = quantizerOf(op, x);
  const [lowest, highest] = integerRange(x.dtype);
  return { scale: scales[0] as number, zeroPoint: zeroPoints[0] as number, lowest, highest };
}

/** A quantized tensor whose integers are worked out one by one. */
export function fromIntegers(
  dtype: DType,
  shape: readonly number[],
  quantizer: Quantizer,
  at: (i: number) => number
): Tensor {
  const storage = allocate(
    dtype,
    shape.reduce((a, b) => a * b, 1)
  );
  const out = storage.view();
  for (let i = 0; i < out.length; i++) {
    out[i] = at(i);
  }
  return new Tensor(storage, [...shape], { quantizer });
}

/** As `fromIntegers`, from the integers of `x`, which keep their places. */
export function mapIntegers(
  x: Tensor,
  map: (q: number) => number,
  quantizer: Quantizer | null = x.quantizer
): Tensor {
  const source = x.data();
  return fromIntegers(x.dtype, x.shape, quantizer ?? perTensorQuantizer(1, 0), i => map(source[i] as number));
}
