// The qconfig mappings a backend comes with: spec 3.2, rows in PyTorch's order.
// PyTorch: `get_default_qconfig_mapping`, `get_default_qat_qconfig_mapping` and the symmetric qnnpack ones.

import { convTranspose1d, convTranspose2d, convTranspose3d, sigmoid, tanh } from '../tensor/functions/torch';
import * as nn from '../nn';
import * as F from '../nn/functional';
import {
  defaultFixedQParamsRange0To1FakeQuant,
  defaultFixedQParamsRangeNeg1To1FakeQuant,
  defaultWeightFakeQuant
} from './fakeQuantize';
import {
  defaultFixedQParamsRange0To1Observer,
  defaultFixedQParamsRangeNeg1To1Observer,
  defaultWeightObserver,
  PlaceholderObserver,
  type ObserverFactory
} from './observers';
import {
  defaultQuint8WeightQConfig,
  defaultReuseInputQConfig,
  defaultSymmetricQnnpackQConfig,
  getDefaultQConfig,
  QConfig,
  type Backend
} from './qconfig';
import { QConfigMapping, type ObjectType } from './qconfigMapping';
import { defaultSymmetricQnnpackQatQConfig, getDefaultQatQConfig } from './qatQConfig';

type Range = '0 to 1' | '-1 to 1';

/** Operators whose output range is fixed. */
const FIXED = [
  [nn.Hardsigmoid, '0 to 1'],
  [F.hardsigmoid, '0 to 1'],
  ['hardsigmoid', '0 to 1'],
  ['hardsigmoid_', '0 to 1'],
  [nn.Sigmoid, '0 to 1'],
  [sigmoid, '0 to 1'],
  ['sigmoid', '0 to 1'],
  ['sigmoid_', '0 to 1'],
  [nn.Softmax, '0 to 1'],
  [nn.Tanh, '-1 to 1'],
  [tanh, '-1 to 1'],
  ['tanh', '-1 to 1'],
  ['tanh_', '-1 to 1']
] as readonly (readonly [ObjectType, Range])[];

interface Parts {
  readonly global: QConfig;
  /** What a weight without settings of its own gets. */
  readonly weight: ObserverFactory;
  readonly fixed: Readonly<Record<Range, ObserverFactory>>;
  readonly label: string;
}

function fillMapping(backend: Backend, { global, weight, fixed, label }: Parts): QConfigMapping {
  // The kernels of transposed convolutions have no per-channel weights.
  const isPerChannel = backend === 'fbgemm' || backend === 'x86';
  const transposed = isPerChannel
    ? new QConfig(global.activation, weight, `${label}, per-tensor weight`)
    : global;
  const norm = new QConfig(global.activation, PlaceholderObserver, `${label}, float weight`);
  const mapping = new QConfigMapping().setGlobal(global).setObjectType('reshape', defaultReuseInputQConfig);
  for (const type of [nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d]) {
    mapping.setObjectType(type, transposed);
  }
  for (const type of [convTranspose1d, convTranspose2d, convTranspose3d]) {
    mapping.setObjectType(type, transposed);
  }
  mapping.setObjectType(F.layerNorm, norm).setObjectType(nn.LayerNorm, norm);
  mapping.setObjectType(nn.PReLU, defaultQuint8WeightQConfig);
  const byRange = {
    '0 to 1': new QConfig(fixed['0 to 1'], weight, 'fixed qparams, 0 to 1'),
    '-1 to 1': new QConfig(fixed['-1 to 1'], weight, 'fixed qparams, -1 to 1')
  };
  for (const [type, range] of FIXED) {
    mapping.setObjectType(type, byRange[range]);
  }
  return mapping;
}

/**
 * `get_default_qconfig_mapping`: post-training static quantization for a backend.
 * @throws Error for an unknown backend, or a version other than 0.
 */
export function getDefaultQConfigMapping(backend: Backend = 'x86', version: 0 = 0): QConfigMapping {
  return fillMapping(backend, {
    global: getDefaultQConfig(backend, version),
    weight: defaultWeightObserver,
    fixed: {
      '0 to 1': defaultFixedQParamsRange0To1Observer,
      '-1 to 1': defaultFixedQParamsRangeNeg1To1Observer
    },
    label: `${backend} default`
  });
}

/** `get_default_qat_qconfig_mapping`. @throws Error for an unknown backend or version. */
export function getDefaultQatQConfigMapping(backend: Backend = 'x86', version: 0 | 1 = 1): QConfigMapping {
  return fillMapping(backend, {
    global: getDefaultQatQConfig(backend, version),
    weight: defaultWeightFakeQuant,
    fixed: {
      '0 to 1': defaultFixedQParamsRange0To1FakeQuant,
      '-1 to 1': defaultFixedQParamsRangeNeg1To1FakeQuant
    },
    label: `${backend} default QAT`
  });
}

/** `_get_symmetric_qnnpack_qconfig_mapping`: signed activations; for `getQnnpackBackendConfig()`. */
export function getSymmetricQnnpackQConfigMapping(): QConfigMapping {
  return withGlobal(getDefaultQConfigMapping('qnnpack'), defaultSymmetricQnnpackQConfig);
}

/** `_get_symmetric_qnnpack_qat_qconfig_mapping`. */
export function getSymmetricQnnpackQatQConfigMapping(): QConfigMapping {
  return withGlobal(getDefaultQatQConfigMapping('qnnpack'), defaultSymmetricQnnpackQatQConfig);
}

/** The same qconfig everywhere but for operators of fixed range. */
function withGlobal(mapping: QConfigMapping, qconfig: QConfig): QConfigMapping {
  const isFixed = new Set(FIXED.map(([type]) => type));
  mapping.setGlobal(qconfig);
  for (const type of mapping.objectTypeQConfigs.keys()) {
    if (!isFixed.has(type)) {
      mapping.setObjectType(type, qconfig);
    }
  }
  return mapping;
}
