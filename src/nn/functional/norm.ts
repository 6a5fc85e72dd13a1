// Normalisations of `torch.nn.functional`.

import type { ParameterEntry } from '../../tensor/functions/parameters';
import {
  batchNorm as batchNormOp,
  batchNormTraining,
  batchStatistics,
  groupNorm as groupNormOp,
  layerNorm as layerNormOp
} from '../../tensor/ops/norm';
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
  const batch = batchStatistics(x);
  if (mean && variance && training) {
    updateRunning(mean, batch.mean, momentum, Math.fround);
    updateRunning(variance, batch.unbiased, momentum, value => value);
  }
  return batchNormTraining(x, weight, bias, eps, batch);
}

/** `(1 - m)·running + m·batch` in float32; PyTorch rounds the second product for the mean and not for the variance. */
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
