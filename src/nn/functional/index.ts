// `torch.nn.functional`. Functions PyTorch writes in Python are recorded with every argument but the first
// ones by keyword (spec 1.4); builtins as the caller wrote them. Convolutions are the torch functions.

import { defineFunction, type TorchFunction } from '../../tensor/function';
import { params, type ParameterEntry } from '../../tensor/functions/parameters';
import * as any from '../../tensor/functions/unary';
import * as pointwise from '../../tensor/ops/pointwise';
import type { Spatial } from '../../tensor/ops/convolution';
import { compare, mul, where } from '../../tensor/ops/elementwise';
import { linear as linearOp } from '../../tensor/ops/linear';
import {
  batchNorm as batchNormOp,
  batchNormTraining,
  batchStatistics,
  groupNorm as groupNormOp,
  layerNorm as layerNormOp
} from '../../tensor/ops/norm';
import { pad as padOp, type PadMode } from '../../tensor/ops/pad';
import { softmax as softmaxOp } from '../../tensor/ops/reduce';
import * as shape from '../../tensor/ops/shape';
import { fromData } from '../../tensor/ops/create';
import type { PoolOptions } from '../../tensor/ops/pool';
import { uniform } from '../../tensor/random';
import type { Tensor } from '../../tensor/tensor';
import { builtin, python } from './define';

export {
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d
} from '../../tensor/functions/torch';
export * from './embedding';
export * from './losses';

interface Inplace {
  inplace?: boolean;
}
type Activation<Options = Inplace> = (x: Tensor, options?: Options) => Tensor;
const inplace: ParameterEntry = ['inplace', false];

export const relu = python<Activation>('relu', 1, ['input', inplace], (x: Tensor) => any.relu(x));
export const relu6 = python<Activation>('relu6', 1, ['input', inplace], (x: Tensor) => any.hardtanh(x, 0, 6));
export const hardswish = python<Activation>('hardswish', 1, ['input', inplace], (x: Tensor) =>
  pointwise.hardswish(x)
);
export const hardsigmoid = python<Activation>('hardsigmoid', 1, ['input', inplace], (x: Tensor) =>
  any.hardsigmoid(x)
);
export const silu = python<Activation>('silu', 1, ['input', inplace], (x: Tensor) => pointwise.silu(x));
export const mish = python<Activation>('mish', 1, ['input', inplace], (x: Tensor) => pointwise.mish(x));
export const leakyRelu = python<Activation<Inplace & { negativeSlope?: number }>>(
  'leaky_relu',
  1,
  ['input', ['negative_slope', 0.01], inplace],
  (x: Tensor, slope: number) => pointwise.leakyRelu(x, slope)
);
export const elu = python<Activation<Inplace & { alpha?: number }>>(
  'elu',
  1,
  ['input', ['alpha', 1], inplace],
  (x: Tensor, alpha: number) => pointwise.elu(x, alpha)
);
export const hardtanh = python<Activation<Inplace & { minVal?: number; maxVal?: number }>>(
  'hardtanh',
  1,
  ['input', ['min_val', -1], ['max_val', 1], inplace],
  (x: Tensor, lo: number, hi: number) => any.hardtanh(x, lo, hi)
);
export const gelu = builtin<Activation<{ approximate?: 'none' | 'tanh' }>>(
  'gelu',
  ['input', ['approximate', 'none']],
  (x: Tensor, approximate: string) => (approximate === 'tanh' ? pointwise.geluTanh(x) : pointwise.gelu(x))
);
export const softplus = builtin<Activation<{ beta?: number; threshold?: number }>>(
  'softplus',
  ['input', ['beta', 1], ['threshold', 20]],
  (x: Tensor, beta: number, threshold: number) => pointwise.softplus(x, beta, threshold)
);
export const prelu = builtin<(x: Tensor, weight: Tensor) => Tensor>(
  'prelu',
  ['input', 'weight'],
  (x: Tensor, weight: Tensor) => {
    const slopes =
      weight.numel() === 1
        ? weight
        : shape.reshape(weight, [1, -1, ...new Array<number>(Math.max(0, x.ndim - 2)).fill(1)]);
    return where(compare('gt', x, 0), x, mul(x, slopes));
  }
);
/** `sigmoid` is recorded as a method call. */
export const sigmoid = (x: Tensor): Tensor => x.sigmoid();
/** `tanh` is recorded as a method call. */
export const tanh = (x: Tensor): Tensor => x.tanh();
export const glu = python<(x: Tensor, options?: { dim?: number }) => Tensor>(
  'glu',
  1,
  ['input', ['dim', -1]],
  (x: Tensor, dim: number) => {
    const [a, b] = shape.chunk(x, 2, dim);
    return mul(a as Tensor, pointwise.sigmoid(b as Tensor));
  }
);

/** What PyTorch takes for a softmax without `dim`. */
const implicitDim = (x: Tensor): number => (x.ndim === 0 || x.ndim === 1 || x.ndim === 3 ? 0 : 1);

type SoftmaxFn = (x: Tensor, options: { dim: number }) => Tensor;
export const softmax = python<SoftmaxFn>(
  'softmax',
  1,
  ['input', ['dim', null], ['_stacklevel', 3], ['dtype', null]],
  (x: Tensor, dim: number | null) => any.softmaxAny(x, dim ?? implicitDim(x))
);
export const logSoftmax = python<SoftmaxFn>(
  'log_softmax',
  1,
  ['input', ['dim', null], ['_stacklevel', 3], ['dtype', null]],
  (x: Tensor, dim: number | null) => softmaxOp(x, dim ?? implicitDim(x), true)
);

interface DropoutOptions extends Inplace {
  p?: number;
  training?: boolean;
}
export const dropout = python<(x: Tensor, options?: DropoutOptions) => Tensor>(
  'dropout',
  1,
  ['input', ['p', 0.5], ['training', true], inplace],
  (x: Tensor, p: number, training: boolean) => (training && p > 0 ? dropElements(x, p) : x)
);

function dropElements(x: Tensor, p: number): Tensor {
  const keep = Float32Array.from({ length: x.numel() }, () => (uniform() < p ? 0 : 1 / (1 - p)));
  return mul(x, fromData(keep, x.shape));
}

// Linear.

export const linear = builtin<
  (x: Tensor, weight: Tensor, bias?: Tensor | null | { bias?: Tensor | null }) => Tensor
>('linear', ['input', 'weight', ['bias', null]], linearOp);

// Pools.

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
export const maxPool1d = maxPoolFunction(1);
export const maxPool2d = maxPoolFunction(2);
export const maxPool3d = maxPoolFunction(3);

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
export const avgPool1d = avgPoolFunction(1);
export const avgPool2d = avgPoolFunction(2);
export const avgPool3d = avgPoolFunction(3);

type AdaptivePool = (x: Tensor, outputSize: number | readonly (number | null)[]) => Tensor;
const adaptive = (dims: number) => (x: Tensor, size: number | readonly (number | null)[]) =>
  any.adaptiveAvgPoolAny(`adaptive_avg_pool${dims}d`, x, dims, size);
export const adaptiveAvgPool1d = defineFunction<AdaptivePool>({
  target: 'torch.adaptive_avg_pool1d',
  parameters: params('input', 'output_size'),
  record: 'asWritten',
  forward: adaptive(1)
});
export const adaptiveAvgPool2d = python<AdaptivePool>(
  'adaptive_avg_pool2d',
  2,
  ['input', 'output_size'],
  adaptive(2)
);
export const adaptiveAvgPool3d = python<AdaptivePool>(
  'adaptive_avg_pool3d',
  2,
  ['input', 'output_size'],
  adaptive(3)
);

// Resampling and padding.

export interface InterpolateFunctionOptions {
  size?: number | readonly number[] | null;
  scaleFactor?: number | readonly number[] | null;
  mode?: 'nearest' | 'linear' | 'bilinear' | 'trilinear';
  alignCorners?: boolean | null;
}
export const interpolate = python<(x: Tensor, options: InterpolateFunctionOptions) => Tensor>(
  'interpolate',
  1,
  [
    'input',
    ['size', null],
    ['scale_factor', null],
    ['mode', 'nearest'],
    ['align_corners', null],
    ['recompute_scale_factor', null],
    ['antialias', false]
  ],
  (x: Tensor, size: number | null, scaleFactor: number | null, mode: string, alignCorners: boolean | null) =>
    any.interpolateAny(x, { size, scaleFactor, mode, alignCorners })
);
export const pad = python<
  (x: Tensor, pad: readonly number[], options?: { mode?: PadMode; value?: number | null }) => Tensor
>(
  'pad',
  2,
  ['input', 'pad', ['mode', 'constant'], ['value', null]],
  (x: Tensor, amounts: readonly number[], mode: PadMode, value: number | null) =>
    padOp(x, amounts, mode, value ?? 0)
);
export const pixelShuffle = builtin<(x: Tensor, upscaleFactor: number) => Tensor>(
  'pixel_shuffle',
  ['input', 'upscale_factor'],
  shape.pixelShuffle
);
export const pixelUnshuffle = builtin<(x: Tensor, downscaleFactor: number) => Tensor>(
  'pixel_unshuffle',
  ['input', 'downscale_factor'],
  shape.pixelUnshuffle
);

// Norms.

interface AffineOptions {
  weight?: Tensor | null;
  bias?: Tensor | null;
  eps?: number;
}
const affine: ParameterEntry[] = [
  ['weight', null],
  ['bias', null],
  ['eps', 1e-5]
];
export const layerNorm = python<
  (x: Tensor, normalizedShape: readonly number[], options?: AffineOptions) => Tensor
>('layer_norm', 2, ['input', 'normalized_shape', ...affine], layerNormOp);
export const groupNorm = python<(x: Tensor, numGroups: number, options?: AffineOptions) => Tensor>(
  'group_norm',
  2,
  ['input', 'num_groups', ...affine],
  groupNormOp
);
export const instanceNorm = python<(x: Tensor, options?: AffineOptions) => Tensor>(
  'instance_norm',
  1,
  [
    'input',
    ['running_mean', null],
    ['running_var', null],
    ['weight', null],
    ['bias', null],
    ['use_input_stats', true],
    ['momentum', 0.1],
    ['eps', 1e-5]
  ],
  (
    x: Tensor,
    mean: Tensor | null,
    variance: Tensor | null,
    weight: Tensor | null,
    bias: Tensor | null,
    useInput: boolean,
    _momentum: number,
    eps: number
  ) =>
    useInput || !mean || !variance
      ? groupNormOp(x, x.shape[1] ?? 1, weight, bias, eps)
      : batchNormOp(x, mean, variance, weight, bias, eps)
);
interface BatchNormOptions extends AffineOptions {
  training?: boolean;
  momentum?: number;
}
export const batchNorm = python<
  (x: Tensor, runningMean: Tensor | null, runningVar: Tensor | null, options?: BatchNormOptions) => Tensor
>(
  'batch_norm',
  3,
  [
    'input',
    'running_mean',
    'running_var',
    ['weight', null],
    ['bias', null],
    ['training', false],
    ['momentum', 0.1],
    ['eps', 1e-5]
  ],
  batchNormForward
);

function batchNormForward(
  x: Tensor,
  mean: Tensor | null,
  variance: Tensor | null,
  weight: Tensor | null,
  bias: Tensor | null,
  training: boolean,
  momentum: number,
  eps: number
): Tensor {
  if (!training && mean && variance) {
    return batchNormOp(x, mean, variance, weight, bias, eps);
  }
  const batch = batchStatistics(x);
  if (mean && variance && training) {
    updateRunning(mean, batch.mean, momentum);
    updateRunning(variance, batch.unbiased, momentum);
  }
  return batchNormTraining(x, weight, bias, eps, batch);
}

function updateRunning(running: Tensor, batch: ArrayLike<number>, momentum: number): void {
  const values = running.storage.view();
  for (let i = 0; i < values.length; i++) {
    values[i] = (1 - momentum) * (values[i] as number) + momentum * (batch[i] as number);
  }
}
