// Resampling of the spatial dimensions: nearest, linear, bilinear. Index arithmetic in float32, as PyTorch's.

import { differentiable } from '../autograd/record';
import { Tensor } from '../tensor';
import { empty, product } from './create';
import { at } from './shape';

const { fround } = Math;

export interface InterpolateOptions {
  readonly size: number | readonly number[] | null;
  readonly scaleFactor: number | readonly number[] | null;
  readonly mode: string;
  readonly alignCorners: boolean | null;
}

/** How one output position draws on the input: two positions and the weight of the second. */
export type Tap = readonly [low: number, high: number, weight: number];

/** Sizes of the result and, for every spatial dimension, what each of its positions draws on. */
export interface ResamplingPlan {
  readonly output: readonly number[];
  readonly taps: readonly (readonly Tap[])[];
}

function scaleFactors(x: Tensor, { scaleFactor }: InterpolateOptions): readonly number[] | null {
  const input = x.shape.slice(2);
  return scaleFactor === null
    ? null
    : input.map((_, i) => (typeof scaleFactor === 'number' ? scaleFactor : at(scaleFactor, i)));
}

/** Spatial sizes of the result. */
export function outputSizes(x: Tensor, options: InterpolateOptions): number[] {
  const scales = scaleFactors(x, options);
  const { size: wanted } = options;
  return x.shape.slice(2).map((size, i) => {
    if (wanted !== null) {
      return typeof wanted === 'number' ? wanted : at(wanted, i);
    }
    if (!scales) {
      throw new Error('interpolate: give size or scaleFactor');
    }
    return Math.floor(size * at(scales, i));
  });
}

const DIMENSIONS: { readonly [mode: string]: readonly number[] } = {
  nearest: [1, 2, 3],
  'nearest-exact': [1, 2, 3],
  linear: [1],
  bilinear: [2],
  trilinear: [3],
  bicubic: [2]
};

/** Output sizes, and per dimension how many input steps an output step is. @throws Error where the mode does not fit. */
export function resamplingScales(
  x: Tensor,
  options: InterpolateOptions
): { output: number[]; scales: readonly number[] | null } {
  if (!(DIMENSIONS[options.mode] ?? []).includes(x.ndim - 2)) {
    throw new Error(
      `interpolate: mode '${options.mode}' does not fit an input of shape [${x.shape.join(', ')}]`
    );
  }
  return { output: outputSizes(x, options), scales: scaleFactors(x, options) };
}

export function resamplingPlan(x: Tensor, options: InterpolateOptions): ResamplingPlan {
  const { output, scales } = resamplingScales(x, options);
  const taps = x.shape
    .slice(2)
    .map((size, i) => tapsFor(size, at(output, i), scales ? at(scales, i) : null, options));
  return { output, taps };
}

export const interpolate = differentiable(
  'interpolate',
  (x: Tensor, options: InterpolateOptions, finish: (v: number) => number = v => v): Tensor => {
    const dims = x.ndim - 2;
    const input = x.shape.slice(2);
    const { output, taps } = resamplingPlan(x, options);
    const shape = [...x.shape.slice(0, 2), ...output];
    const bare = empty(shape, x.dtype);
    const result = x.quantizer ? new Tensor(bare.storage, shape, { quantizer: x.quantizer }) : bare;
    const out = result.storage.view();
    const source = x.data();
    const plane = product(input);
    let i = 0;
    for (let n = 0, planes = at(x.shape, 0) * at(x.shape, 1); n < planes; n++) {
      const sample = (d: number, base: number, place: readonly number[]): number => {
        if (d === dims) {
          return source[base] as number;
        }
        const [low, high, weight] = taps[d]?.[at(place, d)] ?? [0, 0, 0];
        const step = product(input.slice(d + 1));
        const a = sample(d + 1, base + low * step, place);
        return weight === 0
          ? a
          : fround(fround((1 - weight) * a) + fround(weight * sample(d + 1, base + high * step, place)));
      };
      forEachPlace(output, place => {
        out[i++] = finish(sample(0, n * plane, place));
      });
    }
    return result;
  }
);

function tapsFor(input: number, output: number, scale: number | null, options: InterpolateOptions): Tap[] {
  return Array.from({ length: output }, (_, o): Tap => {
    if (options.mode === 'nearest-exact') {
      const ratio = fround(scale !== null ? 1 / scale : input / output);
      const index = Math.min(input - 1, Math.floor(fround(fround(o + 0.5) * ratio)));
      return [index, index, 0];
    }
    if (options.mode === 'nearest') {
      const ratio = fround(scale !== null ? 1 / scale : input / output);
      const index = Math.min(input - 1, Math.floor(fround(o * ratio)));
      return [index, index, 0];
    }
    const ratio = options.alignCorners
      ? output > 1
        ? fround((input - 1) / (output - 1))
        : 0
      : fround(scale !== null ? 1 / scale : input / output);
    const real = options.alignCorners
      ? fround(ratio * o)
      : Math.max(0, fround(fround(ratio * fround(o + 0.5)) - 0.5));
    const low = Math.min(input - 1, Math.floor(real));
    return [low, Math.min(input - 1, low + 1), fround(real - low)];
  });
}

export function forEachPlace(shape: readonly number[], visit: (place: readonly number[]) => void): void {
  const place = shape.map(() => 0);
  const walk = (d: number): void => {
    if (d === shape.length) {
      visit(place);
      return;
    }
    for (let i = 0; i < at(shape, d); i++) {
      place[d] = i;
      walk(d + 1);
    }
  };
  walk(0);
}
