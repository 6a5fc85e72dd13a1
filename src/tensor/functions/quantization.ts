// Quantization functions of the `torch` namespace.

import type { DType } from '../dtype';
import { defineFunction } from '../function';
import * as q from '../quantized/quantize';
import { Tensor } from '../tensor';
import { unaryFunction } from './define';
import { params } from './parameters';

type Number0d = Tensor | number;
const numberOf = (v: Number0d): number => (v instanceof Tensor ? v.item() : v);

/** Integers with one scale and zero point. PyTorch: `torch.quantize_per_tensor`. */
export const quantizePerTensor = defineFunction<
  (x: Tensor, scale: Number0d, zeroPoint: Number0d, dtype: DType) => Tensor
>({
  target: 'torch.quantize_per_tensor',
  parameters: params('input', 'scale', 'zero_point', 'dtype'),
  record: 'asWritten',
  forward: (x: Tensor, scale: Number0d, zeroPoint: Number0d, dtype: DType) =>
    q.quantizePerTensor(x, numberOf(scale), numberOf(zeroPoint), dtype)
});
/** Integers with a scale and zero point per index of `axis`. PyTorch: `torch.quantize_per_channel`. */
export const quantizePerChannel = defineFunction<
  (x: Tensor, scales: Tensor, zeroPoints: Tensor, axis: number, dtype: DType) => Tensor
>({
  target: 'torch.quantize_per_channel',
  parameters: params('input', 'scales', 'zero_points', 'axis', 'dtype'),
  record: 'asWritten',
  forward: (x: Tensor, scales: Tensor, zeroPoints: Tensor, axis: number, dtype: DType) =>
    q.quantizePerChannel(x, scales.data(), zeroPoints.data(), axis, dtype, zeroPoints.dtype === 'float32')
});
/** Integers with a grid chosen from the values. PyTorch: `torch.quantize_per_tensor_dynamic`. */
export const quantizePerTensorDynamic = defineFunction<
  (x: Tensor, dtype: DType, reduceRange: boolean) => Tensor
>({
  target: 'torch.quantize_per_tensor_dynamic',
  parameters: params('input', 'dtype', 'reduce_range'),
  record: 'asWritten',
  forward: q.quantizePerTensorDynamic
});
/** Integers as floats; floats as they are. PyTorch: `torch.dequantize`. */
export const dequantize = unaryFunction('dequantize', q.dequantize);
