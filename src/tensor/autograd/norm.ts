// Gradients of normalisations. Where the statistics are those of the data itself they take part in the
// gradient: dx = r · (g − mean(g) − x̂ · mean(g · x̂)) with x̂ = (x − mean) · r and g = dy · weight.

import { product } from '../ops/create';
import * as ops from '../ops/norm';
import { at } from '../ops/shape';
import { storageFrom } from '../storage';
import { Tensor } from '../tensor';
import { defineGradient, type Gradients } from './record';

/** How elements are grouped: which share statistics, and which share a weight and a bias. */
interface Layout {
  readonly groups: number;
  group(i: number): number;
  channel(i: number): number;
}

/** Center and reciprocal deviation of each group. */
interface Statistics {
  readonly mean: ArrayLike<number>;
  readonly scale: ArrayLike<number>;
}

function gradients(
  dy: Tensor,
  x: Tensor,
  weight: Tensor | null | undefined,
  bias: Tensor | null | undefined,
  layout: Layout,
  { mean, scale }: Statistics,
  statisticsVary: boolean
): { dx: Tensor; dWeight: Tensor | null; dBias: Tensor | null } {
  const [upper, source, factors] = [dy.data(), x.data(), weight?.data()];
  const count = source.length / layout.groups;
  const dx = new Float64Array(source.length);
  const dWeight = new Float64Array(weight?.numel() ?? 0);
  const dBias = new Float64Array(bias?.numel() ?? 0);
  const sums = new Float64Array(layout.groups);
  const products = new Float64Array(layout.groups);
  const normalized = (i: number, k: number): number =>
    ((source[i] as number) - (mean[k] as number)) * (scale[k] as number);
  for (let i = 0; i < source.length; i++) {
    const [k, c] = [layout.group(i), layout.channel(i)];
    const xHat = normalized(i, k);
    const g = (upper[i] as number) * (factors ? (factors[c] as number) : 1);
    sums[k] = (sums[k] as number) + g / count;
    products[k] = (products[k] as number) + (g * xHat) / count;
    dx[i] = g * (scale[k] as number);
    if (weight) {
      dWeight[c] = (dWeight[c] as number) + (upper[i] as number) * xHat;
    }
    if (bias) {
      dBias[c] = (dBias[c] as number) + (upper[i] as number);
    }
  }
  if (statisticsVary) {
    for (let i = 0; i < source.length; i++) {
      const k = layout.group(i);
      const shift = (sums[k] as number) + normalized(i, k) * (products[k] as number);
      dx[i] = (dx[i] as number) - shift * (scale[k] as number);
    }
  }
  return {
    dx: shaped(dx, x),
    dWeight: weight ? shaped(dWeight, weight) : null,
    dBias: bias ? shaped(dBias, bias) : null
  };
}

function shaped(values: Float64Array, like: Tensor): Tensor {
  return new Tensor(storageFrom(like.dtype, values), [...like.shape]);
}

/** Mean and 1 / √(variance + eps) of each group of elements. */
function statisticsOf(x: Tensor, layout: Layout, eps: number): Statistics {
  const source = x.data();
  const count = source.length / layout.groups;
  const mean = new Float64Array(layout.groups);
  const variance = new Float64Array(layout.groups);
  for (let i = 0; i < source.length; i++) {
    const k = layout.group(i);
    mean[k] = (mean[k] as number) + (source[i] as number) / count;
  }
  for (let i = 0; i < source.length; i++) {
    const k = layout.group(i);
    variance[k] = (variance[k] as number) + ((source[i] as number) - (mean[k] as number)) ** 2 / count;
  }
  return { mean, scale: variance.map(v => 1 / Math.sqrt(v + eps)) };
}

function channelLayout(x: Tensor): Layout {
  const channels = at(x.shape, 1);
  const inner = product(x.shape.slice(2));
  const channel = (i: number): number => Math.floor(i / inner) % channels;
  return { groups: channels, group: channel, channel };
}

const reciprocal = (variance: ArrayLike<number>, eps: number): Float64Array =>
  Float64Array.from(variance, v => 1 / Math.sqrt(v + eps));

defineGradient(ops.batchNorm, (dy, [x, mean, variance, weight, bias, eps]): Gradients => {
  const statistics = { mean: mean.data(), scale: reciprocal(variance.data(), eps) };
  const { dx, dWeight, dBias } = gradients(dy, x, weight, bias, channelLayout(x), statistics, false);
  return [dx, null, null, dWeight, dBias];
});

defineGradient(ops.batchNormTraining, (dy, [x, weight, bias, eps, batch]): Gradients => {
  const statistics = { mean: batch.mean, scale: reciprocal(batch.biased, eps) };
  const { dx, dWeight, dBias } = gradients(dy, x, weight, bias, channelLayout(x), statistics, true);
  return [dx, dWeight, dBias];
});

defineGradient(ops.layerNorm, (dy, [x, shape, weight, bias, eps]): Gradients => {
  const length = product(shape);
  const layout: Layout = {
    groups: x.numel() / length,
    group: i => Math.floor(i / length),
    channel: i => i % length
  };
  const found = gradients(dy, x, weight, bias, layout, statisticsOf(x, layout, eps), true);
  return [found.dx, null, found.dWeight, found.dBias];
});

defineGradient(ops.groupNorm, (dy, [x, groups, weight, bias, eps]): Gradients => {
  const channels = at(x.shape, 1);
  const inner = product(x.shape.slice(2));
  const length = (channels / groups) * inner;
  const layout: Layout = {
    groups: x.numel() / length,
    group: i => Math.floor(i / length),
    channel: i => Math.floor(i / inner) % channels
  };
  const found = gradients(dy, x, weight, bias, layout, statisticsOf(x, layout, eps), true);
  return [found.dx, null, found.dWeight, found.dBias];
});
