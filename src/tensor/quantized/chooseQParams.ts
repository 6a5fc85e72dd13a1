// The scale and zero point the integer kernels choose for a range of values: dynamic quantization and fused fake
// quantization. The range is float32, the arithmetic and the scale float64. PyTorch: `quant_utils::ChooseQuantizationParams`; spec 2.5.

import { clamp, f32, rne } from './rounding';

export interface ChosenQParams {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Below it, a scale's reciprocal loses too much. */
const SMALLEST_SCALE = f32(6.1e-5);

/**
 * The grid of `quantMax − quantMin + 1` integers over `min` to `max`, widened to hold 0. `symmetric` puts the zero point
 * in the middle, but only for values of both signs.
 */
export function chooseQParams(
  min: number,
  max: number,
  quantMin: number,
  quantMax: number,
  symmetric = false
): ChosenQParams {
  const levels = quantMax - quantMin;
  const range = symmetric && min < 0 && max > 0 ? mirrored(min, max, levels) : [min, max];
  const [lo, hi] = [Math.min(range[0] as number, 0), Math.max(range[1] as number, 0)];
  const scale = (hi - lo) / levels;
  const usable = f32(scale) === 0 || !Number.isFinite(f32(1 / f32(scale))) ? 0.1 : scale;
  if (usable < SMALLEST_SCALE) {
    const [wideLo, wideHi] = widened(lo, hi, usable, levels);
    return withZeroPoint(wideLo, wideHi, SMALLEST_SCALE, quantMin, quantMax, symmetric);
  }
  return withZeroPoint(lo, hi, usable, quantMin, quantMax, symmetric);
}

/** The range whose ends have as many levels on either side as the integers do. */
function mirrored(min: number, max: number, levels: number): readonly [number, number] {
  const half = Math.trunc(levels / 2);
  const reach = Math.max(Math.abs(f32(min / -(half + 1))), Math.abs(f32(max / half)));
  return [f32(reach * -(half + 1)), f32(reach * half)];
}

/** The range that the smallest scale covers. */
function widened(lo: number, hi: number, scale: number, levels: number): readonly [number, number] {
  if (lo === 0) {
    return [lo, f32(SMALLEST_SCALE * levels)];
  }
  if (hi === 0) {
    return [f32(-SMALLEST_SCALE * levels), hi];
  }
  const factor = f32(SMALLEST_SCALE / f32(scale));
  return [f32(lo * factor), f32(hi * factor)];
}

function withZeroPoint(
  lo: number,
  hi: number,
  scale: number,
  quantMin: number,
  quantMax: number,
  symmetric: boolean
): ChosenQParams {
  const [fromMin, fromMax] = [quantMin - lo / scale, quantMax - hi / scale];
  const errorAtMin = Math.abs(quantMin) - Math.abs(lo / scale);
  const errorAtMax = Math.abs(quantMax) - Math.abs(hi / scale);
  const isCentered = symmetric && lo < 0 && hi > 0;
  const start = isCentered ? (quantMin + quantMax) / 2 : errorAtMin < errorAtMax ? fromMin : fromMax;
  // `+ 0` turns −0, which rounding −0.5 gives, into 0.
  return { scale, zeroPoint: clamp(rne(start), quantMin, quantMax) + 0 };
}
