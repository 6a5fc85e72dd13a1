// Observers with the settings PyTorch's qconfigs are made of, under PyTorch's names.

import type { DType } from '../../tensor/dtype';
import { factory } from './factory';
import { HistogramObserver } from './histogram';
import { MinMaxObserver } from './minMax';
import { PerChannelMinMaxObserver } from './perChannel';
import { RecordingObserver } from './recording';
import { FixedQParamsObserver, PlaceholderObserver, ReuseInputObserver } from './silent';

/** Weights without −128, and scales that XNNPACK can requantize with. */
const symmetric = { quantMin: -127, quantMax: 127, eps: 2 ** -12 } as const;
const perTensorWeight = { dtype: 'qint8', qscheme: 'per_tensor_symmetric' } as const;
const perChannelWeight = { dtype: 'qint8', qscheme: 'per_channel_symmetric' } as const;

/** quint8, integers 0 to 127. */
export const defaultObserver = MinMaxObserver.withArgs({ quantMin: 0, quantMax: 127 });
/** Says a dtype, observes nothing. PyTorch: `default_placeholder_observer`. */
export const defaultPlaceholderObserver = factory(PlaceholderObserver);
/** Keeps every batch. PyTorch: `default_debug_observer`. */
export const defaultDebugObserver = factory(RecordingObserver);
/** qint8, symmetric, one range. PyTorch: `default_weight_observer`. */
export const defaultWeightObserver = MinMaxObserver.withArgs(perTensorWeight);
/** qint8 without -128, symmetric, for XNNPACK. PyTorch: `weight_observer_range_neg_127_to_127`. */
export const weightObserverRangeNeg127To127 = MinMaxObserver.withArgs({ ...perTensorWeight, ...symmetric });
/** A histogram, quantMin 0 and quantMax 127. PyTorch: `default_histogram_observer`. */
export const defaultHistogramObserver = HistogramObserver.withArgs({ quantMin: 0, quantMax: 127 });
/** qint8, symmetric, one range per output channel. PyTorch: `default_per_channel_weight_observer`. */
export const defaultPerChannelWeightObserver = PerChannelMinMaxObserver.withArgs(perChannelWeight);
/**
 * qint8 without -128, symmetric, per output channel. PyTorch:
 * `per_channel_weight_observer_range_neg_127_to_127`.
 */
export const perChannelWeightObserverRangeNeg127To127 = PerChannelMinMaxObserver.withArgs({
  ...perChannelWeight,
  ...symmetric
});
/** quint8, chosen anew for every batch. PyTorch: `default_dynamic_quant_observer`. */
export const defaultDynamicQuantObserver = PlaceholderObserver.withArgs({
  dtype: 'quint8',
  quantMin: 0,
  quantMax: 255,
  isDynamic: true
});

const floatQParams = (dtype: DType) =>
  PerChannelMinMaxObserver.withArgs({ dtype, qscheme: 'per_channel_affine_float_qparams', chAxis: 0 });
/** For embeddings: the zero point is a float. */
export const defaultFloatQParamsObserver = floatQParams('quint8');
/** quint4x2 rows with float zero points, for embeddings. PyTorch: `default_float_qparams_observer_4bit`. */
export const defaultFloatQParamsObserver4Bit = floatQParams('quint4x2');

const fixed = (scale: number, zeroPoint: number) =>
  FixedQParamsObserver.withArgs({ scale, zeroPoint, dtype: 'quint8', quantMin: 0, quantMax: 255 });
/** Output range −1 to 1: tanh. */
export const defaultFixedQParamsRangeNeg1To1Observer = fixed(2 / 256, 128);
/** Output range 0 to 1: sigmoid, softmax. */
export const defaultFixedQParamsRange0To1Observer = fixed(1 / 256, 0);
/**
 * Scale 2/256, zero point 128: outputs in [-1, 1], of tanh. PyTorch:
 * `default_symmetric_fixed_qparams_observer`.
 */
export const defaultSymmetricFixedQParamsObserver = defaultFixedQParamsRangeNeg1To1Observer;
/**
 * Scale 1/256, zero point 0: outputs in [0, 1], of sigmoid. PyTorch:
 * `default_affine_fixed_qparams_observer`.
 */
export const defaultAffineFixedQParamsObserver = defaultFixedQParamsRange0To1Observer;
/** The output has its input's qparams. PyTorch: `default_reuse_input_observer`. */
export const defaultReuseInputObserver = factory(ReuseInputObserver);
