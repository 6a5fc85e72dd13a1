// What an observer has seen, as the panel draws it: a summary per observer, and the full histogram on request.

import type { QParams } from './graphDocument';

/** Summary of one observer, small enough to send for every node during calibration. */
export interface NodeStats {
  /** Id of the observer's node in the graph document. */
  id: string;
  /** Values seen, over all batches. */
  count: number;
  batches: number;
  /** Absent before the first batch. */
  min?: number;
  max?: number;
  /** Log-count sparkline: 28 numbers from 0 to 1; empty before the first batch. */
  spark: number[];
  /** Where zero lies in the sparkline, 0 to 1, if the range has negative values. */
  zeroAt?: number;
  qparams?: QParams;
  /** Share of values outside the range the qparams can represent, 0 to 1. */
  clipped?: number;
  /** Estimated from the histogram and the qparams, in dB; absent where there is no noise or no signal. */
  sqnr?: number;
}

/** Full detail for the inspector. `counts` travels as a float32 binary buffer. */
export interface NodeHistogram {
  id: string;
  /** Bin edges are equally spaced from `min` to `max`. */
  min: number;
  max: number;
  counts: number[];
  qparams?: QParams;
  clippedBelow: number;
  clippedAbove: number;
}

/** Per-channel extrema of a weight. */
export interface WeightStats {
  path: string;
  axis: number;
  min: number[];
  max: number[];
}

/** Outcome of `model.evaluate`. */
export interface Evaluation {
  samples: number;
  /** Share of right predictions, 0 to 1; absent without labels. */
  floatAccuracy?: number;
  quantizedAccuracy?: number;
  /** Signal to quantization noise of the outputs, dB; absent where they are equal, or where there is no signal. */
  outputSqnr?: number;
  floatBytes: number;
  quantizedBytes: number;
  /** Milliseconds per sample. */
  floatLatency: number;
  quantizedLatency: number;
}
