// Fake quantizers with the settings PyTorch's QAT qconfigs are made of, under PyTorch's names.

import {
  defaultFixedQParamsRange0To1Observer,
  defaultFixedQParamsRangeNeg1To1Observer,
  HistogramObserver,
  MovingAverageMinMaxObserver,
  MovingAveragePerChannelMinMaxObserver
} from '../observers';
import { FakeQuantize, FixedQParamsFakeQuantize, FusedMovingAvgObsFakeQuantize } from './fakeQuantize';

const activation = { observer: MovingAverageMinMaxObserver, quantMin: 0, quantMax: 255 } as const;
const weight = {
  observer: MovingAverageMinMaxObserver,
  quantMin: -128,
  quantMax: 127,
  dtype: 'qint8',
  qscheme: 'per_tensor_symmetric'
} as const;
const perChannelWeight = {
  ...weight,
  observer: MovingAveragePerChannelMinMaxObserver,
  qscheme: 'per_channel_symmetric'
} as const;
const embedding = {
  observer: MovingAveragePerChannelMinMaxObserver,
  qscheme: 'per_channel_affine_float_qparams',
  chAxis: 0,
  averagingConstant: 1
} as const;
/** Weights without −128, and scales that XNNPACK can requantize with. */
const narrow = { quantMin: -127, eps: 2 ** -12 } as const;

/** quint8, halved range. */
export const defaultFakeQuant = FakeQuantize.withArgs({
  ...activation,
  dtype: 'quint8',
  qscheme: 'per_tensor_affine',
  reduceRange: true
});
/** qint8, symmetric, one range. PyTorch: `default_weight_fake_quant`. */
export const defaultWeightFakeQuant = FakeQuantize.withArgs({ ...weight, reduceRange: false });
/** quint8, the range of the last batch. PyTorch: `default_dynamic_fake_quant`. */
export const defaultDynamicFakeQuant = FakeQuantize.withArgs({
  ...activation,
  isDynamic: true,
  dtype: 'quint8',
  averagingConstant: 1
});
/** qint8, symmetric, per output channel. PyTorch: `default_per_channel_weight_fake_quant`. */
export const defaultPerChannelWeightFakeQuant = FakeQuantize.withArgs({
  ...perChannelWeight,
  reduceRange: false,
  chAxis: 0
});
/** quint8 rows with float zero points. PyTorch: `default_embedding_fake_quant`. */
export const defaultEmbeddingFakeQuant = FakeQuantize.withArgs({
  ...embedding,
  dtype: 'quint8',
  quantMin: 0,
  quantMax: 255
});
/** quint4x2 rows with float zero points. PyTorch: `default_embedding_fake_quant_4bit`. */
export const defaultEmbeddingFakeQuant4Bit = FakeQuantize.withArgs({ ...embedding, dtype: 'quint4x2' });
/** quint8 by a histogram. PyTorch: `default_histogram_fake_quant`. */
export const defaultHistogramFakeQuant = FakeQuantize.withArgs({
  observer: HistogramObserver,
  quantMin: 0,
  quantMax: 255,
  dtype: 'quint8',
  qscheme: 'per_tensor_affine',
  reduceRange: true
});

/** Output range −1 to 1: tanh. */
export const defaultFixedQParamsRangeNeg1To1FakeQuant = FixedQParamsFakeQuantize.withArgs({
  observer: defaultFixedQParamsRangeNeg1To1Observer
});
/** Output range 0 to 1: sigmoid, softmax. */
export const defaultFixedQParamsRange0To1FakeQuant = FixedQParamsFakeQuantize.withArgs({
  observer: defaultFixedQParamsRange0To1Observer
});
/** For outputs in [-1, 1]. PyTorch: `default_symmetric_fixed_qparams_fake_quant`. */
export const defaultSymmetricFixedQParamsFakeQuant = defaultFixedQParamsRangeNeg1To1FakeQuant;
/** For outputs in [0, 1]. PyTorch: `default_affine_fixed_qparams_fake_quant`. */
export const defaultAffineFixedQParamsFakeQuant = defaultFixedQParamsRange0To1FakeQuant;

/** `default_fused_act_fake_quant`. */
export const defaultFusedActivationFakeQuant = FusedMovingAvgObsFakeQuantize.withArgs({
  ...activation,
  dtype: 'quint8'
});
/** `default_fused_wt_fake_quant`. */
export const defaultFusedWeightFakeQuant = FusedMovingAvgObsFakeQuantize.withArgs(weight);
/** `default_fused_per_channel_wt_fake_quant`. */
export const defaultFusedPerChannelWeightFakeQuant = FusedMovingAvgObsFakeQuantize.withArgs(perChannelWeight);
/** `fused_wt_fake_quant_range_neg_127_to_127`. */
export const fusedWeightFakeQuantRangeNeg127To127 = FusedMovingAvgObsFakeQuantize.withArgs({
  ...weight,
  ...narrow
});
/** `fused_per_channel_wt_fake_quant_range_neg_127_to_127`. */
export const fusedPerChannelWeightFakeQuantRangeNeg127To127 = FusedMovingAvgObsFakeQuantize.withArgs({
  ...perChannelWeight,
  ...narrow
});
