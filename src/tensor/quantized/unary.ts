// Quantized activations: integers in, integers out. Spec 9.5.

import { compatibility } from '../compatibility';
import { integerRange } from '../dtype';
import { Tensor } from '../tensor';
import * as activation from '../ops/activation';
import { product } from '../ops/create';
import { softmax } from '../ops/reduce';
import { at, permute } from '../ops/shape';
import { isQnnpack } from './engine';
import { fromIntegers, gridOf, mapIntegers, quantizerOf, VECTOR } from './operand';
import { dequantize, perTensorQuantizer, quantizePerTensor } from './quantize';
import { clamp, f32, fma32, quantizeFma, quantizeVector, rne } from './rounding';

/** `max(q, zero point)`. */
export function quantizedRelu(x: Tensor): Tensor {
  const { zeroPoint } = gridOf('relu', x);
  return mapIntegers(x, q => Math.max(q, zeroPoint));
}

/** Clamps between the integers of `min` and `max`; null is open. */
export function quantizedClamp(x: Tensor, min: number | null, max: number | null): Tensor {
  const { scale, zeroPoint, lowest, highest } = gridOf('clamp', x);
  const inverse = f32(1 / f32(scale));
  const toInteger = (v: number) => quantizeFma(f32(v), inverse, zeroPoint, lowest, highest);
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
    x.dtype === 'quint8' &&
    x.ndim === 4 &&
    !x.isContiguous();
  const channelsLast = isScrambled ? permute(x, [0, 2, 3, 1]) : x;
  return channelsLast.isContiguous() ? channelsLast : x;
}

interface Output {
  readonly scale: number;
  readonly zeroPoint: number;
  /** Roundings of the vector loop (its tail has its own), or those of the tail throughout. */
  readonly forms?: 'vector' | 'tail';
  /** What the vector loop multiplies by, where it is not the reciprocal of the float32 scale. */
  readonly inverse?: number;
}

/** Dequantize, apply, quantize, with the roundings of the vector loop and of its tail. */
export function throughFloat(op: string, x: Tensor, fn: (v: number) => number, output: Output): Tensor {
  const { scale, zeroPoint: z, lowest, highest } = gridOf(op, x);
  const reciprocal = f32(1 / f32(output.scale));
  const { zeroPoint, forms = 'vector', inverse = reciprocal } = output;
  const s = f32(scale);
  const shift = f32(s * -z);
  const source = x.data();
  const tail = forms === 'tail' ? 0 : source.length - (source.length % VECTOR);
  return fromIntegers(x.dtype, x.shape, perTensorQuantizer(output.scale, zeroPoint), i => {
    const q = source[i] as number;
    return i < tail
      ? quantizeVector(f32(fn(fma32(q, s, shift))), inverse, zeroPoint, lowest, highest)
      : quantizeFma(f32(fn(f32((q - z) * s))), reciprocal, zeroPoint, lowest, highest);
  });
}

/** The grids of outputs of known range: unsigned ones begin at the lowest integer, signed ones at −128 or around 0. */
const zeroToOne = (x: Tensor): Output => ({ scale: 1 / 256, zeroPoint: x.dtype === 'qint8' ? -128 : 0 });
const minusOneToOne = (x: Tensor): Output => ({ scale: 2 / 256, zeroPoint: x.dtype === 'qint8' ? 0 : 128 });

export const quantizedSigmoid = (x: Tensor, output: Output = zeroToOne(x)): Tensor =>
  throughFloat('sigmoid', x, activation.sigmoid, output);
export const quantizedTanh = (x: Tensor): Tensor => throughFloat('tanh', x, Math.tanh, minusOneToOne(x));
export const quantizedHardsigmoid = (x: Tensor): Tensor =>
  throughFloat('hardsigmoid', x, activation.hardsigmoid, zeroToOne(x));

export function quantizedHardswish(x: Tensor, scale: number, zeroPoint: number): Tensor {
  const forms = isQnnpack() && x.dtype === 'quint8' ? 'tail' : 'vector';
  const hardswish = (v: number) => f32(f32(v * clamp(f32(v + 3), 0, 6)) / 6);
  return throughFloat('hardswish', x, hardswish, { scale, zeroPoint, forms, inverse: f32(1 / scale) });
}

export const quantizedLeakyRelu = (x: Tensor, slope: number, scale: number, zeroPoint: number): Tensor =>
  throughFloat('leaky_relu', x, v => f32(activation.leakyRelu(f32(slope))(v)), { scale, zeroPoint });

/** `F.leaky_relu` of a quantized tensor keeps its qparams. */
export function leakyReluInPlace(x: Tensor, slope: number): Tensor {
  const { scale, zeroPoint } = gridOf('leaky_relu', x);
  return quantizedLeakyRelu(x, slope, scale, zeroPoint);
}

export interface EluOptions {
  readonly alpha: number;
  readonly scale?: number;
  readonly inputScale?: number;
}

/** `alpha · scale · (exp(inputScale · v) − 1)` below 0, `scale · v` above. */
export function quantizedElu(x: Tensor, options: EluOptions, scale: number, zeroPoint: number): Tensor {
  const { alpha, scale: positive = 1, inputScale = 1 } = options;
  const [negative, steep] = [f32(alpha * positive), f32(inputScale)];
  const elu = (v: number) => (v >= 0 ? f32(v * positive) : negative * f32(Math.expm1(f32(v * steep))));
  return throughFloat('elu', x, elu, { scale, zeroPoint });
}

/** PyTorch has gelu keep the qparams of its input, the scale as float32. */
export function quantizedGelu(x: Tensor): Tensor {
  const { scale, zeroPoint } = gridOf('gelu', x);
  return throughFloat('gelu', x, activation.gelu, { scale: f32(scale), zeroPoint });
}

export function quantizedSoftmax(x: Tensor, dim: number, scale: number, zeroPoint: number): Tensor {
  gridOf('softmax', x);
  return quantizePerTensor(softmax(dequantize(x), dim), scale, zeroPoint, x.dtype);
}

/**
 * `torch.ops.quantized.prelu`: negative values times a slope; `weight` has quantized slopes, one or one per channel.
 * PyTorch multiplies positive values by 1 as the slopes' qparams write it, which for slopes below 1 is usually the
 * largest slope instead; here they stay.
 */
export function quantizedPrelu(x: Tensor, weight: Tensor, scale: number, zeroPoint: number): Tensor {
  const { scale: from, zeroPoint: zero, lowest, highest } = gridOf('prelu', x);
  const [inputScale, inverse] = [f32(from), f32(1 / f32(scale))];
  const slopes = slopesOf(weight);
  const inner = product(x.shape.slice(2));
  const channels = x.ndim > 1 ? at(x.shape, 1) : 1;
  if (slopes.length !== 1 && slopes.length !== channels) {
    throw new Error(`quantized.prelu: ${slopes.length} slopes for ${channels} channels`);
  }
  const source = x.data();
  return fromIntegers(x.dtype, x.shape, perTensorQuantizer(scale, zeroPoint), i => {
    const slope = slopes[slopes.length === 1 ? 0 : Math.floor(i / inner) % channels] as Slope;
    const centered = (source[i] as number) - zero;
    const multiplier = f32(f32(inputScale * slope.scale) * inverse);
    const scaled =
      centered > 0 && !compatibility.reproducePyTorchDefects
        ? f32(centered * f32(inputScale * inverse))
        : f32(centered * (centered > 0 ? slope.one : slope.integer) * multiplier);
    return clamp(rne(scaled) + zeroPoint, lowest, highest);
  });
}

/** Integers without their zero point, of a slope and of 1. */
interface Slope {
  readonly integer: number;
  readonly one: number;
  readonly scale: number;
}

function slopesOf(weight: Tensor): Slope[] {
  const { scales, zeroPoints } = weight.quantizer ?? quantizerOf('prelu', weight);
  const [lowest, highest] = integerRange(weight.dtype);
  return Array.from(weight.data() as ArrayLike<number>, (q, c) => {
    const scale = f32(scales[c] ?? (scales[0] as number));
    const zero = zeroPoints[c] ?? (zeroPoints[0] as number);
    return { integer: q - zero, one: quantizeFma(1, f32(1 / scale), zero, lowest, highest) - zero, scale };
  });
}
