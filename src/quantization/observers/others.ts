// Observers that observe nothing: fixed qparams, placeholders for dtypes, markers.

import { fromData } from '../../tensor/ops/create';
import type { DType, QScheme } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import type { CalculatedQParams } from '../../nn/qconfig';
import {
  DEFAULT_EPS,
  factory,
  ObserverBase,
  ObserverError,
  quantizationRange,
  UniformObserver
} from './base';

export interface FixedQParamsOptions {
  scale?: number;
  zeroPoint?: number;
  dtype?: DType;
  qscheme?: QScheme;
  quantMin?: number;
  quantMax?: number;
}

/** For operators whose output range is known: sigmoid, tanh. */
export class FixedQParamsObserver extends UniformObserver {
  declare scale: Tensor;
  declare zero_point: Tensor;

  constructor(options: FixedQParamsOptions = {}) {
    super({ quantMin: 0, quantMax: 255, ...options }, { dtype: 'quint8', qscheme: 'per_tensor_affine' });
    Reflect.deleteProperty(this, 'eps');
    this.registerBuffer('eps', null, false);
    this.registerBuffer('scale', fromData([options.scale ?? 1], [1]));
    this.registerBuffer('zero_point', fromData([options.zeroPoint ?? 0], [1], 'int32'));
  }

  protected override observe(): void {}

  override get isCalibrated(): boolean {
    return true;
  }

  override calculateQParams(): CalculatedQParams {
    return { scale: this.scale, zeroPoint: this.zero_point };
  }

  static withArgs(options: FixedQParamsOptions) {
    return factory(this, { ...options });
  }
}

export interface PlaceholderOptions {
  dtype?: DType;
  quantMin?: number | null;
  quantMax?: number | null;
  qscheme?: QScheme | null;
  eps?: number | null;
  isDynamic?: boolean;
}

/** Only says which dtype a value is to have: dynamic and float16 quantization. */
export class PlaceholderObserver extends ObserverBase {
  readonly qscheme: QScheme | null;
  readonly quantMin: number;
  readonly quantMax: number;
  readonly eps: number;

  constructor(options: PlaceholderOptions = {}) {
    super(options.dtype ?? 'float32', options.isDynamic ?? false);
    this.qscheme = options.qscheme ?? 'per_tensor_affine';
    [this.quantMin, this.quantMax] = quantizationRange(
      { quantMin: options.quantMin ?? null, quantMax: options.quantMax ?? null },
      this.dtype
    );
    this.eps = options.eps ?? DEFAULT_EPS;
  }

  protected override observe(): void {}

  override get isCalibrated(): boolean {
    return true;
  }

  override calculateQParams(): never {
    throw new ObserverError(
      'calculateQParams should not be called for PlaceholderObserver: it observes nothing'
    );
  }

  static withArgs(options: PlaceholderOptions) {
    return factory(this, { ...options });
  }
}

/** Takes the place of an observer and does nothing. */
export class NoopObserver extends PlaceholderObserver {
  constructor(options: PlaceholderOptions = {}) {
    super({ dtype: 'float16', ...options });
  }
}

/** The output has the input's qparams. */
export class ReuseInputObserver extends PlaceholderObserver {
  constructor() {
    super({ dtype: 'quint8' });
  }
}

/** Keeps a copy of every batch. */
export class RecordingObserver extends ObserverBase {
  readonly qscheme: QScheme = 'per_tensor_affine';
  private readonly recorded: Tensor[] = [];

  constructor(options: { dtype?: DType } = {}) {
    super(options.dtype ?? 'quint8', false);
  }

  protected override observe(x: Tensor): void {
    this.recorded.push(x.clone());
  }

  getTensorValue(): readonly Tensor[] {
    return this.recorded;
  }

  override get isCalibrated(): boolean {
    return this.recorded.length > 0;
  }

  override calculateQParams(): never {
    throw new ObserverError('calculateQParams should not be called for RecordingObserver: it only records');
  }

  static withArgs(options: { dtype?: DType }) {
    return factory(this, { ...options });
  }
}
