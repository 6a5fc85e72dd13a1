// Running minimum and maximum per channel, over all batches or as a moving average.
// PyTorch: PerChannelMinMaxObserver, MovingAveragePerChannelMinMaxObserver.

import { fromData, product } from '../../tensor/ops/create';
import { at, permute } from '../../tensor/ops/shape';
import type { Tensor } from '../../tensor/tensor';
import type { CalculatedQParams } from '../../nn/qconfig';
import { ObserverError, requireFiniteExtrema, type ObserverSummary } from './base';
import { factory } from './factory';
import { minMaxOf, movingAverage, type MovingAverageOptions } from './minMax';
import { UniformObserver, type ObserverOptions } from './uniform';

/** Settings of the observers with one range per channel. */
export interface PerChannelOptions extends ObserverOptions {
  /** Dimension that has one scale per index; negative counts from the end. */
  chAxis?: number;
}

/** One pair of extrema per index of `chAxis`; the buffers are empty before the first batch. */
export class PerChannelMinMaxObserver extends UniformObserver {
  readonly chAxis: number;
  declare min_val: Tensor;
  declare max_val: Tensor;

  /** @throws ObserverError for a per-tensor scheme, a dynamic observer, or reduced symmetric quint8. */
  constructor(options: PerChannelOptions = {}) {
    super(options, { dtype: 'quint8', qscheme: 'per_channel_affine' });
    this.chAxis = options.chAxis ?? 0;
    const { name } = this.constructor;
    if (!this.qscheme.startsWith('per_channel')) {
      throw new ObserverError(`${name} needs a per-channel qscheme, got ${this.qscheme}`);
    }
    if (this.isDynamic) {
      throw new ObserverError(`${name} does not support dynamic quantization`);
    }
    this.resetMinMaxVals();
    this.refuseReducedSymmetric();
  }

  /** @throws ObserverError for a tensor without that axis or with another number of channels, NaN, infinities. */
  protected override observe(x: Tensor): void {
    const [mins, maxs] = channelExtrema(x, this.chAxis);
    mins.forEach((min, c) => requireFiniteExtrema(this.constructor.name, min, maxs[c] as number));
    const [oldMins, oldMaxs] = [this.min_val.data(), this.max_val.data()];
    if (oldMins.length > 0) {
      if (oldMins.length !== mins.length) {
        throw new ObserverError(
          `${this.constructor.name}: ${mins.length} channels in dimension ${this.chAxis}, ${oldMins.length} before`
        );
      }
      for (let c = 0; c < mins.length; c++) {
        mins[c] = this.merge(oldMins[c] as number, mins[c] as number, Math.min);
        maxs[c] = this.merge(oldMaxs[c] as number, maxs[c] as number, Math.max);
      }
    }
    this.setRanges(mins, maxs);
  }

  /** One channel's new extremum from the one before and the batch's. */
  protected merge(before: number, current: number, extreme: (a: number, b: number) => number): number {
    return extreme(before, current);
  }

  private setRanges(mins: Float32Array, maxs: Float32Array): void {
    this.registerBuffer('min_val', fromData(mins, [mins.length]));
    this.registerBuffer('max_val', fromData(maxs, [maxs.length]));
  }

  override get isCalibrated(): boolean {
    return this.min_val.numel() > 0;
  }

  override calculateQParams(): CalculatedQParams {
    return this.qparamsOf(this.min_val.data(), this.max_val.data());
  }

  /** Forgets everything, the number of channels too. PyTorch: `reset_min_max_vals`. */
  resetMinMaxVals(): void {
    this.setRanges(new Float32Array(0), new Float32Array(0));
  }

  /** Range over all channels, for people. */
  override summary(): ObserverSummary {
    const [min, max] = [minMaxOf(this.min_val.data())[0], minMaxOf(this.max_val.data())[1]];
    return { ...super.summary(), ...(this.isCalibrated ? { min, max } : {}) };
  }

  override extraRepr(): string {
    return `min_val=[${this.min_val.data().join(', ')}], max_val=[${this.max_val.data().join(', ')}]`;
  }

  /** A factory with these settings bound, as a qconfig holds it. PyTorch: `with_args`. */
  static withArgs(options: PerChannelOptions) {
    return factory(this, { ...options });
  }
}

/** As `MovingAverageMinMaxObserver`, one average per channel. */
export class MovingAveragePerChannelMinMaxObserver extends PerChannelMinMaxObserver {
  readonly averagingConstant: number;

  constructor(options: PerChannelOptions & MovingAverageOptions = {}) {
    super(options);
    this.averagingConstant = options.averagingConstant ?? 0.01;
  }

  /** One channel's new extremum from the one before and the batch's. */
  protected override merge(before: number, current: number): number {
    return movingAverage(before, current, this.averagingConstant);
  }

  /** A factory with these settings bound, as a qconfig holds it. PyTorch: `with_args`. */
  static override withArgs(options: PerChannelOptions & MovingAverageOptions) {
    return factory(this, { ...options });
  }
}

/** Minimum and maximum per index of a dimension. @throws ObserverError if there is no such dimension. */
export function channelExtrema(x: Tensor, chAxis: number): [Float32Array, Float32Array] {
  const axis = chAxis < 0 ? chAxis + x.ndim : chAxis;
  if (axis < 0 || axis >= x.ndim) {
    throw new ObserverError(
      `per-channel observer: a tensor [${x.shape.join(', ')}] has no dimension ${chAxis}`
    );
  }
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
