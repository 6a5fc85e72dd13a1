// What all fake-quantize modules share: an observer inside, a grid, and two switches. PyTorch: `FakeQuantizeBase`.

import { fromData } from '../../tensor/ops/create';
import { integerRange, type DType, type QScheme } from '../../tensor/dtype';
import {
  fakeQuantizePerChannelAffine,
  fakeQuantizePerTensorAffine
} from '../../tensor/functions/fakeQuantize';
import type { Tensor } from '../../tensor/tensor';
import type { CalculatedQParams } from '../../nn/qconfig';
import {
  factory,
  FixedQParamsObserver,
  MovingAverageMinMaxObserver,
  ObserverBase,
  ObserverError,
  UniformObserver,
  type ObserverClass,
  type ObserverFactory,
  type ObserverSummary
} from '../observers';

/** Settings of a fake quantizer and of the observer inside. */
export interface FakeQuantizeOptions {
  /** Class of the observer inside, or one with settings bound. */
  observer?: ObserverClass | ObserverFactory;
  quantMin?: number | null;
  quantMax?: number | null;
  isDynamic?: boolean;
  dtype?: DType;
  /** Whatever else the observer takes. */
  [setting: string]: unknown;
}

/** Observers that can stand inside: those with a scheme and a range. */
export type InnerObserver = UniformObserver | FixedQParamsObserver;

/** The observer that settings describe. @throws ObserverError for a range the dtype does not have. */
export function makeObserver(name: string, options: FakeQuantizeOptions): InnerObserver {
  const { observer = MovingAverageMinMaxObserver, ...settings } = options;
  const { quantMin, quantMax } = settings;
  const made = typeof observer === 'function' ? factory(observer) : observer;
  const dtype = (settings.dtype ?? (made.options.dtype as DType | undefined) ?? 'quint8') as DType;
  if (quantMin != null && quantMax != null) {
    const [lowest, highest] = integerRange(dtype);
    if (quantMin > quantMax) {
      throw new ObserverError(`${name}: quantMin ${quantMin} must be at most quantMax ${quantMax}`);
    }
    if (quantMin < lowest || quantMax > highest) {
      throw new ObserverError(
        `${name}: range ${quantMin} to ${quantMax} leaves that of ${dtype}, ${lowest} to ${highest}`
      );
    }
  }
  const inner = made.withArgs(settings).create();
  if (!(inner instanceof UniformObserver || inner instanceof FixedQParamsObserver)) {
    throw new ObserverError(`${name}: ${inner.constructor.name} has no scale to round with`);
  }
  return inner;
}

/** Observes, then rounds to the grid of what was observed. Both can be switched off. */
export abstract class FakeQuantizeBase extends ObserverBase {
  override readonly activation_post_process: InnerObserver;
  declare fake_quant_enabled: Tensor;
  declare observer_enabled: Tensor;
  declare scale: Tensor;
  declare zero_point: Tensor;

  constructor(observer: InnerObserver, flags: 'uint8' | 'int64') {
    super(observer.dtype, observer.isDynamic);
    this.activation_post_process = observer;
    this.registerBuffer('fake_quant_enabled', fromData([1], [1], flags));
    this.registerBuffer('observer_enabled', fromData([1], [1], flags));
    this.registerBuffer('scale', fromData([1], [1]));
    const floatZeroPoint = observer.qscheme === 'per_channel_affine_float_qparams';
    this.registerBuffer('zero_point', fromData([0], [1], floatZeroPoint ? 'float32' : 'int32'));
  }

  get qscheme(): QScheme {
    return this.activation_post_process.qscheme;
  }

  get quantMin(): number {
    return this.activation_post_process.quantMin;
  }

  get quantMax(): number {
    return this.activation_post_process.quantMax;
  }

  get chAxis(): number {
    return (Reflect.get(this.activation_post_process, 'chAxis') as number | undefined) ?? -1;
  }

  get isPerChannel(): boolean {
    return this.qscheme.startsWith('per_channel');
  }

  override forward(x: Tensor): Tensor {
    if (this.observer_enabled.item() === 1) {
      this.observe(x.detach());
      this.batchesSeen += 1;
      this.valuesSeen += x.numel();
    }
    return this.fake_quant_enabled.item() === 1 ? this.roundToGrid(x) : x;
  }

  private roundToGrid(x: Tensor): Tensor {
    const { scale, zero_point: zeroPoint, quantMin, quantMax } = this;
    return this.isPerChannel
      ? fakeQuantizePerChannelAffine(x, scale, zeroPoint, this.chAxis, quantMin, quantMax)
      : fakeQuantizePerTensorAffine(x, scale, zeroPoint, quantMin, quantMax);
  }

  /** Takes over a grid: one scale and zero point, or one per channel. */
  protected setQParams({ scale, zeroPoint }: CalculatedQParams): void {
    Reflect.set(this, 'scale', fromData(scale.data(), [scale.numel()]));
    Reflect.set(this, 'zero_point', fromData(zeroPoint.data(), [zeroPoint.numel()], this.zero_point.dtype));
  }

  override get isCalibrated(): boolean {
    return this.activation_post_process.isCalibrated;
  }

  override calculateQParams(): CalculatedQParams {
    return this.activation_post_process.calculateQParams();
  }

  /** What the observer inside has seen. */
  override summary(): ObserverSummary {
    return { ...this.activation_post_process.summary(), ...super.summary() };
  }

  override extraRepr(): string {
    const numbers = (x: Tensor) => `[${x.data().join(', ')}]`;
    return (
      `fake_quant_enabled=${numbers(this.fake_quant_enabled)}, observer_enabled=${numbers(this.observer_enabled)}, ` +
      `quant_min=${this.quantMin}, quant_max=${this.quantMax}, dtype=${this.dtype}, qscheme=${this.qscheme}, ` +
      `ch_axis=${this.chAxis}, scale=${numbers(this.scale)}, zero_point=${numbers(this.zero_point)}`
    );
  }

  /** Switches the rounding on, or off. PyTorch: `enable_fake_quant`. */
  enableFakeQuant(enabled = true): this {
    this.fake_quant_enabled.storage.view()[0] = enabled ? 1 : 0;
    return this;
  }

  /** Switches the rounding off. PyTorch: `disable_fake_quant`. */
  disableFakeQuant(): this {
    return this.enableFakeQuant(false);
  }

  /** Switches the observing on, or off. PyTorch: `enable_observer`. */
  enableObserver(enabled = true): this {
    this.observer_enabled.storage.view()[0] = enabled ? 1 : 0;
    return this;
  }

  /** Switches the observing off. PyTorch: `disable_observer`. */
  disableObserver(): this {
    return this.enableObserver(false);
  }
}
