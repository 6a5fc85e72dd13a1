// What an observer has seen, as the panel draws it.

import type { NodeHistogram, NodeStats, ObserverInfo, QParams } from '../protocol';
import type { ObserverBase } from '../quantization';
import { UniformObserver } from '../quantization';
import { decibels } from './decibels';

const SPARK_BINS = 28;

export function describeObserver(observer: ObserverBase): ObserverInfo {
  const settings = observer as Partial<
    Pick<UniformObserver, 'qscheme' | 'quantMin' | 'quantMax' | 'reduceRange'>
  >;
  return {
    type: observer.constructor.name,
    dtype: observer.dtype,
    qscheme: settings.qscheme ?? 'per_tensor_affine',
    quantMin: settings.quantMin ?? 0,
    quantMax: settings.quantMax ?? 255,
    reduceRange: settings.reduceRange ?? false,
    isDynamic: observer.isDynamic
  };
}

/** Undefined before calibration, and for observers that have none. */
export function observerQParams(observer: ObserverBase): QParams | undefined {
  if (!(observer instanceof UniformObserver) || !observer.isCalibrated) {
    return undefined;
  }
  const { scale, zeroPoint } = observer.calculateQParams();
  // Data with infinities or NaN leaves a scale that is none; JSON has no word for it either.
  if (![...scale.data()].every(Number.isFinite)) {
    return undefined;
  }
  const { dtype, qscheme, quantMin, quantMax } = describeObserver(observer);
  const single = scale.numel() === 1;
  return {
    dtype,
    qscheme,
    scale: single ? scale.item() : [...scale.data()],
    zeroPoint: single ? zeroPoint.item() : [...zeroPoint.data()],
    quantMin,
    quantMax
  };
}

export function nodeStats(id: string, observer: ObserverBase): NodeStats {
  const summary = observer.summary();
  const qparams = observerQParams(observer);
  const stats: NodeStats = { id, count: summary.count, batches: summary.batches, spark: [] };
  const { min, max } = summary;
  if (!isFinite(min) || !isFinite(max)) {
    return stats;
  }
  const histogram = summary.histogram;
  const clip = qparams && histogram ? clippedMass(histogram, min, max, qparams) : undefined;
  const sqnr = qparams && histogram ? estimateSqnr(histogram, min, max, qparams) : undefined;
  return {
    ...stats,
    min,
    max,
    spark: histogram ? sparkline(histogram) : new Array<number>(SPARK_BINS).fill(0.5),
    ...(min < 0 && max > min ? { zeroAt: Math.min(1, -min / (max - min)) } : {}),
    ...(qparams ? { qparams } : {}),
    ...(clip ? { clipped: clip.below + clip.above } : {}),
    ...(sqnr === undefined ? {} : { sqnr })
  };
}

export function nodeHistogram(id: string, observer: ObserverBase): NodeHistogram | undefined {
  const { min, max, histogram } = observer.summary();
  if (!isFinite(min) || !isFinite(max) || !histogram) {
    return undefined;
  }
  const qparams = observerQParams(observer);
  const clip = qparams ? clippedMass(histogram, min, max, qparams) : { below: 0, above: 0 };
  return {
    id,
    min,
    max,
    counts: Array.from(histogram),
    clippedBelow: clip.below,
    clippedAbove: clip.above,
    ...(qparams ? { qparams } : {})
  };
}

const isFinite = (value: number | undefined): value is number => Number.isFinite(value);

/** Logarithms of counts in 28 bins, 0 to 1. */
function sparkline(histogram: ArrayLike<number>): number[] {
  const sums = new Array<number>(SPARK_BINS).fill(0);
  for (let i = 0; i < histogram.length; i++) {
    const bin = Math.floor((i * SPARK_BINS) / histogram.length);
    sums[bin] = (sums[bin] ?? 0) + (histogram[i] as number);
  }
  const logs = sums.map(v => Math.log1p(v));
  const top = Math.max(...logs, 1e-9);
  return logs.map(v => Math.round((v / top) * 1000) / 1000);
}

function representable({ scale, zeroPoint, quantMin, quantMax }: QParams): readonly [number, number] {
  const s = typeof scale === 'number' ? scale : (scale[0] ?? 1);
  const z = typeof zeroPoint === 'number' ? zeroPoint : (zeroPoint[0] ?? 0);
  return [(quantMin - z) * s, (quantMax - z) * s];
}

/** Shares of the values below and above what the qparams can represent, half a step included. */
function clippedMass(histogram: ArrayLike<number>, min: number, max: number, qparams: QParams) {
  const [lo, hi] = representable(qparams);
  const half = typeof qparams.scale === 'number' ? qparams.scale / 2 : 0;
  const width = (max - min) / histogram.length;
  let [below, above, total] = [0, 0, 0];
  for (let i = 0; i < histogram.length; i++) {
    const count = histogram[i] as number;
    const center = min + (i + 0.5) * width;
    total += count;
    below += center < lo - half ? count : 0;
    above += center > hi + half ? count : 0;
  }
  return total > 0 ? { below: below / total, above: above / total } : { below: 0, above: 0 };
}

/** Signal over rounding and clipping noise, from bin centres, in dB. */
function estimateSqnr(
  histogram: ArrayLike<number>,
  min: number,
  max: number,
  qparams: QParams
): number | undefined {
  const [lo, hi] = representable(qparams);
  const scale = typeof qparams.scale === 'number' ? qparams.scale : 1;
  const width = (max - min) / histogram.length;
  let [signal, noise] = [0, 0];
  for (let i = 0; i < histogram.length; i++) {
    const count = histogram[i] as number;
    const v = min + (i + 0.5) * width;
    const clipped = Math.min(hi, Math.max(lo, v));
    signal += count * v * v;
    noise += count * ((v - clipped) ** 2 + (scale * scale) / 12);
  }
  return decibels(signal, noise);
}
