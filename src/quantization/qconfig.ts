// QConfigs: which observers an activation and a weight get. Names and settings of spec 3.1 and 3.2.

import { isModule } from '../nn/module';
import {
  defaultDebugObserver,
  defaultDynamicQuantObserver,
  defaultFloatQParamsObserver,
  defaultFloatQParamsObserver4Bit,
  defaultObserver,
  defaultPerChannelWeightObserver,
  defaultWeightObserver,
  factory,
  HistogramObserver,
  MinMaxObserver,
  NoopObserver,
  perChannelWeightObserverRangeNeg127To127,
  PlaceholderObserver,
  ReuseInputObserver,
  weightObserverRangeNeg127To127,
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

  /** The factory under the name it is shown by. */
  named(label: string): QConfig {
    return new QConfig(this.activation, this.weight, label);
  }
}

function asFactory(spec: ObserverSpec, what: string): ObserverFactory {
  if (isModule(spec)) {
    throw new TypeError(
      `QConfig ${what}: got a ${spec.constructor.name}, expected its class or Class.withArgs({ … }), ` +
        'so that each place gets its own'
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
  const [left, right] = [innerFactory(a), innerFactory(b)];
  return left && right ? factoryEquals(left, right) : Object.is(a, b);
}

function innerFactory(value: unknown): ObserverFactory | undefined {
  if (typeof value === 'function') {
    return factory(value as ObserverClass);
  }
  return typeof value === 'object' && value !== null && 'cls' in value
    ? (value as ObserverFactory)
    : undefined;
}

/** Histogram-free static quantization, quint8 to 127 and qint8. PyTorch: `default_qconfig`. */
export const defaultQConfig = new QConfig(defaultObserver, defaultWeightObserver, 'default');
/** Keeps every activation. PyTorch: `default_debug_qconfig`. */
export const defaultDebugQConfig = new QConfig(defaultDebugObserver, defaultWeightObserver, 'debug');
/** Static, weights per channel. PyTorch: `default_per_channel_qconfig`. */
export const defaultPerChannelQConfig = new QConfig(
  defaultObserver,
  defaultPerChannelWeightObserver,
  'default per channel'
);
/** Activations quantized batch by batch, weights qint8. PyTorch: `default_dynamic_qconfig`. */
export const defaultDynamicQConfig = new QConfig(
  defaultDynamicQuantObserver,
  defaultWeightObserver,
  'default dynamic'
);
/** As `defaultDynamicQConfig`, weights per channel. PyTorch: `per_channel_dynamic_qconfig`. */
export const perChannelDynamicQConfig = new QConfig(
  defaultDynamicQuantObserver,
  defaultPerChannelWeightObserver,
  'per channel dynamic'
);
/** Weights of half precision. PyTorch: `float16_dynamic_qconfig`. */
export const float16DynamicQConfig = new QConfig(
  PlaceholderObserver.withArgs({ dtype: 'float16', isDynamic: true }),
  PlaceholderObserver.withArgs({ dtype: 'float16' }),
  'float16 dynamic'
);
/** Activations and weights of half precision. PyTorch: `float16_static_qconfig`. */
export const float16StaticQConfig = new QConfig(
  PlaceholderObserver.withArgs({ dtype: 'float16' }),
  PlaceholderObserver.withArgs({ dtype: 'float16' }),
  'float16 static'
);
/** For embeddings: rows of bytes, float zero points. */
export const floatQParamsWeightOnlyQConfig = new QConfig(
  PlaceholderObserver,
  defaultFloatQParamsObserver,
  'float qparams weight only'
);
/** Embeddings with 4-bit rows. PyTorch: `float_qparams_weight_only_qconfig_4bit`. */
export const floatQParamsWeightOnlyQConfig4Bit = new QConfig(
  PlaceholderObserver,
  defaultFloatQParamsObserver4Bit,
  'float qparams weight only, 4 bit'
);
/** The output has its input's qparams. PyTorch: `default_reuse_input_qconfig`. */
export const defaultReuseInputQConfig = new QConfig(ReuseInputObserver, NoopObserver, 'reuse input');
/** For PReLU, whose slopes are activations of the kernel. */
export const defaultQuint8WeightQConfig = new QConfig(HistogramObserver, MinMaxObserver, 'quint8 weight');

const signedActivation = HistogramObserver.withArgs({ dtype: 'qint8', reduceRange: false, eps: 2 ** -12 });
/** `default_symmetric_qnnpack_qconfig`: signed activations and weights, for XNNPACK. */
export const defaultSymmetricQnnpackQConfig = new QConfig(
  signedActivation,
  weightObserverRangeNeg127To127,
  'symmetric qnnpack'
);
/** Symmetric qint8 for XNNPACK. PyTorch: `default_per_channel_symmetric_qnnpack_qconfig`. */
export const defaultPerChannelSymmetricQnnpackQConfig = new QConfig(
  signedActivation,
  perChannelWeightObserverRangeNeg127To127,
  'per channel symmetric qnnpack'
);

/** Names of the backends that have default settings. */
export const BACKENDS = ['fbgemm', 'x86', 'qnnpack', 'onednn'] as const;
/** One of `BACKENDS`. */
export type Backend = (typeof BACKENDS)[number];

/** @throws Error naming the backends there are, for a name that is none. */
export function checkBackend(backend: string): asserts backend is Backend {
  if (!(BACKENDS as readonly string[]).includes(backend)) {
    throw new Error(`backend '${backend}' is not supported; one of ${BACKENDS.join(', ')}`);
  }
}

/**
 * `get_default_qconfig`: post-training, static.
 * @throws Error for an unknown backend, or a version other than 0.
 */
export function getDefaultQConfig(backend: Backend = 'x86', version: 0 = 0): QConfig {
  checkBackend(backend);
  if (version !== 0) {
    throw new Error(`getDefaultQConfig: version ${String(version)} does not exist; 0 is the only one`);
  }
  const reduceRange = backend === 'fbgemm' || backend === 'x86';
  const weight = backend === 'qnnpack' ? defaultWeightObserver : defaultPerChannelWeightObserver;
  return new QConfig(HistogramObserver.withArgs({ reduceRange }), weight, `${backend} default`);
}

/** QConfigs a recipe can name. */
export const namedQConfigs: Readonly<Record<string, QConfig>> = {
  default: defaultQConfig,
  defaultPerChannel: defaultPerChannelQConfig,
  defaultDynamic: defaultDynamicQConfig,
  perChannelDynamic: perChannelDynamicQConfig,
  float16Dynamic: float16DynamicQConfig,
  float16Static: float16StaticQConfig,
  floatQParamsWeightOnly: floatQParamsWeightOnlyQConfig,
  floatQParamsWeightOnly4Bit: floatQParamsWeightOnlyQConfig4Bit,
  symmetricQnnpack: defaultSymmetricQnnpackQConfig,
  perChannelSymmetricQnnpack: defaultPerChannelSymmetricQnnpackQConfig,
  x86: getDefaultQConfig('x86'),
  fbgemm: getDefaultQConfig('fbgemm'),
  qnnpack: getDefaultQConfig('qnnpack'),
  onednn: getDefaultQConfig('onednn')
};
