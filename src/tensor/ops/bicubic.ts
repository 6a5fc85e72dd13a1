// Bicubic resampling: every output draws on 4 × 4 inputs, weighted by cubic convolution with a = −0.75.

import { differentiable } from '../autograd/record';
import type { Tensor } from '../tensor';
import { empty } from './create';
import { resamplingScales, type InterpolateOptions } from './interpolate';
import { at } from './views';

const A = -0.75;
const near = (t: number): number => ((A + 2) * t - (A + 3)) * t * t + 1;
const far = (t: number): number => ((A * t - 5 * A) * t + 8 * A) * t - 4 * A;

/** For an output position four input positions (clamped to the edges) and their weights. */
interface Taps {
  readonly places: readonly number[];
  readonly weights: readonly number[];
}

function tapsFor(input: number, output: number, scale: number | null, alignCorners: boolean): Taps[] {
  const ratio = alignCorners
    ? output > 1
      ? (input - 1) / (output - 1)
      : 0
    : scale
      ? 1 / scale
      : input / output;
  return Array.from({ length: output }, (_, o) => {
    const real = alignCorners ? o * ratio : (o + 0.5) * ratio - 0.5;
    const start = Math.floor(real);
    const t = real - start;
    return {
      places: [-1, 0, 1, 2].map(k => Math.min(input - 1, Math.max(0, start + k))),
      weights: [far(t + 1), near(t), near(1 - t), far(2 - t)]
    };
  });
}

/** Calls `visit` with every output, every input it draws on and the weight. */
export function eachBicubicTap(
  x: Tensor,
  options: InterpolateOptions,
  visit: (output: number, input: number, weight: number) => void
): number[] {
  const { output, scales } = resamplingScales(x, options);
  const [h = 0, w = 0] = x.shape.slice(2);
  const aligned = options.alignCorners === true;
  const rows = tapsFor(h, at(output, 0), scales ? at(scales, 0) : null, aligned);
  const columns = tapsFor(w, at(output, 1), scales ? at(scales, 1) : null, aligned);
  let i = 0;
  for (let plane = 0; plane < at(x.shape, 0) * at(x.shape, 1); plane++) {
    for (const row of rows) {
      for (const column of columns) {
        row.places.forEach((y, a) => {
          column.places.forEach((z, b) => {
            visit(i, (plane * h + y) * w + z, (row.weights[a] ?? 0) * (column.weights[b] ?? 0));
          });
        });
        i += 1;
      }
    }
  }
  return output;
}

export const bicubic = differentiable('bicubic', (x: Tensor, options: InterpolateOptions): Tensor => {
  const source = x.data();
  const { output } = resamplingScales(x, options);
  const result = empty([...x.shape.slice(0, 2), ...output], x.dtype);
  const sums = new Float64Array(result.numel());
  eachBicubicTap(x, options, (to, from, weight) => {
    sums[to] = (sums[to] as number) + weight * (source[from] as number);
  });
  result.storage.view().set(sums);
  return result;
});
