// Running minimum and maximum of whole tensors, over all batches or as a moving average.
// PyTorch: MinMaxObserver, MovingAverageMinMaxObserver.

import { fromData } from '../../tensor/ops/create';
import { f32 } from '../../tensor/quantized/rounding';
import type { Tensor } from '../../tensor/tensor';
import type { CalculatedQParams } from '../../nn/qconfig';
import { ObserverError, requireFiniteExtrema, type ObserverSummary } from './base';
import { factory } from './factory';
import { UniformObserver, type ObserverOptions } from './uniform';

/** NaN sticks, as `torch.aminmax` has it. */
export function minMaxOf(
  values: ArrayLike<number>,
  start = 0,
  end = values.length
): readonly [number, number] {
  let min = Infinity;
  let max = -Infinity;
  for (let i = start; i < end; i++) {
    const v = values[i] as number;
    if (v !== v) {
      return [NaN, NaN];
    }
    if (v < min) {
      min = v;
    }
    if (v > max) {
      max = v;
    }
  }
  return [min, max];
}

/** `before + c · (current − before)`, each step in float32. */
export function movingAverage(before: number, current: number, constant: number): number {
  return f32(before + f32(f32(constant) * f32(current - before)));
}

/** @throws ObserverError for a scheme with one scale per channel. */
export function requirePerTensor(name: string, qscheme: string): void {
  if (!qscheme.startsWith('per_tensor')) {
    throw new ObserverError(`${name} needs a per-tensor qscheme, got ${qscheme}; use a PerChannel observer`);
  }
}

/** Buffers `min_val` and `max_val`, 0-dim, start at +∞ and −∞. */
export class MinMaxObserver extends UniformObserver {
  declare min_val: Tensor;
  declare max_val: Tensor;

  /** @throws ObserverError for a per-channel scheme, a dtype without scales, or reduced symmetric quint8. */
  constructor(options: ObserverOptions = {}) {
    super(options, { dtype: 'quint8', qscheme: 'per_tensor_affine' });
    requirePerTensor(this.constructor.name, this.qscheme);
    this.registerBuffer('min_val', fromData([Infinity], []));
    this.registerBuffer('max_val', fromData([-Infinity], []));
    this.refuseReducedSymmetric();
  }

  /** @throws ObserverError for NaN and infinities, from which no scale follows (D28). */
  protected override observe(x: Tensor): void {
    const [min, max] = minMaxOf(x.data());
    requireFiniteExtrema(this.constructor.name, min, max);
    this.setRange(Math.min(this.min_val.item(), min), Math.max(this.max_val.item(), max));
  }

  /** Takes over a range. */
  protected setRange(min: number, max: number): void {
    this.min_val.storage.view()[0] = min;
    this.max_val.storage.view()[0] = max;
  }

  override get isCalibrated(): boolean {
    return !(this.min_val.item() === Infinity && this.max_val.item() === -Infinity);
  }

  override calculateQParams(): CalculatedQParams {
    return this.qparamsOf([this.min_val.item()], [this.max_val.item()]);
  }

  /** Forgets everything. PyTorch: `reset_min_max_vals`. */
  resetMinMaxVals(): void {
    this.setRange(Infinity, -Infinity);
  }

  /** The range, for people. */
  override summary(): ObserverSummary {
    const range = this.isCalibrated ? { min: this.min_val.item(), max: this.max_val.item() } : {};
    return { ...super.summary(), ...range };
  }

  override extraRepr(): string {
    return `min_val=${this.min_val.item()}, max_val=${this.max_val.item()}`;
  }

  /** A factory with these settings bound. PyTorch: `with_args`. */
  static withArgs(options: ObserverOptions) {
    return factory(this, { ...options });
  }
}

/** Settings of observers with a moving average. */
export interface MovingAverageOptions extends ObserverOptions {
  /** Weight of the newest batch. */
  averagingConstant?: number;
}

/** `min += c · (batch min − min)` from the second batch on. */
export class MovingAverageMinMaxObserver extends MinMaxObserver {
  readonly averagingConstant: number;

  /** @throws ObserverError as MinMaxObserver, and for a dynamic one that does not forget at once. */
  constructor(options: MovingAverageOptions = {}) {
    super(options);
    this.averagingConstant = options.averagingConstant ?? 0.01;
    if (this.isDynamic && this.averagingConstant !== 1) {
      throw new ObserverError(
        'MovingAverageMinMaxObserver: isDynamic needs averagingConstant 1, since each input has its own scale'
      );
    }
  }

  protected override observe(x: Tensor): void {
    const [min, max] = minMaxOf(x.data());
    requireFiniteExtrema(this.constructor.name, min, max);
    if (!this.isCalibrated) {
      this.setRange(min, max);
      return;
    }
    const c = this.averagingConstant;
    this.setRange(movingAverage(this.min_val.item(), min, c), movingAverage(this.max_val.item(), max, c));
  }

  /** A factory with these settings bound. PyTorch: `with_args`. */
  static override withArgs(options: MovingAverageOptions) {
    return factory(this, { ...options });
  }
}
