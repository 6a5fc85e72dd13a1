// From float to integers and back: per tensor, per channel, dynamic, and fake quantization.

import { integerRange, isQuantizedDType, type DType } from '../dtype';
import { differentiable } from '../autograd/record';
import { allocate } from '../storage';
import { Tensor, type Quantizer } from '../tensor';
import { fromData, product } from '../ops/create';
import { at, normalizeDim } from '../ops/shape';
import { honorsReduceRange } from './engine';
import { chooseQParams, type ChosenQParams } from './chooseQParams';
import { clamp, f32, quantizeFma, quantizeSeparate, rne } from './rounding';

function requireQuantized(dtype: DType, op: string): readonly [number, number] {
  if (!isQuantizedDType(dtype)) {
    throw new TypeError(`${op}: ${dtype} is no quantized dtype; one of quint8, qint8, qint32, quint4x2`);
  }
  return integerRange(dtype);
}

export function perTensorQuantizer(scale: number, zeroPoint: number): Quantizer {
  return { qscheme: 'per_tensor_affine', scales: [scale], zeroPoints: [zeroPoint] };
}

/** @throws TypeError for integers, which would be taken for the values they stand for. */
function requireFloat(x: Tensor, op: string): void {
  if (x.quantizer) {
    throw new TypeError(`${op}: this tensor is ${x.dtype} already; dequantize() it first`);
  }
}

/** `torch.quantize_per_tensor`; spec 2.6. */
export function quantizePerTensor(x: Tensor, scale: number, zeroPoint: number, dtype: DType): Tensor {
  const [lo, hi] = requireQuantized(dtype, 'quantizePerTensor');
  requireFloat(x, 'quantize_per_tensor');
  const source = x.data();
  const storage = allocate(dtype, source.length);
  const out = storage.view();
  const inverse = f32(1 / f32(scale));
  const round = dtype === 'qint32' ? quantizeSeparate : quantizeFma;
  for (let i = 0; i < out.length; i++) {
    out[i] = round(source[i] as number, inverse, zeroPoint, lo, hi);
  }
  return new Tensor(storage, [...x.shape], { quantizer: perTensorQuantizer(scale, zeroPoint) });
}

/** `torch.quantize_per_channel`; with `floatZeroPoints` the float_qparams scheme of embeddings. */
export function quantizePerChannel(
  x: Tensor,
  scales: ArrayLike<number>,
  zeroPoints: ArrayLike<number>,
  axis: number,
  dtype: DType,
  floatZeroPoints = false
): Tensor {
  const [lo, hi] = requireQuantized(dtype, 'quantizePerChannel');
  const d = normalizeDim(axis, x.ndim, 'quantizePerChannel');
  const channels = at(x.shape, d);
  if (scales.length !== channels || zeroPoints.length !== channels) {
    throw new Error(`quantizePerChannel: ${scales.length} scales for ${channels} channels of axis ${axis}`);
  }
  const inner = product(x.shape.slice(d + 1));
  const source = x.data();
  const storage = allocate(dtype, source.length);
  const out = storage.view();
  for (let i = 0; i < out.length; i++) {
    const c = Math.floor(i / inner) % channels;
    out[i] = quantizeSeparate(
      source[i] as number,
      f32(1 / f32(scales[c] as number)),
      zeroPoints[c] as number,
      lo,
      hi
    );
  }
  const quantizer: Quantizer = {
    qscheme: floatZeroPoints ? 'per_channel_affine_float_qparams' : 'per_channel_affine',
    scales: Array.from(scales),
    zeroPoints: Array.from(zeroPoints),
    axis: d
  };
  return new Tensor(storage, [...x.shape], { quantizer });
}

export function dequantize(x: Tensor): Tensor {
  const { quantizer } = x;
  if (!quantizer) {
    return x.dtype === 'float16' ? x.to('float32') : x;
  }
  const source = x.data();
  const out = new Float32Array(source.length);
  if (quantizer.axis === undefined) {
    const scale = f32(quantizer.scales[0] as number);
    const zeroPoint = quantizer.zeroPoints[0] as number;
    for (let i = 0; i < out.length; i++) {
      out[i] = ((source[i] as number) - zeroPoint) * scale;
    }
  } else {
    const channels = at(x.shape, quantizer.axis);
    const inner = product(x.shape.slice(quantizer.axis + 1));
    for (let i = 0; i < out.length; i++) {
      const c = Math.floor(i / inner) % channels;
      out[i] =
        f32((source[i] as number) - (quantizer.zeroPoints[c] as number)) * (quantizer.scales[c] as number);
    }
  }
  return fromData(out, x.shape);
}

const INTEGERS: { readonly [dtype: string]: DType } = { quint8: 'uint8', qint8: 'int8', qint32: 'int32' };

/** The integers as an ordinary tensor; those of quint4x2 two to a byte, the first in the low half. */
export function intRepr(x: Tensor): Tensor {
  if (x.dtype !== 'quint4x2') {
    return fromData(x.data().slice(), x.shape, INTEGERS[x.dtype] ?? x.dtype);
  }
  const values = x.data();
  const shape = x.shape.map((size, d) => (d === x.ndim - 1 ? Math.ceil(size / 2) : size));
  const bytes = new Uint8Array(product(shape));
  for (let i = 0; i < values.length; i++) {
    bytes[i >> 1] = (bytes[i >> 1] as number) | ((values[i] as number) << (i % 2 === 0 ? 0 : 4));
  }
  return fromData(bytes, shape, 'uint8');
}

/** Smallest and largest element; [0, 0] for none. */
export function extrema(values: ArrayLike<number>): readonly [number, number] {
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const v = values[i] as number;
    if (v < min) {
      min = v;
    }
    if (v > max) {
      max = v;
    }
  }
  return min <= max ? [min, max] : [0, 0];
}

/** qparams of a dynamically quantized activation; spec 2.7. */
export function dynamicQParams(x: Tensor, dtype: DType, reduceRange: boolean): ChosenQParams {
  const [min, max] = extrema(x.data());
  const [lo, hi] =
    dtype === 'qint8' ? (reduceRange ? [-64, 63] : [-128, 127]) : reduceRange ? [0, 127] : [0, 255];
  return chooseQParams(min, max, lo, hi);
}

/** `torch.quantize_per_tensor_dynamic`; float16 only rounds to half precision. */
export function quantizePerTensorDynamic(x: Tensor, dtype: DType, reduceRange: boolean): Tensor {
  if (dtype === 'float16') {
    return x.to('float16');
  }
  const { scale, zeroPoint } = dynamicQParams(x, dtype, reduceRange && honorsReduceRange());
  return quantizePerTensor(x, scale, zeroPoint, dtype);
}

/** Quantize and dequantize in float; spec 2.5. Per channel with an axis; float zero points round with them. */
export function fakeQuantize(
  x: Tensor,
  scales: ArrayLike<number>,
  zeroPoints: ArrayLike<number>,
  quantMin: number,
  quantMax: number,
  axis: number | null = null,
  floatZeroPoints = false
): Tensor {
  // Copies: observers change their scale before the gradient asks for the one that was used.
  const d = axis === null ? null : normalizeDim(axis, x.ndim, 'fakeQuantize');
  const [s, z] = [Array.from(scales), Array.from(zeroPoints)];
  return fakeQuantizeOp(x, s, z, quantMin, quantMax, d, floatZeroPoints);
}

export const fakeQuantizeOp = differentiable(
  'fakeQuantize',
  (
    x: Tensor,
    scales: ArrayLike<number>,
    zeroPoints: ArrayLike<number>,
    quantMin: number,
    quantMax: number,
    axis: number | null = null,
    floatZeroPoints: boolean = false
  ): Tensor => {
    const channels = axis === null ? 1 : at(x.shape, axis);
    const inner = axis === null ? Infinity : product(x.shape.slice(axis + 1));
    const source = x.data();
    const out = new Float32Array(source.length);
    for (let i = 0; i < out.length; i++) {
      const c = axis === null ? 0 : Math.floor(i / inner) % channels;
      const scale = scales[c] as number;
      const zeroPoint = zeroPoints[c] as number;
      const scaled = f32((source[i] as number) * f32(1 / scale));
      if (floatZeroPoints) {
        // Back in float64: the integer, a long, makes it so.
        out[i] = (clamp(rne(f32(scaled + zeroPoint)), quantMin, quantMax) - zeroPoint) * scale;
      } else {
        out[i] = (clamp(rne(scaled) + zeroPoint, quantMin, quantMax) - zeroPoint) * scale;
      }
    }
    return fromData(out, x.shape);
  }
);
