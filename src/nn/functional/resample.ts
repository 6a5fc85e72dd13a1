// Resampling, padding and pixel shuffling of `torch.nn.functional`.

import * as any from '../../tensor/functions/unary';
import { pad as padOp, type PadMode } from '../../tensor/ops/pad';
import * as shape from '../../tensor/ops/shape';
import type { Tensor } from '../../tensor/tensor';
import { builtin, python } from './define';

/** Keyword arguments of `interpolate`: a size or a scale factor, and the mode. */
export interface InterpolateFunctionOptions {
  size?: number | readonly number[] | null;
  scaleFactor?: number | readonly number[] | null;
  mode?: 'nearest' | 'linear' | 'bilinear' | 'trilinear';
  alignCorners?: boolean | null;
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
  (x: Tensor, size: number | null, scaleFactor: number | null, mode: string, alignCorners: boolean | null) =>
    any.interpolateAny(x, { size, scaleFactor, mode, alignCorners })
);
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
