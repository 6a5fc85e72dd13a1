// Observers that observe nothing: fixed qparams, placeholders for dtypes, markers.
// PyTorch: FixedQParamsObserver, PlaceholderObserver, NoopObserver, ReuseInputObserver.

import { fromData } from '../../tensor/ops/create';
import type { DType, QScheme } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import type { CalculatedQParams } from '../../nn/qconfig';
import { ObserverBase, ObserverError } from './base';
import { factory } from './factory';
import { DEFAULT_EPS } from './uniform';

/** Nothing to calibrate and no qparams to give. */
abstract class SilentObserver extends ObserverBase {
  /** Looks at nothing. */
  protected override observe(): void {}

  override get isCalibrated(): boolean {
    return true;
  }

  /** @throws ObserverError always: nothing was observed. */
  override calculateQParams(): CalculatedQParams {
    throw new ObserverError(
      `calculateQParams should not be called for ${this.constructor.name}: it observes nothing`
    );
  }
}

/** Settings of `FixedQParamsObserver`. */
export interface FixedQParamsOptions {
  scale?: number;
  zeroPoint?: number;
  dtype?: DType;
  qscheme?: QScheme;
  quantMin?: number | null;
  quantMax?: number | null;
  isDynamic?: boolean;
}

/** For operators whose output range is known: sigmoid, tanh. Buffers `scale` and `zero_point`, `[1]`. */
export class FixedQParamsObserver extends SilentObserver {
  readonly qscheme: QScheme;
  readonly quantMin: number;
  readonly quantMax: number;
  declare scale: Tensor;
  declare zero_point: Tensor;

  /** @throws ObserverError without scale and zero point, and for a dynamic one. */
  constructor(options: FixedQParamsOptions = {}) {
    super(options.dtype ?? 'quint8', options.isDynamic ?? false);
    const { scale, zeroPoint } = options;
    if (scale === undefined || zeroPoint === undefined) {
      throw new ObserverError('FixedQParamsObserver needs scale and zeroPoint');
    }
    if (this.isDynamic) {
      throw new ObserverError('FixedQParamsObserver does not support dynamic quantization');
    }
    this.qscheme = options.qscheme ?? 'per_tensor_affine';
    this.quantMin = options.quantMin ?? 0;
    this.quantMax = options.quantMax ?? 255;
    this.registerBuffer('scale', fromData([scale], [1]));
    this.registerBuffer('zero_point', fromData([zeroPoint], [1], 'int32'));
  }

  override calculateQParams(): CalculatedQParams {
    return { scale: this.scale, zeroPoint: this.zero_point };
  }

  /** A factory with these settings bound. PyTorch: `with_args`. */
  static withArgs(options: FixedQParamsOptions) {
    return factory(this, { ...options });
  }
}

/** Settings of `PlaceholderObserver`. */
export interface PlaceholderOptions {
  dtype?: DType;
  quantMin?: number | null;
  quantMax?: number | null;
  qscheme?: QScheme | null;
  eps?: number | null;
  isDynamic?: boolean;
}

/** Only says which dtype a value is to have: dynamic and float16 quantization. */
export class PlaceholderObserver extends SilentObserver {
  readonly qscheme: QScheme;
  /** As given: a placeholder has no range of its own. */
  readonly quantMin: number | null;
  readonly quantMax: number | null;
  readonly eps: number;

  constructor(options: PlaceholderOptions = {}) {
    super(options.dtype ?? 'float32', options.isDynamic ?? false);
    this.qscheme = options.qscheme ?? 'per_tensor_affine';
    this.quantMin = options.quantMin ?? null;
    this.quantMax = options.quantMax ?? null;
    this.eps = options.eps ?? DEFAULT_EPS;
  }

  override extraRepr(): string {
    return `dtype=${this.dtype}, is_dynamic=${String(this.isDynamic)}`;
  }

  /** A factory with these settings bound. PyTorch: `with_args`. */
  static withArgs(options: PlaceholderOptions) {
    return factory(this, { ...options });
  }
}

/** Settings of `NoopObserver`. */
export interface NoopOptions {
  dtype?: DType;
}

/** Takes the place of an observer and does nothing. */
export class NoopObserver extends SilentObserver {
  constructor(options: NoopOptions = {}) {
    super(options.dtype ?? 'float16', false);
  }

  /** A factory with these settings bound. PyTorch: `with_args`. */
  static withArgs(options: NoopOptions) {
    return factory(this, { ...options });
  }
}

/** The output has the input's qparams: for `reshape` and its kind. */
export class ReuseInputObserver extends SilentObserver {
  constructor() {
    super('quint8', false);
  }

  /** A factory with these settings bound. PyTorch: `with_args`. */
  static withArgs(options: Record<string, never> = {}) {
    return factory(this, { ...options });
  }
}
