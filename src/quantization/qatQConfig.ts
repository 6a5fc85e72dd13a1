// QConfigs for training. Settings of spec 3.1 and 3.2.

import * as nn from '../nn';
import {
  FakeQuantize,
  FixedQParamsFakeQuantize,
  FusedMovingAvgObsFakeQuantize,
  type FakeQuantizeOptions
} from './fakeQuantize';
import {
  MovingAverageMinMaxObserver,
  MovingAveragePerChannelMinMaxObserver,
  NoopObserver,
  PlaceholderObserver
} from './observers';
import {
  checkBackend,
  defaultReuseInputQConfig,
  defaultQuint8WeightQConfig,
  fixedQParams0To1,
  fixedQParamsMinus1To1,
  QConfig,
  type Backend,
  type ObserverSpec
} from './qconfig';
import { fillDefaultMapping, type QConfigMapping } from './qconfigMapping';

const activation: FakeQuantizeOptions = {
  observer: MovingAverageMinMaxObserver as never,
  quantMin: 0,
  quantMax: 255
};
const weightPerTensor: FakeQuantizeOptions = {
  observer: MovingAverageMinMaxObserver as never,
  quantMin: -128,
  quantMax: 127,
  dtype: 'qint8',
  qscheme: 'per_tensor_symmetric'
};
const weightPerChannel: FakeQuantizeOptions = {
  ...weightPerTensor,
  observer: MovingAveragePerChannelMinMaxObserver as never,
  qscheme: 'per_channel_symmetric'
};

/** `default_fake_quant`: quint8, halved range. */
export const defaultFakeQuant = FakeQuantize.withArgs({
  ...activation,
  dtype: 'quint8',
  qscheme: 'per_tensor_affine',
  reduceRange: true
});
/** `default_weight_fake_quant`. */
export const defaultWeightFakeQuant = FakeQuantize.withArgs({ ...weightPerTensor, reduceRange: false });
/** `default_per_channel_weight_fake_quant`. */
export const defaultPerChannelWeightFakeQuant = FakeQuantize.withArgs({
  ...weightPerChannel,
  reduceRange: false,
  chAxis: 0
});
/** `default_fused_act_fake_quant`. */
export const defaultFusedActivationFakeQuant = FusedMovingAvgObsFakeQuantize.withArgs({
  ...activation,
  dtype: 'quint8'
});
/** `default_fused_wt_fake_quant`. */
export const defaultFusedWeightFakeQuant = FusedMovingAvgObsFakeQuantize.withArgs(weightPerTensor);
/** `default_fused_per_channel_wt_fake_quant`. */
export const defaultFusedPerChannelWeightFakeQuant = FusedMovingAvgObsFakeQuantize.withArgs(weightPerChannel);

const identity = nn.Identity as unknown as ObserverSpec;

export const defaultQatQConfig = new QConfig(defaultFakeQuant, defaultWeightFakeQuant, 'default QAT');
export const defaultQatQConfigV2 = new QConfig(
  defaultFusedActivationFakeQuant,
  defaultFusedWeightFakeQuant,
  'default QAT, fused'
);
export const defaultDynamicQatQConfig = new QConfig(
  FakeQuantize.withArgs({ ...activation, isDynamic: true, dtype: 'quint8', averagingConstant: 1 }),
  defaultWeightFakeQuant,
  'default dynamic QAT'
);
export const defaultWeightOnlyQConfig = new QConfig(identity, defaultWeightFakeQuant, 'weight only');
export const defaultActivationOnlyQConfig = new QConfig(defaultFakeQuant, identity, 'activation only');
const embedding = (dtype: 'quint8' | 'quint4x2', quantMax: number) =>
  new QConfig(
    NoopObserver.withArgs({ dtype: 'float32' }),
    FakeQuantize.withArgs({
      observer: MovingAveragePerChannelMinMaxObserver as never,
      dtype,
      qscheme: 'per_channel_affine_float_qparams',
      quantMin: 0,
      quantMax,
      chAxis: 0,
      averagingConstant: 1
    }),
    `embedding QAT, ${dtype}`
  );
export const defaultEmbeddingQatQConfig = embedding('quint8', 255);
export const defaultEmbeddingQatQConfig4Bit = embedding('quint4x2', 15);

/**
 * `get_default_qat_qconfig`: version 1 observes and rounds in one step, version 0 in two.
 * @throws Error for an unknown backend or version.
 */
export function getDefaultQatQConfig(backend: Backend = 'x86', version: 0 | 1 = 1): QConfig {
  checkBackend(backend);
  if (version !== 0 && version !== 1) {
    throw new Error(`getDefaultQatQConfig: version ${String(version)} does not exist; 0 or 1`);
  }
  const reduceRange = backend === 'fbgemm' || backend === 'x86';
  const cls = version === 1 ? FusedMovingAvgObsFakeQuantize : FakeQuantize;
  const settings = backend === 'onednn' ? activation : { ...activation, reduceRange };
  const weight = backend === 'qnnpack' ? weightPerTensor : weightPerChannel;
  return new QConfig(cls.withArgs(settings), cls.withArgs(weight), `${backend} default QAT`);
}

/** `get_default_qat_qconfig_mapping`. */
export function getDefaultQatQConfigMapping(backend: Backend = 'x86', version: 0 | 1 = 1): QConfigMapping {
  const global = getDefaultQatQConfig(backend, version);
  const perTensor = backend === 'fbgemm' || backend === 'x86';
  return fillDefaultMapping({
    global,
    reshape: defaultReuseInputQConfig,
    transposed: perTensor
      ? new QConfig(global.activation, defaultWeightFakeQuant, `${backend} default QAT, per-tensor weight`)
      : global,
    norm: new QConfig(global.activation, PlaceholderObserver, `${backend} default QAT, float weight`),
    prelu: defaultQuint8WeightQConfig,
    zeroToOne: new QConfig(
      FixedQParamsFakeQuantize.withArgs({ observer: fixedQParams0To1 }),
      defaultWeightFakeQuant,
      'fixed qparams QAT'
    ),
    minusOneToOne: new QConfig(
      FixedQParamsFakeQuantize.withArgs({ observer: fixedQParamsMinus1To1 }),
      defaultWeightFakeQuant,
      'fixed qparams QAT'
    )
  });
}
