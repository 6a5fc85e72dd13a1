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
export const defaultPlaceholderObserver = factory(PlaceholderObserver);
export const defaultDebugObserver = factory(RecordingObserver);
export const defaultWeightObserver = MinMaxObserver.withArgs(perTensorWeight);
export const weightObserverRangeNeg127To127 = MinMaxObserver.withArgs({ ...perTensorWeight, ...symmetric });
export const defaultHistogramObserver = HistogramObserver.withArgs({ quantMin: 0, quantMax: 127 });
export const defaultPerChannelWeightObserver = PerChannelMinMaxObserver.withArgs(perChannelWeight);
export const perChannelWeightObserverRangeNeg127To127 = PerChannelMinMaxObserver.withArgs({
  ...perChannelWeight,
  ...symmetric
});
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
export const defaultFloatQParamsObserver4Bit = floatQParams('quint4x2');

const fixed = (scale: number, zeroPoint: number) =>
  FixedQParamsObserver.withArgs({ scale, zeroPoint, dtype: 'quint8', quantMin: 0, quantMax: 255 });
/** Output range −1 to 1: tanh. */
export const defaultFixedQParamsRangeNeg1To1Observer = fixed(2 / 256, 128);
/** Output range 0 to 1: sigmoid, softmax. */
export const defaultFixedQParamsRange0To1Observer = fixed(1 / 256, 0);
export const defaultSymmetricFixedQParamsObserver = defaultFixedQParamsRangeNeg1To1Observer;
export const defaultAffineFixedQParamsObserver = defaultFixedQParamsRange0To1Observer;
export const defaultReuseInputObserver = factory(ReuseInputObserver);
