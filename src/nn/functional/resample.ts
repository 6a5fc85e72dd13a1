// Resampling, padding and pixel shuffling of `torch.nn.functional`.

import * as any from '../../tensor/functions/unary';
import { bicubic } from '../../tensor/ops/bicubic';
import { outputSizes } from '../../tensor/ops/interpolate';
import { pad as padOp, type PadMode } from '../../tensor/ops/pad';
import * as shape from '../../tensor/ops/shape';
import type { Tensor } from '../../tensor/tensor';
import { builtin, python } from './define';

/** Keyword arguments of `interpolate`: a size or a scale factor, and the mode. */
export interface InterpolateFunctionOptions {
  size?: number | readonly number[] | null;
  scaleFactor?: number | readonly number[] | null;
  mode?: 'nearest' | 'nearest-exact' | 'linear' | 'bilinear' | 'trilinear' | 'bicubic' | 'area';
  alignCorners?: boolean | null;
  /** Use the ratio of the sizes, not the factor, to find places. */
  recomputeScaleFactor?: boolean | null;
}
/** Another size, by nearest neighbour or linearly. PyTorch: `torch.nn.functional.interpolate`. */
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
  (
    x: Tensor,
    size: number | readonly number[] | null,
    scaleFactor: number | readonly number[] | null,
    mode: string,
    alignCorners: boolean | null,
    recompute: boolean | null,
    antialias: boolean
  ) => {
    if (antialias) {
      throw new Error('interpolate: antialias is not here; smooth before shrinking, or leave it out');
    }
    if ((size === null) === (scaleFactor === null)) {
      throw new Error('interpolate: give either size or scaleFactor');
    }
    if (alignCorners !== null && ['nearest', 'nearest-exact', 'area'].includes(mode)) {
      throw new Error(`interpolate: alignCorners has no meaning for mode '${mode}'`);
    }
    const options = { size, scaleFactor, mode, alignCorners };
    const output = recompute === true || mode === 'area' ? outputSizes(x, options) : null;
    if (mode === 'area') {
      return any.adaptiveAvgPoolAny('interpolate', x, x.ndim - 2, output);
    }
    const resolved = output ? { ...options, size: output, scaleFactor: null } : options;
    return mode === 'bicubic' ? bicubic(x, resolved) : any.interpolateAny(x, resolved);
  }
);
/** The older name of `interpolate`, and recorded as such. PyTorch: `torch.nn.functional.upsample`. */
export const upsample = (x: Tensor, options: InterpolateFunctionOptions): Tensor => interpolate(x, options);
/**
 * Puts values around a tensor; amounts from the last dimension on, before and behind. PyTorch:
 * `torch.nn.functional.pad`.
 */
export const pad = python<
  (x: Tensor, pad: readonly number[], options?: { mode?: PadMode; value?: number | null }) => Tensor
>(
  'pad',
  2,
  ['input', 'pad', ['mode', 'constant'], ['value', null]],
  (x: Tensor, amounts: readonly number[], mode: PadMode, value: number | null) =>
    padOp(x, amounts, mode, value ?? 0)
);
/** `[N, C·r², H, W]` → `[N, C, H·r, W·r]`. PyTorch: `torch.nn.functional.pixel_shuffle`. */
export const pixelShuffle = builtin<(x: Tensor, upscaleFactor: number) => Tensor>(
  'pixel_shuffle',
  ['input', 'upscale_factor'],
  shape.pixelShuffle,
  'torch'
);
/** `[N, C, H·r, W·r]` → `[N, C·r², H, W]`. PyTorch: `torch.nn.functional.pixel_unshuffle`. */
export const pixelUnshuffle = builtin<(x: Tensor, downscaleFactor: number) => Tensor>(
  'pixel_unshuffle',
  ['input', 'downscale_factor'],
  shape.pixelUnshuffle,
  'torch'
);
