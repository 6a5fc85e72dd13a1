// Observers that compute scale and zero point from extrema: the formula of spec 2.2, float32 at every step.
// PyTorch: `UniformQuantizationObserverBase`.

import { fromData } from '../../tensor/ops/create';
import { f32, rne, clamp } from '../../tensor/quantized/rounding';
import { compatibility } from '../../tensor/compatibility';
import type { DType, QScheme } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import type { CalculatedQParams } from '../../nn/qconfig';
import { ObserverBase, ObserverError } from './base';
import { quantizationRange, requireObservedDType, type RangeOptions } from './range';

/** float32's machine epsilon, the smallest scale by default. */
export const DEFAULT_EPS = 2 ** -23;

/** Settings of observers that compute scale and zero point. */
export interface ObserverOptions extends RangeOptions {
  dtype?: DType;
  qscheme?: QScheme;
  /** Smallest scale. */
  eps?: number;
  isDynamic?: boolean;
}

export abstract class UniformObserver extends ObserverBase {
  readonly qscheme: QScheme;
  readonly reduceRange: boolean;
  readonly quantMin: number;
  readonly quantMax: number;
  /** Both ends of the range were given. */
  readonly hasCustomizedRange: boolean;
  declare eps: Tensor;

  /** @throws ObserverError for settings that exclude each other. */
  constructor(options: ObserverOptions, defaults: { dtype: DType; qscheme: QScheme }) {
    super(options.dtype ?? defaults.dtype, options.isDynamic ?? false);
    this.qscheme = options.qscheme ?? defaults.qscheme;
    this.reduceRange = options.reduceRange ?? false;
    this.hasCustomizedRange = options.quantMin != null && options.quantMax != null;
    requireObservedDType(this.constructor.name, this.dtype);
    [this.quantMin, this.quantMax] = quantizationRange(options, this.dtype);
    this.registerBuffer('eps', fromData([options.eps ?? DEFAULT_EPS], [1]));
  }

  protected get isSymmetric(): boolean {
    return this.qscheme === 'per_tensor_symmetric' || this.qscheme === 'per_channel_symmetric';
  }

  /** Half the range around 128 has no zero point in quint8. @throws ObserverError for it. */
  protected refuseReducedSymmetric(): void {
    if (this.isSymmetric && this.reduceRange && this.dtype === 'quint8') {
      throw new ObserverError(
        `${this.constructor.name}: reduceRange is not possible for symmetric quint8; use qint8 or an affine scheme`
      );
    }
  }

  /**
   * Spec 2.2 for each pair of extrema, in tensors `[n]`. None, or an untouched pair (+∞, −∞), gives scale 1 and
   * zero point 0.
   * @throws ObserverError for min above max.
   */
  protected qparamsOf(mins: ArrayLike<number>, maxs: ArrayLike<number>): CalculatedQParams {
    const isUntouched = mins.length === 0 || (mins[0] === Infinity && maxs[0] === -Infinity);
    if (isUntouched) {
      return { scale: fromData([1], [1]), zeroPoint: fromData([0], [1], 'int64') };
    }
    const scale = new Float32Array(mins.length);
    const zeroPoint = new Float64Array(mins.length);
    for (let i = 0; i < mins.length; i++) {
      const [min, max] = [mins[i] as number, maxs[i] as number];
      if (min > max) {
        throw new ObserverError(`min ${min} should be less than max ${max}`);
      }
      [scale[i], zeroPoint[i]] = this.qparamsOfPair(min, max);
    }
    return {
      scale: fromData(scale, [scale.length]),
      zeroPoint: fromData(zeroPoint, [zeroPoint.length], this.zeroPointDType)
    };
  }

  private get zeroPointDType(): DType {
    return this.isSymmetric
      ? 'int64'
      : this.qscheme === 'per_channel_affine_float_qparams'
        ? 'float32'
        : 'int32';
  }

  private qparamsOfPair(min: number, max: number): [number, number] {
    const { quantMin, quantMax } = this;
    const eps = this.eps.item();
    const [lo, hi] = [Math.min(min, 0), Math.max(max, 0)];
    if (this.isSymmetric) {
      const reach = Math.max(-lo, hi);
      const scale = Math.max(f32(reach / f32((quantMax - quantMin) / 2)), eps);
      return [scale, this.symmetricZeroPoint()];
    }
    if (this.qscheme === 'per_channel_affine_float_qparams') {
      const raw = f32(f32(max - min) / f32(quantMax - quantMin));
      const scale = raw > eps ? raw : 1;
      return [scale, f32(f32(-1 * min) / scale)];
    }
    const scale = Math.max(f32(f32(hi - lo) / f32(quantMax - quantMin)), eps);
    const steps = rne(f32(lo / scale));
    const zeroPoint = compatibility.reproducePyTorchDefects
      ? subtractInt32(quantMin, steps)
      : quantMin - steps;
    return [scale, clamp(zeroPoint, quantMin, quantMax)];
  }

  private symmetricZeroPoint(): number {
    if (this.dtype !== 'quint8' && this.dtype !== 'uint8') {
      return 0;
    }
    return this.hasCustomizedRange ? Math.floor((this.quantMin + this.quantMax) / 2) : 128;
  }
}

/** As PyTorch does it in int32: what does not fit becomes the lowest, and the difference wraps around. */
function subtractInt32(a: number, b: number): number {
  const fits = b >= -0x80000000 && b < 0x80000000;
  return (a - (fits ? b : -0x80000000)) | 0;
}
