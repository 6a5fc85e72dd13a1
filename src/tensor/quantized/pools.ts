// Quantized means and average pools: exact integer sums, then one rounding per engine. Spec 9.6.

import { compatibility } from '../compatibility';
import { storageFrom } from '../storage';
import { Tensor } from '../tensor';
import type { AverageRule } from '../ops/pool';
import { fromData } from '../ops/create';
import { mean, type Dims } from '../ops/reduce';
import { at, contiguous, normalizeDim, permute } from '../ops/shape';
import { isQnnpack } from './engine';
import { fromIntegers, gridOf } from './operand';
import { dequantize, perTensorQuantizer, quantizePerTensor } from './quantize';
import { clamp, f32, fma32, rne } from './rounding';

/**
 * `torch.mean` of a quantized tensor keeps its qparams. Over the innermost dimensions of a contiguous tensor the integers
 * themselves are averaged, which decides ties otherwise than averaging what they stand for.
 */
export function quantizedMean(x: Tensor, dims: Dims, keepdim: boolean): Tensor {
  const { scale, zeroPoint } = gridOf('mean', x);
  if (x.isContiguous() && isInnermost(x.ndim, dims)) {
    const integers = new Tensor(
      storageFrom('float32', Float32Array.from(x.data() as ArrayLike<number>)),
      x.shape
    );
    const average = mean(integers, dims, keepdim);
    const values = average.data();
    return fromIntegers(x.dtype, average.shape, perTensorQuantizer(scale, zeroPoint), i =>
      rne(values[i] as number)
    );
  }
  const values = dequantize(x);
  const result = mean(values, dims, keepdim);
  return quantizePerTensor(outerMean(values, dims, result.shape) ?? result, scale, zeroPoint, x.dtype);
}

function isInnermost(ndim: number, dims: Dims): boolean {
  const list = dims === null ? [] : typeof dims === 'number' ? [dims] : dims;
  const reduced = new Set(list.map(d => (d < 0 ? d + ndim : d)));
  return list.length === 0 || [...reduced].every(d => d >= ndim - reduced.size);
}

/** Elements that are added one after the other before the sum moves up a level. */
const LEVEL = 16;

/**
 * The mean over leading dimensions, added up in PyTorch's order: column by column, in float32, 16 at a time. Undefined
 * where the last dimension is among them, for which PyTorch has another loop.
 */
function outerMean(x: Tensor, dims: Dims, shape: readonly number[]): Tensor | undefined {
  const reduced = (dims === null ? x.shape.map((_, d) => d) : [dims].flat()).map(d =>
    normalizeDim(d, x.ndim, 'mean')
  );
  if (reduced.includes(x.ndim - 1) || reduced.length === 0) {
    return undefined;
  }
  const kept = x.shape.map((_, d) => d).filter(d => !reduced.includes(d));
  const rows = contiguous(permute(x, [...reduced, ...kept])).data();
  const count = reduced.reduce((n, d) => n * at(x.shape, d), 1);
  const columns = x.numel() / count;
  const out = Float32Array.from({ length: columns }, (_, c) => {
    let [low, high] = [0, 0];
    for (let r = 0; r < count; r++) {
      if (r % LEVEL === 0) {
        [low, high] = [0, f32(high + low)];
      }
      low = f32(low + (rows[r * columns + c] as number));
    }
    return f32(high + low) / count;
  });
  return fromData(out, shape);
}

export interface AverageOptions {
  readonly countIncludePad: boolean;
  readonly divisor: number | null;
  /** Windows all of one size, and none that only partly lies on the input: QNNPACK's kernels serve them. */
  readonly isRegular: boolean;
}

/** How average pools round what they make of a window. */
export function averageRule(x: Tensor, options: AverageOptions): AverageRule {
  const { scale, zeroPoint, lowest, highest } = gridOf('avg_pool', x);
  // QNNPACK's kernel knows neither flag, and PyTorch calls it all the same (D23).
  const ignoresFlags = compatibility.reproducePyTorchDefects;
  const countIncludePad = options.countIncludePad || (ignoresFlags && isQnnpack());
  const divisor = ignoresFlags && isQnnpack() && options.isRegular ? null : options.divisor;
  const hasFlags = !options.countIncludePad || options.divisor !== null;
  const usesQnnpack = isQnnpack() && x.dtype === 'quint8' && options.isRegular && (!hasFlags || ignoresFlags);
  return (sum, valid, full) => {
    const count = divisor ?? ((usesQnnpack ? countIncludePad : options.countIncludePad) ? full : valid);
    const centered = sum - valid * zeroPoint;
    const value = usesQnnpack
      ? rne(f32(centered * f32(f32(scale) / f32(f32(scale) * count)))) + zeroPoint
      : rne(fma32(centered, f32(1 / count), zeroPoint));
    return clamp(value, lowest, highest);
  };
}
