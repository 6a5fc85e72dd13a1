// Normalisations in float. Statistics are kept in float64.

import { differentiable } from '../autograd/record';
import type { Tensor } from '../tensor';
import { empty, fromData, product } from './create';
import { at } from './shape';

/** Inference: with the given statistics. float32 arithmetic as PyTorch's kernel: x·α + β. */
export const batchNorm = differentiable(
  'batchNorm',
  (
    x: Tensor,
    mean: Tensor,
    variance: Tensor,
    weight: Tensor | null,
    bias: Tensor | null,
    eps: number
  ): Tensor => {
    const channels = at(x.shape, 1);
    if (mean.numel() !== channels) {
      throw new Error(
        `batchNorm: running statistics for ${mean.numel()} channels, input [${x.shape.join(', ')}] has ${channels}`
      );
    }
    const inner = product(x.shape.slice(2));
    const result = empty(x.shape, x.dtype);
    const out = result.storage.view();
    const source = x.data();
    const [m, v] = [mean.data(), variance.data()];
    const [g, b] = [weight?.data(), bias?.data()];
    for (let i = 0; i < out.length; i++) {
      const c = Math.floor(i / inner) % channels;
      const scale = (g ? (g[c] as number) : 1) / Math.sqrt((v[c] as number) + eps);
      out[i] = ((source[i] as number) - (m[c] as number)) * scale + (b ? (b[c] as number) : 0);
    }
    return result;
  }
);

/** Training: with the statistics of `x` itself. */
export const batchNormTraining = differentiable(
  'batchNormTraining',
  (x: Tensor, weight: Tensor | null, bias: Tensor | null, eps: number, batch: BatchStatistics): Tensor => {
    const n = batch.mean.length;
    const mean = fromData(batch.mean, [n], 'float64');
    const variance = fromData(batch.biased, [n], 'float64');
    return batchNorm(x, mean, variance, weight, bias, eps);
  }
);

/** Mean, biased and unbiased variance per channel. */
export interface BatchStatistics {
  readonly mean: Float64Array;
  readonly biased: Float64Array;
  readonly unbiased: Float64Array;
}

/** Batch statistics over N and space. */
export function batchStatistics(x: Tensor): BatchStatistics {
  const channels = at(x.shape, 1);
  const inner = product(x.shape.slice(2));
  const count = x.numel() / channels;
  const source = x.data();
  const mean = new Float64Array(channels);
  const biased = new Float64Array(channels);
  for (let i = 0; i < source.length; i++) {
    const c = Math.floor(i / inner) % channels;
    mean[c] = (mean[c] as number) + (source[i] as number) / count;
  }
  for (let i = 0; i < source.length; i++) {
    const c = Math.floor(i / inner) % channels;
    biased[c] = (biased[c] as number) + ((source[i] as number) - (mean[c] as number)) ** 2 / count;
  }
  return { mean, biased, unbiased: biased.map(v => (v * count) / (count - 1)) };
}

/** Normalises runs of `length` elements; `affine(position in run, run)` gives scale and shift. */
function normalizeRuns(
  x: Tensor,
  length: number,
  eps: number,
  affine: (i: number, run: number) => readonly [number, number]
): Tensor {
  const result = empty(x.shape, x.dtype);
  const out = result.storage.view();
  const source = x.data();
  for (let start = 0, run = 0; start < source.length; start += length, run++) {
    let mean = 0;
    for (let i = 0; i < length; i++) {
      mean += source[start + i] as number;
    }
    mean /= length;
    let variance = 0;
    for (let i = 0; i < length; i++) {
      variance += ((source[start + i] as number) - mean) ** 2;
    }
    const scale = 1 / Math.sqrt(variance / length + eps);
    for (let i = 0; i < length; i++) {
      const [g, b] = affine(i, run);
      out[start + i] = ((source[start + i] as number) - mean) * scale * g + b;
    }
  }
  return result;
}

export const layerNorm = differentiable(
  'layerNorm',
  (x: Tensor, shape: readonly number[], weight: Tensor | null, bias: Tensor | null, eps: number): Tensor => {
    const tail = x.shape.slice(x.ndim - shape.length);
    if (tail.some((size, i) => size !== shape[i])) {
      throw new Error(`layerNorm: input [${x.shape.join(', ')}] does not end in [${shape.join(', ')}]`);
    }
    const [g, b] = [weight?.data(), bias?.data()];
    return normalizeRuns(x, product(shape), eps, i => [g ? (g[i] as number) : 1, b ? (b[i] as number) : 0]);
  }
);

/** `[N, C, …]` in `groups` of channels; instance norm is `groups = C`. */
export const groupNorm = differentiable(
  'groupNorm',
  (x: Tensor, groups: number, weight: Tensor | null, bias: Tensor | null, eps: number): Tensor => {
    const channels = at(x.shape, 1);
    if (channels % groups !== 0) {
      throw new Error(`groupNorm: ${channels} channels cannot be split into ${groups} groups`);
    }
    const inner = product(x.shape.slice(2));
    const perGroup = channels / groups;
    const [g, b] = [weight?.data(), bias?.data()];
    return normalizeRuns(x, perGroup * inner, eps, (i, run) => {
      const c = (run % groups) * perGroup + Math.floor(i / inner);
      return [g ? (g[c] as number) : 1, b ? (b[c] as number) : 0];
    });
  }
);
