// Quantized norms: statistics and affine part are float, input and output integers. Spec 9.7.

import type { Tensor } from '../tensor';
import { noGrad } from '../autograd/record';
import { product } from '../ops/create';
import { groupNorm, layerNorm } from '../ops/norm';
import { at } from '../ops/shape';
import { fromIntegers, gridOf } from './operand';
import { dequantize, perTensorQuantizer, quantizePerTensor } from './quantize';
import { clamp, f32, rne } from './rounding';

/** The affine part; null: none. */
export interface Affine {
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
  readonly eps: number;
}

export function quantizedLayerNorm(
  x: Tensor,
  shape: readonly number[],
  { weight, bias, eps }: Affine,
  scale: number,
  zeroPoint: number
): Tensor {
  gridOf('quantized.layer_norm', x);
  const y = noGrad(() => layerNorm(dequantize(x), shape, weight, bias, eps));
  return quantizePerTensor(y, scale, zeroPoint, x.dtype);
}

/** An instance norm is a group norm with one channel per group. */
export function quantizedGroupNorm(
  x: Tensor,
  groups: number,
  { weight, bias, eps }: Affine,
  scale: number,
  zeroPoint: number
): Tensor {
  gridOf('quantized.group_norm', x);
  const y = noGrad(() => groupNorm(dequantize(x), groups, weight, bias, eps));
  return quantizePerTensor(y, scale, zeroPoint, x.dtype);
}

export interface Statistics extends Affine {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** One multiplication and addition per element: statistics, affine part and both scales folded together. */
export function quantizedBatchNorm(
  x: Tensor,
  statistics: Statistics,
  scale: number,
  zeroPoint: number,
  relu: boolean
): Tensor {
  const grid = gridOf('quantized.batch_norm', x);
  const channels = at(x.shape, 1);
  const inner = product(x.shape.slice(2));
  const factors = foldedFactors(statistics, channels, f32(grid.scale), f32(scale));
  const source = x.data();
  const lo = relu ? zeroPoint : grid.lowest;
  return fromIntegers(x.dtype, x.shape, perTensorQuantizer(scale, zeroPoint), i => {
    const [alpha, beta] = factors[Math.floor(i / inner) % channels] as readonly [number, number];
    const y = f32(f32(((source[i] as number) - grid.zeroPoint) * alpha) + beta);
    return clamp(rne(y) + zeroPoint, lo, grid.highest);
  });
}

function foldedFactors(
  { weight, bias, mean, variance, eps }: Statistics,
  channels: number,
  from: number,
  to: number
): (readonly [alpha: number, beta: number])[] {
  const [m, v, g, b] = [mean.data(), variance.data(), weight?.data(), bias?.data()];
  if (m.length !== channels || v.length !== channels) {
    throw new Error(
      `quantized.batch_norm: ${m.length} means and ${v.length} variances for ${channels} channels`
    );
  }
  const ratio = f32(from / to);
  return Array.from({ length: channels }, (_, c) => {
    const inverse = f32(1 / f32(Math.sqrt(f32((v[c] as number) + f32(eps)))));
    const gamma = g ? (g[c] as number) : 1;
    const beta = b ? (b[c] as number) : 0;
    const shift = f32(beta - f32(f32((m[c] as number) * inverse) * gamma));
    return [f32(f32(inverse * gamma) * ratio), f32(shift / to)] as const;
  });
}
