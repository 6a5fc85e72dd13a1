// What all observers share: dtype, qscheme, range, and the qparams formula of spec 2.2, float32 at every
// step. PyTorch: `UniformQuantizationObserverBase`.

import { fromData } from '../../tensor/ops/create';
import { f32, rne, clamp } from '../../tensor/quantized/rounding';
import { integerRange, type DType, type QScheme } from '../../tensor/dtype';
import { noGrad } from '../../tensor/autograd/record';
import type { Tensor } from '../../tensor/tensor';
import { Module } from '../../nn/module';
import type { CalculatedQParams } from '../../nn/qconfig';

/** float32's machine epsilon, the smallest scale by default. */
export const DEFAULT_EPS = 2 ** -23;

export interface ObserverOptions {
  dtype?: DType;
  qscheme?: QScheme;
  /** Halves the range, for kernels that add pairs of products in 16 bits. */
  reduceRange?: boolean;
  /** Both or none. */
  quantMin?: number | null;
  quantMax?: number | null;
  eps?: number;
  isDynamic?: boolean;
}

export class ObserverError extends Error {
  override readonly name = 'ObserverError';
}

/** Plain numbers for views; absent before the first batch. */
export interface ObserverSummary {
  readonly min?: number;
  readonly max?: number;
  readonly histogram?: ArrayLike<number>;
  readonly count: number;
  readonly batches: number;
}

/** A module that passes its input on and remembers something of it. */
export abstract class ObserverBase extends Module {
  readonly dtype: DType;
  readonly isDynamic: boolean;
  /** How much was seen, for people; not part of the state. */
  declare batchesSeen: number;
  declare valuesSeen: number;

  constructor(dtype: DType, isDynamic: boolean) {
    super();
    this.dtype = dtype;
    this.isDynamic = isDynamic;
    for (const name of ['batchesSeen', 'valuesSeen']) {
      Object.defineProperty(this, name, { value: 0, writable: true, enumerable: false, configurable: true });
    }
  }

  override forward(x: Tensor): Tensor {
    if (x.numel() > 0) {
      noGrad(() => this.observe(x));
      this.batchesSeen += 1;
      this.valuesSeen += x.numel();
    }
    return x;
  }

  protected abstract observe(x: Tensor): void;

  /** Scale and zero point for what was seen. */
  abstract calculateQParams(): CalculatedQParams;

  /** True if `calculateQParams` would tell something. */
  abstract get isCalibrated(): boolean;

  /** What an observer knows may have another shape than it has now: extrema per channel are empty before the first batch. */
  protected override stateRule(name: string): { readonly optional: boolean; readonly resizes: boolean } {
    return { optional: name === 'eps', resizes: name !== 'histogram' };
  }

  summary(): ObserverSummary {
    return { count: this.valuesSeen, batches: this.batchesSeen };
  }
}

/** The integers a setting allows. @throws ObserverError for a range without 0 or upside down. */
export function quantizationRange(options: ObserverOptions, dtype: DType): readonly [number, number] {
  const { quantMin, quantMax, reduceRange = false } = options;
  if (quantMin != null && quantMax != null) {
    if (quantMin > 0 || quantMax < 0) {
      throw new ObserverError(`quantization range ${quantMin} to ${quantMax} must include 0`);
    }
    if (quantMin >= quantMax) {
      throw new ObserverError(`quantMin ${quantMin} must be less than quantMax ${quantMax}`);
    }
    return reduceRange ? [Math.floor(quantMin / 2), Math.floor(quantMax / 2)] : [quantMin, quantMax];
  }
  const [lo, hi] = dtype === 'float32' || dtype === 'float16' ? [0, 255] : integerRange(dtype);
  return reduceRange && (hi === 255 || hi === 127) ? [Math.ceil(lo / 2), Math.floor(hi / 2)] : [lo, hi];
}

/** Observers that compute scale and zero point from extrema. */
export abstract class UniformObserver extends ObserverBase {
  readonly qscheme: QScheme;
  readonly reduceRange: boolean;
  readonly quantMin: number;
  readonly quantMax: number;
  readonly hasCustomizedRange: boolean;
  declare eps: Tensor;

  constructor(options: ObserverOptions, defaults: { dtype: DType; qscheme: QScheme }) {
    super(options.dtype ?? defaults.dtype, options.isDynamic ?? false);
    this.qscheme = options.qscheme ?? defaults.qscheme;
    this.reduceRange = options.reduceRange ?? false;
    this.hasCustomizedRange = options.quantMin != null && options.quantMax != null;
    [this.quantMin, this.quantMax] = quantizationRange(options, this.dtype);
    this.registerBuffer('eps', fromData([options.eps ?? DEFAULT_EPS], [1]));
  }

  protected get isSymmetric(): boolean {
    return this.qscheme === 'per_tensor_symmetric' || this.qscheme === 'per_channel_symmetric';
  }

  /**
   * Spec 2.2 for each pair of extrema. None, or an untouched pair (+∞, −∞), gives scale 1 and zero point 0.
   * @throws ObserverError for min above max.
   */
  protected qparamsOf(mins: ArrayLike<number>, maxs: ArrayLike<number>): CalculatedQParams {
    const scale = new Float32Array(Math.max(1, mins.length)).fill(1);
    const zeroPoint = new Float64Array(scale.length);
    for (let i = 0; i < mins.length; i++) {
      const [min, max] = [mins[i] as number, maxs[i] as number];
      if (min === Infinity && max === -Infinity) {
        continue;
      }
      if (min > max) {
        throw new ObserverError(`min ${min} should be less than max ${max}`);
      }
      [scale[i], zeroPoint[i]] = this.qparamsOfPair(min, max);
    }
    const floatZeroPoint = this.qscheme === 'per_channel_affine_float_qparams';
    return {
      scale: fromData(scale, [scale.length]),
      zeroPoint: fromData(zeroPoint, [zeroPoint.length], floatZeroPoint ? 'float32' : 'int64')
    };
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
      const raw = f32(f32(max - min) / (quantMax - quantMin));
      const scale = raw > eps ? raw : 1;
      return [scale, f32(f32(-1 * min) / scale)];
    }
    const scale = Math.max(f32(f32(hi - lo) / (quantMax - quantMin)), eps);
    return [scale, clamp(quantMin - rne(f32(lo / scale)), quantMin, quantMax)];
  }

  private symmetricZeroPoint(): number {
    if (this.dtype !== 'quint8' && this.dtype !== 'uint8') {
      return 0;
    }
    return this.hasCustomizedRange ? Math.floor((this.quantMin + this.quantMax) / 2) : 128;
  }
}

/** What a qconfig holds: something that makes an observer, comparable with others. */
export interface ObserverFactory<T = ObserverBase> {
  readonly cls: ObserverClass<T>;
  readonly options: Readonly<Record<string, unknown>>;
  create(): T;
  withArgs(options: Readonly<Record<string, unknown>>): ObserverFactory<T>;
}

export type ObserverClass<T = ObserverBase> = new (options?: never) => T;

/** A factory of `cls` with options bound; `withArgs` of a factory adds to them. */
export function factory<T>(
  cls: ObserverClass<T>,
  options: Readonly<Record<string, unknown>> = {}
): ObserverFactory<T> {
  return {
    cls,
    options,
    create: () => new cls(options as never),
    withArgs: more => factory(cls, { ...options, ...more })
  };
}
