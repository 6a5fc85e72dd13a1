// QConfigs: which observers an activation and a weight get. Names and settings of spec 3.1 and 3.2.

import type { DType } from '../tensor/dtype';
import {
  factory,
  FixedQParamsObserver,
  HistogramObserver,
  MinMaxObserver,
  NoopObserver,
  ObserverBase,
  PerChannelMinMaxObserver,
  PlaceholderObserver,
  ReuseInputObserver,
  type ObserverClass,
  type ObserverFactory
} from './observers';

/** A class of observers, or one with settings bound by `withArgs`. */
export type ObserverSpec = ObserverFactory | ObserverClass;

/** Immutable pair of observer factories. PyTorch: `torch.ao.quantization.QConfig`. */
export class QConfig {
  readonly activation: ObserverFactory;
  readonly weight: ObserverFactory;

  /** @throws TypeError for an observer instance where a class or `Class.withArgs` is needed. */
  constructor(
    activation: ObserverSpec,
    weight: ObserverSpec,
    /** What reports call it. */
    readonly label = 'custom qconfig'
  ) {
    this.activation = asFactory(activation, 'activation');
    this.weight = asFactory(weight, 'weight');
  }

  named(label: string): QConfig {
    return new QConfig(this.activation, this.weight, label);
  }
}

function asFactory(spec: ObserverSpec, what: string): ObserverFactory {
  if (spec instanceof ObserverBase) {
    throw new TypeError(
      `QConfig ${what}: got an observer, expected its class or Class.withArgs({ … }), so that each place gets its own`
    );
  }
  return typeof spec === 'function' ? factory(spec) : spec;
}

/** Equal settings; null only equals null. PyTorch: `qconfig_equals`. */
export function qconfigEquals(a: QConfig | null, b: QConfig | null): boolean {
  if (a === null || b === null) {
    return a === b;
  }
  return factoryEquals(a.activation, b.activation) && factoryEquals(a.weight, b.weight);
}

function factoryEquals(a: ObserverFactory, b: ObserverFactory): boolean {
  const names = new Set([...Object.keys(a.options), ...Object.keys(b.options)]);
  return a.cls === b.cls && [...names].every(name => optionEquals(a.options[name], b.options[name]));
}

/** Fake-quantize modules have the observer inside among their options. */
function optionEquals(a: unknown, b: unknown): boolean {
  const isFactory = (value: unknown): value is ObserverFactory =>
    typeof value === 'object' && value !== null && 'cls' in value;
  return isFactory(a) && isFactory(b) ? factoryEquals(a, b) : Object.is(a, b);
}

const weightPerTensor = MinMaxObserver.withArgs({ dtype: 'qint8', qscheme: 'per_tensor_symmetric' });
const weightPerChannel = PerChannelMinMaxObserver.withArgs({
  dtype: 'qint8',
  qscheme: 'per_channel_symmetric'
});
const activation7bit = MinMaxObserver.withArgs({ quantMin: 0, quantMax: 127 });
const dynamicActivation = PlaceholderObserver.withArgs({
  dtype: 'quint8',
  quantMin: 0,
  quantMax: 255,
  isDynamic: true
});
const floatQParams = (dtype: DType) =>
  PerChannelMinMaxObserver.withArgs({ dtype, qscheme: 'per_channel_affine_float_qparams', chAxis: 0 });

/** `default_weight_observer`. */
export const defaultWeightObserver = weightPerTensor;
/** `default_per_channel_weight_observer`. */
export const defaultPerChannelWeightObserver = weightPerChannel;
/** `default_observer`. */
export const defaultObserver = activation7bit;

export const defaultQConfig = new QConfig(activation7bit, weightPerTensor, 'default');
export const defaultPerChannelQConfig = new QConfig(activation7bit, weightPerChannel, 'default per channel');
export const defaultDynamicQConfig = new QConfig(dynamicActivation, weightPerTensor, 'default dynamic');
export const perChannelDynamicQConfig = new QConfig(
  dynamicActivation,
  weightPerChannel,
  'per channel dynamic'
);
export const float16DynamicQConfig = new QConfig(
  PlaceholderObserver.withArgs({ dtype: 'float16', isDynamic: true }),
  PlaceholderObserver.withArgs({ dtype: 'float16' }),
  'float16 dynamic'
);
export const float16StaticQConfig = new QConfig(
  PlaceholderObserver.withArgs({ dtype: 'float16' }),
  PlaceholderObserver.withArgs({ dtype: 'float16' }),
  'float16 static'
);
export const floatQParamsWeightOnlyQConfig = new QConfig(
  PlaceholderObserver,
  floatQParams('quint8'),
  'float qparams weight only'
);
export const floatQParamsWeightOnlyQConfig4Bit = new QConfig(
  PlaceholderObserver,
  floatQParams('quint4x2'),
  'float qparams weight only, 4 bit'
);
export const defaultReuseInputQConfig = new QConfig(ReuseInputObserver, NoopObserver, 'reuse input');
export const defaultQuint8WeightQConfig = new QConfig(HistogramObserver, MinMaxObserver, 'quint8 weight');

const fixed = (scale: number, zeroPoint: number) =>
  FixedQParamsObserver.withArgs({ scale, zeroPoint, dtype: 'quint8', quantMin: 0, quantMax: 255 });
/** Output range 0 to 1: sigmoid, softmax. */
export const fixedQParams0To1 = fixed(1 / 256, 0);
/** Output range −1 to 1: tanh. */
export const fixedQParamsMinus1To1 = fixed(2 / 256, 128);

export const BACKENDS = ['fbgemm', 'x86', 'qnnpack', 'onednn'] as const;
export type Backend = (typeof BACKENDS)[number];

export function checkBackend(backend: string): asserts backend is Backend {
  if (!(BACKENDS as readonly string[]).includes(backend)) {
    throw new Error(`backend '${backend}' is not supported; one of ${BACKENDS.join(', ')}`);
  }
}

/** `get_default_qconfig`: post-training, static. */
export function getDefaultQConfig(backend: Backend = 'x86'): QConfig {
  checkBackend(backend);
  const reduceRange = backend === 'fbgemm' || backend === 'x86';
  const weight = backend === 'qnnpack' ? weightPerTensor : weightPerChannel;
  return new QConfig(HistogramObserver.withArgs({ reduceRange }), weight, `${backend} default`);
}

/** QConfigs a recipe can name. */
export const namedQConfigs: Readonly<Record<string, QConfig>> = {
  default: defaultQConfig,
  defaultPerChannel: defaultPerChannelQConfig,
  defaultDynamic: defaultDynamicQConfig,
  perChannelDynamic: perChannelDynamicQConfig,
  float16Dynamic: float16DynamicQConfig,
  floatQParamsWeightOnly: floatQParamsWeightOnlyQConfig,
  x86: getDefaultQConfig('x86'),
  fbgemm: getDefaultQConfig('fbgemm'),
  qnnpack: getDefaultQConfig('qnnpack'),
  onednn: getDefaultQConfig('onednn')
};
