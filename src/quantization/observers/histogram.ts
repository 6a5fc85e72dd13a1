// A histogram of everything seen, and the range within it that loses least when quantized. PyTorch:
// `HistogramObserver` 2.13, to the last bit: float32 at the same steps, sums in the same order (spec 2.4).
// Memory: 2048 bins of 4 bytes.

import { fromData } from '../../tensor/ops/create';
import { f32 } from '../../tensor/quantized/rounding';
import type { Tensor } from '../../tensor/tensor';
import type { CalculatedQParams } from '../../nn/qconfig';
import { integerRange } from '../../tensor/dtype';
import { ObserverError, type ObserverSummary } from './base';
import { factory } from './factory';
import { minMaxOf, requirePerTensor } from './minMax';
import { UniformObserver, type ObserverOptions } from './uniform';
import { cascadeSum, histc, quantizationError, upscale } from './histogramMath';

/** Settings of `HistogramObserver`. */
export interface HistogramOptions extends ObserverOptions {
  bins?: number;
}

/** Parts that a bin is cut into when a histogram moves to a wider range. */
const UPSAMPLE_RATE = 16;

export class HistogramObserver extends UniformObserver {
  readonly bins: number;
  /** Levels the search counts with: those of the dtype, whatever the range (D31). PyTorch: `dst_nbins`. */
  readonly destinationBins: number;
  declare histogram: Tensor;
  declare min_val: Tensor;
  declare max_val: Tensor;

  constructor(options: HistogramOptions = {}) {
    super(options, { dtype: 'quint8', qscheme: 'per_tensor_affine' });
    requirePerTensor(this.constructor.name, this.qscheme);
    if (this.isDynamic) {
      throw new ObserverError('HistogramObserver does not support dynamic quantization');
    }
    this.bins = options.bins ?? 2048;
    this.destinationBins = levelsOf(this.dtype);
    this.registerBuffer('histogram', fromData(new Float32Array(this.bins), [this.bins]));
    this.registerBuffer('min_val', fromData([Infinity], []));
    this.registerBuffer('max_val', fromData([-Infinity], []));
  }

  /** Infinite values are left out. @throws ObserverError for NaN. */
  protected override observe(x: Tensor): void {
    let values: ArrayLike<number> = x.data();
    let [min, max] = minMaxOf(values);
    if (Number.isNaN(min)) {
      throw new ObserverError(
        'HistogramObserver: the values to observe contain NaN; find the operator that makes it before calibrating'
      );
    }
    if (min === -Infinity || max === Infinity) {
      values = Array.from(values).filter(v => Number.isFinite(v));
      if (values.length === 0) {
        return;
      }
      [min, max] = minMaxOf(values);
    }
    const [oldMin, oldMax] = [this.min_val.item(), this.max_val.item()];
    const first = oldMin === Infinity || oldMax === -Infinity;
    const newMin = first ? min : Math.min(oldMin, min);
    const newMax = first ? max : Math.max(oldMax, max);
    const fresh = histc(values, this.bins, newMin, newMax);
    const merged = first ? fresh : this.merge(fresh, oldMin, oldMax, newMin, newMax);
    this.histogram.storage.view().set(merged);
    this.min_val.storage.view()[0] = newMin;
    this.max_val.storage.view()[0] = newMax;
  }

  private merge(
    fresh: Float32Array,
    oldMin: number,
    oldMax: number,
    newMin: number,
    newMax: number
  ): Float32Array {
    const old = this.histogram.data() as Float32Array;
    if (newMin === oldMin && newMax === oldMax) {
      return fresh.map((count, i) => f32(count + (old[i] as number)));
    }
    if (oldMin === oldMax) {
      const total = cascadeSum(old);
      const spike = histc([oldMin], this.bins, newMin, newMax);
      return fresh.map((count, i) => f32(f32((spike[i] as number) * total) + count));
    }
    const scaled = upscale(old, oldMin, oldMax, newMin, newMax, UPSAMPLE_RATE);
    return fresh.map((count, i) => f32(count + (scaled[i] as number)));
  }

  override get isCalibrated(): boolean {
    return !(this.min_val.item() === Infinity && this.max_val.item() === -Infinity);
  }

  /** Searches the range anew at every call. */
  override calculateQParams(): CalculatedQParams {
    if (!this.isCalibrated) {
      return this.qparamsOf([Infinity], [-Infinity]);
    }
    const [min, max] = this.searchRange();
    return this.qparamsOf([min], [max]);
  }

  /** `_non_linear_param_search`: narrows the range from both ends as long as the error falls. */
  searchRange(): readonly [number, number] {
    const histogram = this.histogram.data() as Float32Array;
    const [min, max] = [this.min_val.item(), this.max_val.item()];
    const { bins } = this;
    const total = cascadeSum(histogram);
    const cumulative = new Float32Array(bins);
    for (let i = 0, sum = 0; i < bins; i++) {
      sum += histogram[i] as number;
      cumulative[i] = sum;
    }
    const binWidth = (max - min) / bins;
    let [alpha, beta] = [0, 1];
    let [start, end] = [0, bins - 1];
    let best = Infinity;
    while (alpha < beta) {
      const nextAlpha = alpha + STEP;
      const nextBeta = beta - STEP;
      let left = start;
      while (left < end && (cumulative[left] as number) < f32(nextAlpha * total)) {
        left += 1;
      }
      let right = end;
      while (right > start && (cumulative[right] as number) > f32(nextBeta * total)) {
        right -= 1;
      }
      let [nextStart, nextEnd] = [start, end];
      if (left - start > end - right) {
        nextStart = left;
        alpha = nextAlpha;
      } else {
        nextEnd = right;
        beta = nextBeta;
      }
      if (nextStart === start && nextEnd === end) {
        continue;
      }
      const error = quantizationError(histogram, binWidth, nextStart, nextEnd, this.destinationBins);
      if (error > best) {
        break;
      }
      best = error;
      start = nextStart;
      end = nextEnd;
    }
    const width = f32(f32(max - min) / bins);
    return [f32(min + f32(width * start)), f32(min + f32(width * (end + 1)))];
  }

  override extraRepr(): string {
    return `min_val=${this.min_val.item()}, max_val=${this.max_val.item()}`;
  }

  /** Range and histogram, for people. */
  override summary(): ObserverSummary {
    const range = this.isCalibrated
      ? { min: this.min_val.item(), max: this.max_val.item(), histogram: this.histogram.data() }
      : {};
    return { ...super.summary(), ...range };
  }

  /** A factory with these settings bound. PyTorch: `with_args`. */
  static withArgs(options: HistogramOptions) {
    return factory(this, { ...options });
  }
}

function levelsOf(dtype: HistogramObserver['dtype']): number {
  const [lo, hi] = dtype === 'quint4x2' ? [0, 255] : integerRange(dtype);
  return hi - lo + 1;
}

/** Share of the values given up per step of the search. */
const STEP = 1e-5;
