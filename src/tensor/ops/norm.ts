// Normalisations in float. Statistics are kept in float64.

import { differentiable } from '../autograd/record';
import type { Tensor } from '../tensor';
import { empty, product } from './create';
import { at } from './shape';

/**
 * `x·α + β` per channel, rounded once, with α = w/√(σ²+ε) and β = b − μα: how PyTorch's kernel computes it, so that
 * float32 results agree to the last bit.
 */
function scaleAndShift(
  x: Tensor,
  mean: ArrayLike<number>,
  reciprocal: ArrayLike<number>,
  weight: Tensor | null,
  bias: Tensor | null
): Tensor {
  const channels = at(x.shape, 1);
  const inner = product(x.shape.slice(2));
  const round = roundingOf(x);
  const [g, b] = [weight?.data(), bias?.data()];
  const alpha = Float64Array.from({ length: channels }, (_, c) =>
    round((reciprocal[c] as number) * (g ? (g[c] as number) : 1))
  );
  const beta = alpha.map((scale, c) => round((b ? (b[c] as number) : 0) - (mean[c] as number) * scale));
  const result = empty(x.shape, x.dtype);
  const out = result.storage.view();
  const source = x.data();
  for (let i = 0; i < out.length; i++) {
    const c = Math.floor(i / inner) % channels;
    out[i] = (source[i] as number) * (alpha[c] as number) + (beta[c] as number);
  }
  return result;
}

/** float32 arithmetic rounds after every step. */
const roundingOf = (x: Tensor): ((value: number) => number) =>
  x.dtype === 'float32' ? Math.fround : value => value;

/** Inference: with the given statistics. */
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
    const round = roundingOf(x);
    const reciprocal = Array.from(variance.data(), v => round(1 / round(Math.sqrt(round(v + round(eps))))));
    return scaleAndShift(x, mean.data(), reciprocal, weight, bias);
  }
);

/** Training: with the statistics of `x` itself. */
export const batchNormTraining = differentiable(
  'batchNormTraining',
  (x: Tensor, weight: Tensor | null, bias: Tensor | null, eps: number, batch: BatchStatistics): Tensor => {
    const round = roundingOf(x);
    const reciprocal = Array.from(batch.biased, v => round(1 / Math.sqrt(v + eps)));
    return scaleAndShift(x, batch.mean, reciprocal, weight, bias);
  }
);

/** Mean, biased and unbiased variance per channel. */
export interface BatchStatistics {
  readonly mean: Float64Array;
  readonly biased: Float64Array;
  readonly unbiased: Float64Array;
}

/**
 * Batch statistics over N and space. As PyTorch's kernels: sums in double precision and rounded at the end; without
 * spatial positions in float32, one fused step per element.
 */
export function batchStatistics(x: Tensor): BatchStatistics {
  const channels = at(x.shape, 1);
  const inner = product(x.shape.slice(2));
  const count = x.numel() / channels;
  const source = x.data();
  const round = roundingOf(x);
  const step = inner === 1 ? round : (value: number) => value;
  const sumOver = (term: (value: number, channel: number) => number): Float64Array => {
    const sums = new Float64Array(channels);
    for (let i = 0; i < source.length; i++) {
      const c = Math.floor(i / inner) % channels;
      sums[c] = step((sums[c] as number) + term(source[i] as number, c));
    }
    return sums;
  };
  const exact = sumOver(value => value).map(sum => step(sum / count));
  const squares = sumOver((value, c) => step(value - (exact[c] as number)) ** 2).map(round);
  return {
    mean: exact.map(round),
    biased: squares.map(sum => round(sum / count)),
    unbiased: squares.map(sum => round(sum / (count - 1)))
  };
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
