// QConfigs for training. Settings of spec 3.1 and 3.2.

import * as nn from '../nn';
import {
  defaultDynamicFakeQuant,
  defaultEmbeddingFakeQuant,
  defaultEmbeddingFakeQuant4Bit,
  defaultFakeQuant,
  defaultFusedActivationFakeQuant,
  defaultFusedPerChannelWeightFakeQuant,
  defaultFusedWeightFakeQuant,
  defaultPerChannelWeightFakeQuant,
  defaultWeightFakeQuant,
  FakeQuantize,
  FusedMovingAvgObsFakeQuantize,
  fusedPerChannelWeightFakeQuantRangeNeg127To127,
  fusedWeightFakeQuantRangeNeg127To127
} from './fakeQuantize';
import { MovingAverageMinMaxObserver, NoopObserver } from './observers';
import { checkBackend, QConfig, type Backend, type ObserverSpec } from './qconfig';

const identity = nn.Identity as unknown as ObserverSpec;

/** Fake quantizers of observer and rounding. PyTorch: `default_qat_qconfig`. */
export const defaultQatQConfig = new QConfig(defaultFakeQuant, defaultWeightFakeQuant, 'default QAT');
/** Fused fake quantizers. PyTorch: `default_qat_qconfig_v2`. */
export const defaultQatQConfigV2 = new QConfig(
  defaultFusedActivationFakeQuant,
  defaultFusedWeightFakeQuant,
  'default QAT, fused'
);
/** Dynamic activations, rounded weights. PyTorch: `default_dynamic_qat_qconfig`. */
export const defaultDynamicQatQConfig = new QConfig(
  defaultDynamicFakeQuant,
  defaultWeightFakeQuant,
  'default dynamic QAT'
);
/** Only weights are rounded. PyTorch: `default_weight_only_qconfig`. */
export const defaultWeightOnlyQConfig = new QConfig(identity, defaultWeightFakeQuant, 'weight only');
/** Only activations are rounded. PyTorch: `default_activation_only_qconfig`. */
export const defaultActivationOnlyQConfig = new QConfig(defaultFakeQuant, identity, 'activation only');
/** Embeddings of 8-bit rows. PyTorch: `default_embedding_qat_qconfig`. */
export const defaultEmbeddingQatQConfig = new QConfig(
  NoopObserver.withArgs({ dtype: 'float32' }),
  defaultEmbeddingFakeQuant,
  'embedding QAT'
);
/** Embeddings of 4-bit rows. PyTorch: `default_embedding_qat_qconfig_4bit`. */
export const defaultEmbeddingQatQConfig4Bit = new QConfig(
  NoopObserver.withArgs({ dtype: 'float32' }),
  defaultEmbeddingFakeQuant4Bit,
  'embedding QAT, 4 bit'
);

const activation = { observer: MovingAverageMinMaxObserver, quantMin: 0, quantMax: 255 } as const;
const signedActivation = FusedMovingAvgObsFakeQuantize.withArgs({
  observer: MovingAverageMinMaxObserver,
  quantMin: -128,
  quantMax: 127,
  dtype: 'qint8',
  reduceRange: false,
  eps: 2 ** -12
});
/** `default_symmetric_qnnpack_qat_qconfig`: signed activations and weights, for XNNPACK. */
export const defaultSymmetricQnnpackQatQConfig = new QConfig(
  signedActivation,
  fusedWeightFakeQuantRangeNeg127To127,
  'symmetric qnnpack QAT'
);
/** Symmetric qint8 for XNNPACK. PyTorch: `default_per_channel_symmetric_qnnpack_qat_qconfig`. */
export const defaultPerChannelSymmetricQnnpackQatQConfig = new QConfig(
  signedActivation,
  fusedPerChannelWeightFakeQuantRangeNeg127To127,
  'per channel symmetric qnnpack QAT'
);

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
  const isFused = version === 1;
  const cls = isFused ? FusedMovingAvgObsFakeQuantize : FakeQuantize;
  const settings = backend === 'onednn' ? activation : { ...activation, reduceRange };
  const perTensor = isFused ? defaultFusedWeightFakeQuant : defaultWeightFakeQuant;
  const perChannel = isFused ? defaultFusedPerChannelWeightFakeQuant : defaultPerChannelWeightFakeQuant;
  const weight = backend === 'qnnpack' ? perTensor : perChannel;
  return new QConfig(cls.withArgs(settings), weight, `${backend} default QAT`);
}
