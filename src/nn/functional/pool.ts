// Pools of `torch.nn.functional`: maximum, average, adaptive.

import { defineFunction, type TorchFunction } from '../../tensor/function';
import { params, type ParameterEntry } from '../../tensor/functions/parameters';
import * as any from '../../tensor/functions/unary';
import { spatialTriple, type Spatial } from '../../tensor/ops/convolution';
import { mul, pow } from '../../tensor/ops/elementwise';
import { abs, relu, sign } from '../../tensor/ops/pointwise';
import { squeeze, unsqueeze } from '../../tensor/ops/shape';
import { unpool } from '../../tensor/ops/unpool';
import { tuple } from '../../tensor/structures';
import { adaptiveMaxPool, type PoolOptions } from '../../tensor/ops/pool';
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

/**
 * A pool that gives places too if `return_indices`, its last parameter, says so. PyTorch has two functions for it, and
 * records `name_with_indices` for the second.
 */
function indexedPool<F extends (...args: never[]) => unknown>(
  name: string,
  entries: ParameterEntry[],
  forward: (...values: unknown[]) => unknown
): F & TorchFunction {
  const withIndices = python(`${name}_with_indices`, 2, entries, (...values: unknown[]) =>
    forward(...values.slice(0, -1), true)
  );
  return defineFunction<F>({
    target: `torch.nn.functional.${name}`,
    parameters: params(...entries),
    record: 2,
    forward: forward as (...values: never[]) => unknown,
    dispatch: values => (values[values.length - 1] === true ? withIndices : null)
  });
}

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
  return indexedPool<MaxPool>(name, entries, (...values) => {
    const [x, kernelSize, stride, padding, dilation, ceilMode, indices] = values as [
      Tensor,
      Spatial,
      Spatial | null,
      Spatial,
      Spatial,
      boolean,
      boolean
    ];
    return any.maxPoolAny(name, x, dims, { kernelSize, stride, padding, dilation, ceilMode }, indices);
  });
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
        aliases: ['torch.nn.functional.avg_pool1d'],
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
  aliases: ['torch.nn.functional.adaptive_avg_pool1d'],
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

/** Returned with places if asked for. */
type AdaptiveMaxPool = (
  x: Tensor,
  outputSize: number | readonly (number | null)[],
  options?: { returnIndices?: boolean }
) => Tensor;
const adaptiveMax = (dims: number): AdaptiveMaxPool & TorchFunction =>
  indexedPool(`adaptive_max_pool${dims}d`, ['input', 'output_size', ['return_indices', false]], (...args) => {
    const [x, size, returnIndices] = args as [Tensor, number | readonly (number | null)[], boolean];
    const { values, indices } = adaptiveMaxPool(`adaptive_max_pool${dims}d`, x, dims, size);
    return returnIndices ? tuple(values, indices) : values;
  });
export const adaptiveMaxPool1d = adaptiveMax(1);
export const adaptiveMaxPool2d = adaptiveMax(2);
export const adaptiveMaxPool3d = adaptiveMax(3);

interface LPPoolOptions {
  stride?: Spatial | null;
  ceilMode?: boolean;
}
type LPPool = (x: Tensor, normType: number, kernelSize: Spatial, options?: LPPoolOptions) => Tensor;
/** The p-norm of each window. */
const lpPool = (dims: number): LPPool & TorchFunction =>
  python(
    `lp_pool${dims}d`,
    3,
    ['input', 'norm_type', 'kernel_size', ['stride', null], ['ceil_mode', false]],
    (x: Tensor, p: number, kernelSize: Spatial, stride: Spatial | null, ceilMode: boolean) => {
      const options: PoolOptions = { kernelSize, stride, padding: 0, ceilMode };
      const means = any.avgPoolAny(`lp_pool${dims}d`, pow(x, p), dims, options, true, null);
      const count = spatialTriple(kernelSize, dims, 1, 'kernel_size').reduce((a, b) => a * b, 1);
      return pow(mul(mul(sign(means), relu(abs(means))), count), 1 / p);
    }
  );
export const lpPool1d = lpPool(1);
export const lpPool2d = lpPool(2);
export const lpPool3d = lpPool(3);

interface UnpoolOptions {
  stride?: Spatial | null;
  padding?: Spatial;
  outputSize?: readonly number[] | null;
}
type Unpool = (x: Tensor, indices: Tensor, kernelSize: Spatial, options?: UnpoolOptions) => Tensor;
const maxUnpool = (dims: number): Unpool & TorchFunction =>
  python(
    `max_unpool${dims}d`,
    3,
    ['input', 'indices', 'kernel_size', ['stride', null], ['padding', 0], ['output_size', null]],
    (
      x: Tensor,
      indices: Tensor,
      kernelSize: Spatial,
      stride: Spatial | null,
      padding: Spatial,
      outputSize: readonly number[] | null
    ) => {
      const perDim = (v: Spatial, what: string) => spatialTriple(v, dims, 0, what).slice(3 - dims);
      const [kernel, pads] = [perDim(kernelSize, 'kernel_size'), perDim(padding, 'padding')];
      const steps = perDim(stride ?? kernelSize, 'stride');
      const spatial = x.shape.slice(-dims);
      const size =
        outputSize?.slice(-dims) ??
        spatial.map((n, i) => (n - 1) * (steps[i] ?? 1) - 2 * (pads[i] ?? 0) + (kernel[i] ?? 1));
      return x.ndim === dims + 1
        ? squeeze(unpool(unsqueeze(x, 0), unsqueeze(indices, 0), size), 0)
        : unpool(x, indices, size);
    }
  );
export const maxUnpool1d = maxUnpool(1);
export const maxUnpool2d = maxUnpool(2);
export const maxUnpool3d = maxUnpool(3);
