// Running minimum and maximum, per tensor or per channel, over all batches or as a moving average.
// PyTorch: MinMaxObserver, PerChannelMinMaxObserver, MovingAverageMinMaxObserver, MovingAveragePerChannelMinMaxObserver.

import { fromData, product } from '../../tensor/ops/create';
import { at, permute } from '../../tensor/ops/shape';
import { f32 } from '../../tensor/quantized/rounding';
import type { Tensor } from '../../tensor/tensor';
import type { CalculatedQParams } from '../../nn/qconfig';
import { factory, ObserverError, UniformObserver, type ObserverOptions, type ObserverSummary } from './base';

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

/** min_val and max_val start at +∞ and −∞. */
export class MinMaxObserver extends UniformObserver {
  declare min_val: Tensor;
  declare max_val: Tensor;

  constructor(options: ObserverOptions = {}) {
    super(options, { dtype: 'quint8', qscheme: 'per_tensor_affine' });
    requirePerTensor(this.constructor.name, this.qscheme);
    this.registerBuffer('min_val', fromData([Infinity], []));
    this.registerBuffer('max_val', fromData([-Infinity], []));
  }

  protected override observe(x: Tensor): void {
    const [min, max] = minMaxOf(x.data());
    this.setRange(Math.min(this.min_val.item(), min), Math.max(this.max_val.item(), max));
  }

  protected setRange(min: number, max: number): void {
    this.min_val.storage.view()[0] = min;
    this.max_val.storage.view()[0] = max;
  }

  override get isCalibrated(): boolean {
    return this.max_val.item() !== -Infinity;
  }

  override calculateQParams(): CalculatedQParams {
    return this.qparamsOf([this.min_val.item()], [this.max_val.item()]);
  }

  resetMinMaxVals(): void {
    this.setRange(Infinity, -Infinity);
  }

  override summary(): ObserverSummary {
    const range = this.isCalibrated ? { min: this.min_val.item(), max: this.max_val.item() } : {};
    return { ...super.summary(), ...range };
  }

  static withArgs(options: ObserverOptions) {
    return factory(this, { ...options });
  }
}

export interface MovingAverageOptions extends ObserverOptions {
  averagingConstant?: number;
}

/** `min += c · (batch min − min)` from the second batch on. */
export class MovingAverageMinMaxObserver extends MinMaxObserver {
  readonly averagingConstant: number;

  constructor(options: MovingAverageOptions = {}) {
    super(options);
    this.averagingConstant = options.averagingConstant ?? 0.01;
    if (this.isDynamic && this.averagingConstant !== 1) {
      throw new ObserverError('MovingAverageMinMaxObserver: isDynamic needs averagingConstant 1');
    }
  }

  protected override observe(x: Tensor): void {
    const [min, max] = minMaxOf(x.data());
    if (!this.isCalibrated) {
      this.setRange(min, max);
      return;
    }
    const c = this.averagingConstant;
    this.setRange(movingAverage(this.min_val.item(), min, c), movingAverage(this.max_val.item(), max, c));
  }

  static override withArgs(options: MovingAverageOptions) {
    return factory(this, { ...options });
  }
}

export function movingAverage(before: number, current: number, constant: number): number {
  return f32(before + f32(f32(constant) * f32(current - before)));
}

export interface PerChannelOptions extends ObserverOptions {
  chAxis?: number;
}

/** One pair of extrema per index of `chAxis`; the buffers are empty before the first batch. */
export class PerChannelMinMaxObserver extends UniformObserver {
  readonly chAxis: number;
  declare min_val: Tensor;
  declare max_val: Tensor;

  constructor(options: PerChannelOptions = {}) {
    super(options, { dtype: 'quint8', qscheme: 'per_channel_affine' });
    this.chAxis = options.chAxis ?? 0;
    if (!this.qscheme.startsWith('per_channel')) {
      throw new ObserverError(`${this.constructor.name} needs a per-channel qscheme, got ${this.qscheme}`);
    }
    if (this.isDynamic) {
      throw new ObserverError(`${this.constructor.name} does not support dynamic quantization`);
    }
    this.registerBuffer('min_val', fromData([], [0]));
    this.registerBuffer('max_val', fromData([], [0]));
  }

  protected override observe(x: Tensor): void {
    const [mins, maxs] = channelExtrema(x, this.chAxis);
    const [oldMins, oldMaxs] = [this.min_val.data(), this.max_val.data()];
    if (oldMins.length > 0) {
      for (let c = 0; c < mins.length; c++) {
        mins[c] = this.merge(oldMins[c] as number, mins[c] as number, Math.min);
        maxs[c] = this.merge(oldMaxs[c] as number, maxs[c] as number, Math.max);
      }
    }
    Reflect.set(this, 'min_val', fromData(mins, [mins.length]));
    Reflect.set(this, 'max_val', fromData(maxs, [maxs.length]));
  }

  protected merge(before: number, current: number, extreme: (a: number, b: number) => number): number {
    return extreme(before, current);
  }

  override get isCalibrated(): boolean {
    return this.min_val.numel() > 0;
  }

  override calculateQParams(): CalculatedQParams {
    return this.qparamsOf(this.min_val.data(), this.max_val.data());
  }

  resetMinMaxVals(): void {
    Reflect.set(this, 'min_val', fromData([], [0]));
    Reflect.set(this, 'max_val', fromData([], [0]));
  }

  override summary(): ObserverSummary {
    const range = this.isCalibrated
      ? { min: Math.min(...this.min_val.data()), max: Math.max(...this.max_val.data()) }
      : {};
    return { ...super.summary(), ...range };
  }

  static withArgs(options: PerChannelOptions) {
    return factory(this, { ...options });
  }
}

export class MovingAveragePerChannelMinMaxObserver extends PerChannelMinMaxObserver {
  readonly averagingConstant: number;

  constructor(options: PerChannelOptions & MovingAverageOptions = {}) {
    super(options);
    this.averagingConstant = options.averagingConstant ?? 0.01;
  }

  protected override merge(before: number, current: number): number {
    return movingAverage(before, current, this.averagingConstant);
  }

  static override withArgs(options: PerChannelOptions & MovingAverageOptions) {
    return factory(this, { ...options });
  }
}

export function channelExtrema(x: Tensor, axis: number): [Float32Array, Float32Array] {
  const order = x.shape.map((_, d) => d).filter(d => d !== axis);
  const channels = at(x.shape, axis);
  const values = permute(x, [axis, ...order]).data();
  const width = product(x.shape) / channels;
  const mins = new Float32Array(channels);
  const maxs = new Float32Array(channels);
  for (let c = 0; c < channels; c++) {
    [mins[c], maxs[c]] = minMaxOf(values, c * width, (c + 1) * width) as [number, number];
  }
  return [mins, maxs];
}

export function requirePerTensor(name: string, qscheme: string): void {
  if (!qscheme.startsWith('per_tensor')) {
    throw new ObserverError(`${name} needs a per-tensor qscheme, got ${qscheme}; use a PerChannel observer`);
  }
}
