// Quantized activations, norms and pools: integers in, integers out. Spec 9.5 to 9.7.

import { compatibility } from '../compatibility';
import { Tensor } from '../tensor';
import { storageFrom } from '../storage';
import { noGrad } from '../autograd/record';
import * as activation from '../ops/activation';
import { product } from '../ops/create';
import { groupNorm, layerNorm } from '../ops/norm';
import type { AverageRule } from '../ops/pool';
import { mean, softmax, type Dims } from '../ops/reduce';
import { at, permute } from '../ops/shape';
import { integerRange } from '../dtype';
import { quantizerOf, VECTOR } from './binary';
import { isQnnpack } from './engine';
import { dequantize, perTensorQuantizer, quantizePerTensor } from './quantize';
import { clamp, f32, fma32, quantizeFma, quantizeVector, rne } from './rounding';

function mapIntegers(x: Tensor, map: (q: number) => number): Tensor {
  return mapIntegersOf(x, x, map);
}

/** Integers made of the values of `from`, of the dtype and with the qparams of `like`. */
function mapIntegersOf(from: Tensor, like: Tensor, map: (q: number) => number): Tensor {
  const storage = storageFrom(like.dtype, Array.from(from.data() as ArrayLike<number>, map));
  return new Tensor(storage, [...from.shape], { quantizer: like.quantizer });
}

/** `max(q, zero point)`. */
export function quantizedRelu(x: Tensor): Tensor {
  const zero = quantizerOf('relu', x).zeroPoints[0] as number;
  return mapIntegers(x, q => Math.max(q, zero));
}

/** Clamps between the integers of `min` and `max`; null is open. */
export function quantizedClamp(x: Tensor, min: number | null, max: number | null): Tensor {
  const { scales, zeroPoints } = quantizerOf('clamp', x);
  const [lowest, highest] = integerRange(x.dtype);
  const toInteger = (v: number) =>
    quantizeFma(f32(v), f32(1 / f32(scales[0] as number)), zeroPoints[0] as number, lowest, highest);
  const lo = min === null ? lowest : toInteger(min);
  const hi = max === null ? highest : toInteger(max);
  const result = mapIntegers(inMemoryOrder(x, min !== null && max !== null), q => clamp(q, lo, hi));
  return result.shape.length === x.ndim
    ? new Tensor(result.storage, [...x.shape], { quantizer: x.quantizer })
    : result;
}

/**
 * QNNPACK's clamp of PyTorch reads a channels-last tensor, which its convolutions return, in the order of memory and
 * writes it as if it were contiguous: the values change places (D45). Only for comparing with PyTorch.
 */
function inMemoryOrder(x: Tensor, usesQnnpackKernel: boolean): Tensor {
  const isScrambled =
    compatibility.reproducePyTorchDefects &&
    isQnnpack() &&
    usesQnnpackKernel &&
    x.ndim === 4 &&
    !x.isContiguous();
  const channelsLast = isScrambled ? permute(x, [0, 2, 3, 1]) : x;
  return channelsLast.isContiguous() ? channelsLast : x;
}

/** Dequantize, apply, quantize, with the roundings of the vector loop and of its tail. */
export function throughFloat(
  x: Tensor,
  fn: (v: number) => number,
  scale: number,
  zeroPoint: number,
  forms: 'vector' | 'tail' = 'vector'
): Tensor {
  const { scales, zeroPoints } = quantizerOf('quantized activation', x);
  const s = f32(scales[0] as number);
  const z = zeroPoints[0] as number;
  const shift = f32(s * -z);
  const inverse = f32(1 / f32(scale));
  const source = x.data();
  const out = new Uint8Array(source.length);
  const tail = forms === 'tail' ? 0 : out.length - (out.length % VECTOR);
  for (let i = 0; i < out.length; i++) {
    const q = source[i] as number;
    out[i] =
      i < tail
        ? quantizeVector(f32(fn(fma32(q, s, shift))), inverse, zeroPoint, 0, 255)
        : quantizeFma(f32(fn(f32((q - z) * s))), inverse, zeroPoint, 0, 255);
  }
  return new Tensor(storageFrom('quint8', out), [...x.shape], {
    quantizer: perTensorQuantizer(scale, zeroPoint)
  });
}

export const quantizedSigmoid = (x: Tensor): Tensor => throughFloat(x, activation.sigmoid, 1 / 256, 0);
export const quantizedTanh = (x: Tensor): Tensor => throughFloat(x, Math.tanh, 2 / 256, 128);
export const quantizedHardsigmoid = (x: Tensor): Tensor =>
  throughFloat(x, activation.hardsigmoid, 1 / 256, 0);
export const quantizedHardswish = (x: Tensor, scale: number, zeroPoint: number): Tensor =>
  throughFloat(x, activation.hardswish, scale, zeroPoint, isQnnpack() ? 'tail' : 'vector');
export const quantizedLeakyRelu = (x: Tensor, slope: number, scale: number, zeroPoint: number): Tensor =>
  throughFloat(x, v => f32(activation.leakyRelu(slope)(v)), scale, zeroPoint);
export const quantizedElu = (x: Tensor, alpha: number, scale: number, zeroPoint: number): Tensor =>
  throughFloat(x, activation.elu(alpha), scale, zeroPoint);

export function quantizedSoftmax(x: Tensor, dim: number, scale: number, zeroPoint: number): Tensor {
  return quantizePerTensor(softmax(dequantize(x), dim), scale, zeroPoint, 'quint8');
}

/**
 * `torch.ops.quantized.prelu`: negative values times a slope; `weight` has quantized slopes, one or one per channel.
 * PyTorch multiplies positive values by 1 as the slopes' qparams write it, which for slopes below 1 is usually the
 * largest slope instead; here they stay.
 */
export function quantizedPrelu(x: Tensor, weight: Tensor, scale: number, zeroPoint: number): Tensor {
  const { scales, zeroPoints } = quantizerOf('prelu', x);
  const zero = zeroPoints[0] as number;
  const [inputScale, inverse] = [f32(scales[0] as number), f32(1 / f32(scale))];
  const slopes = slopesOf(weight);
  const inner = product(x.shape.slice(2));
  const channels = x.ndim > 1 ? at(x.shape, 1) : 1;
  const out = Uint8Array.from(x.data() as ArrayLike<number>, (q, i) => {
    const slope = slopes[slopes.length === 1 ? 0 : Math.floor(i / inner) % channels] as Slope;
    const centered = q - zero;
    const multiplier = f32(f32(inputScale * slope.scale) * inverse);
    const scaled =
      centered > 0 && !compatibility.reproducePyTorchDefects
        ? f32(centered * f32(inputScale * inverse))
        : f32(centered * (centered > 0 ? slope.one : slope.integer) * multiplier);
    return clamp(rne(scaled) + zeroPoint, 0, 255);
  });
  return new Tensor(storageFrom('quint8', out), [...x.shape], {
    quantizer: perTensorQuantizer(scale, zeroPoint)
  });
}

/** Integers without their zero point, of a slope and of 1. */
interface Slope {
  readonly integer: number;
  readonly one: number;
  readonly scale: number;
}

function slopesOf(weight: Tensor): Slope[] {
  const { scales, zeroPoints } = quantizerOf('prelu', weight);
  const [lowest, highest] = integerRange(weight.dtype);
  return Array.from(weight.data() as ArrayLike<number>, (q, c) => {
    const scale = f32(scales[c] ?? (scales[0] as number));
    const zero = zeroPoints[c] ?? (zeroPoints[0] as number);
    return { integer: q - zero, one: quantizeFma(1, f32(1 / scale), zero, lowest, highest) - zero, scale };
  });
}

export function quantizedLayerNorm(
  x: Tensor,
  shape: readonly number[],
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
  scale: number,
  zeroPoint: number
): Tensor {
  const y = noGrad(() => layerNorm(dequantize(x), shape, weight, bias, eps));
  return quantizePerTensor(y, scale, zeroPoint, 'quint8');
}

export function quantizedGroupNorm(
  x: Tensor,
  groups: number,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
  scale: number,
  zeroPoint: number
): Tensor {
  const y = noGrad(() => groupNorm(dequantize(x), groups, weight, bias, eps));
  return quantizePerTensor(y, scale, zeroPoint, 'quint8');
}

export function quantizedBatchNorm(
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  runningMean: Tensor,
  runningVar: Tensor,
  eps: number,
  scale: number,
  zeroPoint: number,
  relu: boolean
): Tensor {
  const { scales, zeroPoints } = quantizerOf('quantized.batch_norm', x);
  const [sx, zx] = [f32(scales[0] as number), zeroPoints[0] as number];
  const channels = at(x.shape, 1);
  const inner = product(x.shape.slice(2));
  const [m, v, g, b] = [runningMean.data(), runningVar.data(), weight?.data(), bias?.data()];
  const ratio = f32(sx / f32(scale));
  const factors = Array.from({ length: channels }, (_, c) => {
    const inverse = f32(1 / f32(Math.sqrt(f32((v[c] as number) + f32(eps)))));
    const gamma = g ? (g[c] as number) : 1;
    const alpha = f32(f32(inverse * gamma) * ratio);
    const shift = f32(
      f32((b ? (b[c] as number) : 0) - f32(f32((m[c] as number) * inverse) * gamma)) / f32(scale)
    );
    return [alpha, shift] as const;
  });
  const source = x.data();
  const out = new Uint8Array(source.length);
  for (let i = 0; i < out.length; i++) {
    const [alpha, beta] = factors[Math.floor(i / inner) % channels] as readonly [number, number];
    const y = f32(f32(((source[i] as number) - zx) * alpha) + beta);
    out[i] = clamp(rne(y) + zeroPoint, relu ? zeroPoint : 0, 255);
  }
  return new Tensor(storageFrom('quint8', out), [...x.shape], {
    quantizer: perTensorQuantizer(scale, zeroPoint)
  });
}

/**
 * `torch.mean` of a quantized tensor keeps its qparams. Over the innermost dimensions of a contiguous tensor the integers
 * themselves are averaged, which decides ties otherwise than averaging what they stand for.
 */
export function quantizedMean(x: Tensor, dims: Dims, keepdim: boolean): Tensor {
  const { scales, zeroPoints } = quantizerOf('mean', x);
  if (x.isContiguous() && isInnermost(x.ndim, dims)) {
    const storage = storageFrom('float32', Float32Array.from(x.data() as ArrayLike<number>));
    const average = mean(new Tensor(storage, x.shape), dims, keepdim);
    return mapIntegersOf(average, x, rne);
  }
  const result = mean(dequantize(x), dims, keepdim);
  return quantizePerTensor(result, scales[0] as number, zeroPoints[0] as number, x.dtype);
}

function isInnermost(ndim: number, dims: Dims): boolean {
  const list = dims === null ? [] : typeof dims === 'number' ? [dims] : dims;
  const reduced = new Set(list.map(d => (d < 0 ? d + ndim : d)));
  return list.length === 0 || [...reduced].every(d => d >= ndim - reduced.size);
}

/** How average pools round: Σq over the window, spec 9.6. */
export function averageRule(
  x: Tensor,
  countIncludePad: boolean,
  divisor: number | null,
  even: boolean
): AverageRule {
  const zero = quantizerOf('avg_pool', x).zeroPoints[0] as number;
  const qnnpack = isQnnpack();
  // PyTorch's qnnpack kernel takes no notice of `count_include_pad` (D23).
  const counts = countIncludePad || (qnnpack && even && compatibility.reproducePyTorchDefects);
  return (sum, valid, full) => {
    const count = divisor ?? (counts ? full : valid);
    const centered = sum - valid * zero;
    const inverse = f32(1 / count);
    const value = qnnpack && even ? rne(f32(centered * inverse)) + zero : rne(fma32(centered, inverse, zero));
    return clamp(value, 0, 255);
  };
}
