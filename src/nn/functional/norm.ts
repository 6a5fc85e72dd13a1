// Normalisations of `torch.nn.functional`.

import type { ParameterEntry } from '../../tensor/functions/parameters';
import {
  batchNorm as batchNormOp,
  batchNormTraining,
  batchStatistics,
  groupNorm as groupNormOp,
  layerNorm as layerNormOp
} from '../../tensor/ops/norm';
import { add, div, mul, pow } from '../../tensor/ops/elementwise';
import { rsqrt, square } from '../../tensor/ops/pointwise';
import { mean, sum } from '../../tensor/ops/reduce';
import { cat, narrow } from '../../tensor/ops/shape';
import type { Tensor } from '../../tensor/tensor';
import { python } from './define';

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
/** Normalises over the last dimensions. PyTorch: `torch.nn.functional.layer_norm`. */
export const layerNorm = python<
  (x: Tensor, normalizedShape: readonly number[], options?: AffineOptions) => Tensor
>('layer_norm', 2, ['input', 'normalized_shape', ...affine], layerNormOp);
/** Normalises groups of channels of `[N, C, …]`. PyTorch: `torch.nn.functional.group_norm`. */
export const groupNorm = python<(x: Tensor, numGroups: number, options?: AffineOptions) => Tensor>(
  'group_norm',
  2,
  ['input', 'num_groups', ...affine],
  groupNormOp
);
/** Normalises every channel of every sample. PyTorch: `torch.nn.functional.instance_norm`. */
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
    runningMean: Tensor | null,
    runningVar: Tensor | null,
    weight: Tensor | null,
    bias: Tensor | null,
    useInput: boolean,
    _momentum: number,
    eps: number
  ) =>
    useInput || !runningMean || !runningVar
      ? groupNormOp(x, x.shape[1] ?? 1, weight, bias, eps)
      : batchNormOp(x, runningMean, runningVar, weight, bias, eps)
);
interface BatchNormOptions extends AffineOptions {
  training?: boolean;
  momentum?: number;
}
/**
 * Normalises every channel of `[N, C, …]`, by the batch in training, else by running statistics. PyTorch:
 * `torch.nn.functional.batch_norm`.
 */
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
  if (training) {
    requireSeveralValues(x);
  }
  const batch = batchStatistics(x);
  if (mean && variance && training) {
    updateRunning(mean, batch.mean, momentum, Math.fround);
    updateRunning(variance, batch.unbiased, momentum, value => value);
  }
  return batchNormTraining(x, weight, bias, eps, batch);
}

/** `(1 - m)·running + m·batch` in float32; PyTorch rounds the second product for the mean and not for the variance. */
/** @throws Error for one value per channel, whose variance is no number. */
function requireSeveralValues(x: Tensor): void {
  if (x.numel() === (x.shape[1] ?? 1)) {
    throw new Error(
      `batch_norm: expected more than 1 value per channel when training, got input [${x.shape.join(', ')}]`
    );
  }
}

function updateRunning(
  running: Tensor,
  batch: ArrayLike<number>,
  momentum: number,
  round: (value: number) => number
): void {
  const values = running.storage.view();
  const [kept, added] = [Math.fround(1 - momentum), Math.fround(momentum)];
  for (let i = 0; i < values.length; i++) {
    values[i] = Math.fround(kept * (values[i] as number)) + round(added * (batch[i] as number));
  }
}

/** Divided by the root mean square over the last dimensions; `eps` is the precision of the dtype if null. */
export const rmsNorm = python<
  (
    x: Tensor,
    normalizedShape: readonly number[],
    options?: { weight?: Tensor | null; eps?: number | null }
  ) => Tensor
>(
  'rms_norm',
  2,
  ['input', 'normalized_shape', ['weight', null], ['eps', null]],
  (x: Tensor, normalizedShape: readonly number[], weight: Tensor | null, eps: number | null) => {
    const tail = x.shape.slice(x.ndim - normalizedShape.length);
    if (tail.join() !== normalizedShape.join()) {
      throw new Error(
        `rmsNorm: input [${x.shape.join(', ')}] does not end in [${normalizedShape.join(', ')}]`
      );
    }
    const dims = normalizedShape.map((_, i) => -1 - i);
    const precision = x.dtype === 'float64' ? 2 ** -52 : 2 ** -23;
    const y = mul(x, rsqrt(add(mean(square(x), dims, true), eps ?? precision)));
    return weight ? mul(y, weight) : y;
  }
);

interface ResponseOptions {
  alpha?: number;
  beta?: number;
  k?: number;
}
/** Divided by `(k + α · mean of squares over `size` neighbouring channels)^β`. */
export const localResponseNorm = python<(x: Tensor, size: number, options?: ResponseOptions) => Tensor>(
  'local_response_norm',
  2,
  ['input', 'size', ['alpha', 1e-4], ['beta', 0.75], ['k', 1]],
  (x: Tensor, size: number, alpha: number, beta: number, k: number) => {
    const channels = x.shape[1] ?? 0;
    const before = Math.floor(size / 2);
    const squares = square(x);
    const means = Array.from({ length: channels }, (_, c) => {
      const [from, to] = [Math.max(0, c - before), Math.min(channels, c - before + size)];
      return div(sum(narrow(squares, 1, from, to - from), 1, true), size);
    });
    return div(x, pow(add(mul(cat(means, 1), alpha), k), beta));
  }
);
