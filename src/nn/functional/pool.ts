// Pools of `torch.nn.functional`: maximum, average, adaptive.

import { defineFunction, type TorchFunction } from '../../tensor/function';
import { params, type ParameterEntry } from '../../tensor/functions/parameters';
import * as any from '../../tensor/functions/unary';
import type { Spatial } from '../../tensor/ops/convolution';
import type { PoolOptions } from '../../tensor/ops/pool';
import type { Tensor } from '../../tensor/tensor';
import { builtin, python } from './define';

/** Keyword arguments of max pooling, with PyTorch's defaults. */
export interface MaxPoolOptions {
  stride?: Spatial | null;
  padding?: Spatial;
  dilation?: Spatial;
  ceilMode?: boolean;
  returnIndices?: boolean;
}
type MaxPool = (x: Tensor, kernelSize: Spatial, ...rest: (Spatial | null | MaxPoolOptions)[]) => Tensor;

function maxPoolFunction(dims: number): MaxPool & TorchFunction {
  const name = `max_pool${dims}d`;
  const entries: ParameterEntry[] = [
    'input',
    'kernel_size',
    ['stride', null],
    ['padding', 0],
    ['dilation', 1],
    ['ceil_mode', false],
    ['return_indices', false]
  ];
  return python<MaxPool>(
    name,
    2,
    entries,
    (
      x: Tensor,
      kernelSize: Spatial,
      stride: Spatial | null,
      padding: Spatial,
      dilation: Spatial,
      ceilMode: boolean,
      indices: boolean
    ) => any.maxPoolAny(name, x, dims, { kernelSize, stride, padding, dilation, ceilMode }, indices)
  );
}
/** Largest of each window of `[N, C, L]`. PyTorch: `torch.nn.functional.max_pool1d`. */
export const maxPool1d = maxPoolFunction(1);
/** Largest of each window of `[N, C, H, W]`. PyTorch: `torch.nn.functional.max_pool2d`. */
export const maxPool2d = maxPoolFunction(2);
/** Largest of each window of `[N, C, D, H, W]`. PyTorch: `torch.nn.functional.max_pool3d`. */
export const maxPool3d = maxPoolFunction(3);

/** Keyword arguments of average pooling, with PyTorch's defaults. */
export interface AvgPoolOptions {
  stride?: Spatial | null;
  padding?: Spatial;
  ceilMode?: boolean;
  countIncludePad?: boolean;
  divisorOverride?: number | null;
}
type AvgPool = (x: Tensor, kernelSize: Spatial, ...rest: (Spatial | null | AvgPoolOptions)[]) => Tensor;

function avgPoolFunction(dims: number): AvgPool & TorchFunction {
  const name = `avg_pool${dims}d`;
  const entries: ParameterEntry[] = [
    'input',
    'kernel_size',
    ['stride', null],
    ['padding', 0],
    ['ceil_mode', false],
    ['count_include_pad', true]
  ];
  const forward = (
    x: Tensor,
    kernelSize: Spatial,
    stride: Spatial | null,
    padding: Spatial,
    ceilMode: boolean,
    include: boolean,
    divisor: number | null = null
  ) =>
    any.avgPoolAny(
      name,
      x,
      dims,
      { kernelSize, stride, padding, ceilMode } satisfies PoolOptions,
      include,
      divisor
    );
  // avg_pool1d belongs to torch; the others to nn.functional, and have a divisor.
  return dims === 1
    ? defineFunction<AvgPool>({
        target: 'torch.avg_pool1d',
        parameters: params(...entries),
        record: 'asWritten',
        forward
      })
    : builtin<AvgPool>(name, [...entries, ['divisor_override', null]], forward);
}
/** Mean of each window of `[N, C, L]`. PyTorch: `torch.nn.functional.avg_pool1d`. */
export const avgPool1d = avgPoolFunction(1);
/** Mean of each window of `[N, C, H, W]`. PyTorch: `torch.nn.functional.avg_pool2d`. */
export const avgPool2d = avgPoolFunction(2);
/** Mean of each window of `[N, C, D, H, W]`. PyTorch: `torch.nn.functional.avg_pool3d`. */
export const avgPool3d = avgPoolFunction(3);

type AdaptivePool = (x: Tensor, outputSize: number | readonly (number | null)[]) => Tensor;
const adaptive = (dims: number) => (x: Tensor, size: number | readonly (number | null)[]) =>
  any.adaptiveAvgPoolAny(`adaptive_avg_pool${dims}d`, x, dims, size);
/** Means of as many windows as outputs are wanted. PyTorch: `torch.nn.functional.adaptive_avg_pool1d`. */
export const adaptiveAvgPool1d = defineFunction<AdaptivePool>({
  target: 'torch.adaptive_avg_pool1d',
  parameters: params('input', 'output_size'),
  record: 'asWritten',
  forward: adaptive(1)
});
/** Means of as many windows as outputs are wanted. PyTorch: `torch.nn.functional.adaptive_avg_pool2d`. */
export const adaptiveAvgPool2d = python<AdaptivePool>(
  'adaptive_avg_pool2d',
  2,
  ['input', 'output_size'],
  adaptive(2)
);
/** Means of as many windows as outputs are wanted. PyTorch: `torch.nn.functional.adaptive_avg_pool3d`. */
export const adaptiveAvgPool3d = python<AdaptivePool>(
  'adaptive_avg_pool3d',
  2,
  ['input', 'output_size'],
  adaptive(3)
);
