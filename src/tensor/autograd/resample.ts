// Gradients of interpolation and padding: every output adds its gradient, weighted, to what it was read from.

import { bicubic, eachBicubicTap } from '../ops/bicubic';
import { product } from '../ops/create';
import { forEachPlace, interpolate, resamplingPlan } from '../ops/interpolate';
import { pad, paddingSources } from '../ops/pad';
import { at } from '../ops/shape';
import { storageFrom } from '../storage';
import { Tensor } from '../tensor';
import { defineGradient } from './record';

defineGradient(interpolate, (dy, [x, options]) => {
  const { output, taps } = resamplingPlan(x, options);
  const input = x.shape.slice(2);
  const steps = input.map((_, d) => product(input.slice(d + 1)));
  const plane = product(input);
  const gradient = dy.data();
  const sums = new Float64Array(x.numel());
  let i = 0;
  const spread = (d: number, base: number, value: number, place: readonly number[]): void => {
    if (d === input.length) {
      sums[base] = (sums[base] as number) + value;
      return;
    }
    const [low, high, weight] = taps[d]?.[at(place, d)] ?? [0, 0, 0];
    const step = at(steps, d);
    spread(d + 1, base + low * step, value * (1 - weight), place);
    if (weight !== 0) {
      spread(d + 1, base + high * step, value * weight, place);
    }
  };
  for (let n = 0, planes = at(x.shape, 0) * at(x.shape, 1); n < planes; n++) {
    forEachPlace(output, place => spread(0, n * plane, gradient[i++] as number, place));
  }
  return [new Tensor(storageFrom(x.dtype, sums), [...x.shape])];
});

defineGradient(pad, (dy, [x, amounts, mode = 'constant']) => {
  const sums = new Float64Array(x.numel());
  const gradient = dy.data();
  paddingSources(x, amounts, mode, (i, from) => {
    if (from >= 0) {
      sums[from] = (sums[from] as number) + (gradient[i] as number);
    }
  });
  return [new Tensor(storageFrom(x.dtype, sums), [...x.shape])];
});

defineGradient(bicubic, (dy, [x, options]) => {
  const sums = new Float64Array(x.numel());
  const gradient = dy.data();
  eachBicubicTap(x, options, (from, to, weight) => {
    sums[to] = (sums[to] as number) + weight * (gradient[from] as number);
  });
  return [new Tensor(storageFrom(x.dtype, sums), [...x.shape])];
});
