// Functions and methods that work on float and quantized tensors alike: which kernel runs is decided here,
// by the tensor. One entry per operator, used for `torch.X`, the method `X` and nn.functional.

import { tuple } from '../structures';
import type { Tensor } from '../tensor';
import * as pointwise from '../ops/pointwise';
import { adaptiveAvgPool, avgPool, maxPool, type AverageRule, type PoolOptions } from '../ops/pool';
import { mean, softmax, type Dims } from '../ops/reduce';
import { compare, mul, where } from '../ops/elementwise';
import { cat, reshape, stack } from '../ops/shape';
import { interpolate, type InterpolateOptions } from '../ops/interpolate';
import { quantizedCat } from '../quantized/join';
import { averageRule, quantizedMean } from '../quantized/pools';
import * as quantized from '../quantized/unary';
import { gridOf } from '../quantized/operand';
import { clamp as clampNumber, rne } from '../quantized/rounding';

export const relu = (x: Tensor): Tensor => (x.quantizer ? quantized.quantizedRelu(x) : pointwise.relu(x));
export const sigmoid = (x: Tensor): Tensor =>
  x.quantizer ? quantized.quantizedSigmoid(x) : pointwise.sigmoid(x);
export const tanh = (x: Tensor): Tensor => (x.quantizer ? quantized.quantizedTanh(x) : pointwise.tanh(x));
export const hardsigmoid = (x: Tensor): Tensor =>
  x.quantizer ? quantized.quantizedHardsigmoid(x) : pointwise.hardsigmoid(x);

type Bound = Tensor | number | null;
export const clamp = (x: Tensor, min: Bound, max: Bound): Tensor =>
  x.quantizer
    ? quantized.quantizedClamp(x, min as number | null, max as number | null)
    : pointwise.clamp(x, min, max);

export const hardtanh = (x: Tensor, min: number, max: number): Tensor =>
  x.quantizer ? quantized.quantizedClamp(x, min, max) : pointwise.hardtanh(x, min, max);

export { vectorNorm as norm } from '../ops/vectorNorm';

/** A slope for negative numbers: one, or one per channel (dimension 1). */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  const channels = x.ndim < 2 ? 1 : (x.shape[1] ?? 1);
  if (weight.numel() !== 1 && weight.numel() !== channels) {
    throw new Error(`prelu: ${weight.numel()} slopes for ${channels} channels of [${x.shape.join(', ')}]`);
  }
  const slopes =
    weight.numel() === 1
      ? reshape(weight, [])
      : reshape(weight, [1, -1, ...new Array<number>(Math.max(0, x.ndim - 2)).fill(1)]);
  return where(compare('gt', x, 0), x, mul(x, slopes));
}

export const nanToZero = (x: Tensor): Tensor => pointwise.replaceNonFinite(x, 0, Infinity, -Infinity);

export const meanAny = (x: Tensor, dims: Dims, keepdim: boolean): Tensor =>
  x.quantizer ? quantizedMean(x, dims, keepdim) : mean(x, dims, keepdim);

export const catAny = (tensors: readonly Tensor[], dim: number): Tensor =>
  tensors[0]?.quantizer ? quantizedCat(tensors, dim) : cat(tensors, dim);

/** Integers of other qparams are requantized to the first's, as `cat` does. */
export const stackAny = (tensors: readonly Tensor[], dim = 0): Tensor => stack(tensors, dim, catAny);

/** Its output has the fixed range 0 to 1. */
export const softmaxAny = (x: Tensor, dim: number): Tensor =>
  x.quantizer ? quantized.quantizedSoftmax(x, dim, 1 / 256, x.dtype === 'qint8' ? -128 : 0) : softmax(x, dim);

export function avgPoolAny(
  op: string,
  x: Tensor,
  dims: number,
  options: PoolOptions,
  countIncludePad: boolean,
  divisor: number | null
): Tensor {
  const rule: AverageRule = x.quantizer
    ? averageRule(x, { countIncludePad, divisor, isRegular: dims < 3 && !options.ceilMode })
    : (sum, valid, full) => sum / (divisor ?? (countIncludePad ? full : valid));
  return avgPool(op, x, dims, options, rule);
}

export function adaptiveAvgPoolAny(
  op: string,
  x: Tensor,
  dims: number,
  size: readonly (number | null)[] | number | null
): Tensor {
  const spatial = x.shape.slice(-dims);
  const wanted = Array.isArray(size)
    ? (size as readonly (number | null)[])
    : new Array<number | null>(dims).fill(size as number | null);
  const even = spatial.every((s, i) => s % (wanted[i] ?? s) === 0);
  const rule: AverageRule = x.quantizer
    ? averageRule(x, { countIncludePad: true, divisor: null, isRegular: even && dims < 3 })
    : (sum, valid) => sum / valid;
  return adaptiveAvgPool(op, x, dims, size, rule);
}

export const maxPoolAny = (
  op: string,
  x: Tensor,
  dims: number,
  options: PoolOptions,
  returnIndices: boolean
): unknown => {
  const { values, indices } = maxPool(op, x, dims, options);
  return returnIndices ? tuple(values, indices) : values;
};

export const interpolateAny = (x: Tensor, options: InterpolateOptions): Tensor => {
  if (!x.quantizer) {
    return interpolate(x, options);
  }
  const { lowest, highest } = gridOf('interpolate', x);
  const hasKernel = options.mode === 'bilinear' || (options.mode === 'nearest' && x.ndim > 3);
  if (!hasKernel) {
    throw new TypeError(
      `interpolate: no ${options.mode} kernel for ${x.dtype} tensors of ${x.ndim} dimensions; dequantize() first`
    );
  }
  return interpolate(x, options, v => clampNumber(rne(v), lowest, highest));
};

export const leakyRelu = (x: Tensor, slope: number): Tensor =>
  x.quantizer ? quantized.leakyReluInPlace(x, slope) : pointwise.leakyRelu(x, slope);

export const gelu = (x: Tensor): Tensor => (x.quantizer ? quantized.quantizedGelu(x) : pointwise.gelu(x));
