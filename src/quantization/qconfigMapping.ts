// Which qconfig each operator gets: `torch.ao.quantization.QConfigMapping`. Priority, low to high:
// global < object type < module name regex < module name < module name + object type + order.
// A null that wins means: do not quantize. It does not fall through.

import { convTranspose1d, convTranspose2d, convTranspose3d, sigmoid, tanh } from '../tensor/functions/torch';
import type { TorchFunction } from '../tensor/function';
import * as nn from '../nn';
import * as F from '../nn/functional';
import { moduleTypeName, type ModuleClass } from '../nn/library';
import {
  defaultQuint8WeightQConfig,
  defaultReuseInputQConfig,
  defaultWeightObserver,
  fixedQParams0To1,
  fixedQParamsMinus1To1,
  getDefaultQConfig,
  QConfig,
  type Backend
} from './qconfig';
import { PlaceholderObserver } from './observers';

/** A module class, a function of the table, or a method's PyTorch name. */
export type ObjectType = ModuleClass | TorchFunction | string;
export type MaybeQConfig = QConfig | null;

/** Name, type and how-manieth of that type in the module called name. */
export interface OrderKey {
  readonly name: string;
  readonly type: ObjectType;
  readonly index: number;
}

/** The setting that won for a node and those that lost to it, most specific first. */
export interface QConfigExplanation {
  readonly qconfig: MaybeQConfig;
  readonly from: string;
  readonly lost: readonly { readonly qconfig: MaybeQConfig; readonly from: string }[];
}

export class QConfigMapping {
  globalQConfig: MaybeQConfig = null;
  readonly objectTypeQConfigs = new Map<ObjectType, MaybeQConfig>();
  readonly moduleNameRegexQConfigs = new Map<string, MaybeQConfig>();
  readonly moduleNameQConfigs = new Map<string, MaybeQConfig>();
  readonly moduleNameObjectTypeOrderQConfigs: { readonly key: OrderKey; qconfig: MaybeQConfig }[] = [];
  /** Settings that decided for no node are reported; these did. */
  readonly used = new Set<unknown>();

  setGlobal(qconfig: MaybeQConfig): this {
    this.globalQConfig = qconfig;
    return this;
  }

  /** For a module class, a function (`F.relu`, `torch.add`) or a method name (`'reshape'`). */
  setObjectType(type: ObjectType, qconfig: MaybeQConfig): this {
    this.objectTypeQConfigs.set(type, qconfig);
    return this;
  }

  /** `regex` is matched at the start of the path, as Python's `re.match` does. */
  setModuleNameRegex(regex: string, qconfig: MaybeQConfig): this {
    this.moduleNameRegexQConfigs.set(regex, qconfig);
    return this;
  }

  /** For the module at a path and everything below it. */
  setModuleName(name: string, qconfig: MaybeQConfig): this {
    this.moduleNameQConfigs.set(name, qconfig);
    return this;
  }

  setModuleNameObjectTypeOrder(name: string, type: ObjectType, index: number, qconfig: MaybeQConfig): this {
    const entry = this.moduleNameObjectTypeOrderQConfigs.find(
      e => e.key.name === name && e.key.type === type && e.key.index === index
    );
    if (entry) {
      entry.qconfig = qconfig;
    } else {
      this.moduleNameObjectTypeOrderQConfigs.push({ key: { name, type, index }, qconfig });
    }
    return this;
  }

  copy(): QConfigMapping {
    const result = new QConfigMapping().setGlobal(this.globalQConfig);
    this.objectTypeQConfigs.forEach((q, key) => result.setObjectType(key, q));
    this.moduleNameRegexQConfigs.forEach((q, key) => result.setModuleNameRegex(key, q));
    this.moduleNameQConfigs.forEach((q, key) => result.setModuleName(key, q));
    for (const { key, qconfig } of this.moduleNameObjectTypeOrderQConfigs) {
      result.setModuleNameObjectTypeOrder(key.name, key.type, key.index, qconfig);
    }
    return result;
  }
}

/** `torch.nn.modules.conv.Conv2d` → `Conv2d`; for messages. */
export function objectTypeLabel(type: ObjectType): string {
  const name = typeof type === 'string' ? type : 'target' in type ? type.target : moduleTypeName(type);
  return name.slice(name.lastIndexOf('.') + 1);
}

/** Operators whose output range is fixed, with their observers; order as in PyTorch. */
const FIXED: readonly (readonly [ObjectType, typeof fixedQParams0To1])[] = [
  [nn.Hardsigmoid, fixedQParams0To1],
  [F.hardsigmoid, fixedQParams0To1],
  ['hardsigmoid', fixedQParams0To1],
  ['hardsigmoid_', fixedQParams0To1],
  [nn.Sigmoid, fixedQParams0To1],
  [sigmoid, fixedQParams0To1],
  ['sigmoid', fixedQParams0To1],
  ['sigmoid_', fixedQParams0To1],
  [nn.Softmax, fixedQParams0To1],
  [nn.Tanh, fixedQParamsMinus1To1],
  [tanh, fixedQParamsMinus1To1],
  ['tanh', fixedQParamsMinus1To1],
  ['tanh_', fixedQParamsMinus1To1]
] as readonly (readonly [ObjectType, typeof fixedQParams0To1])[];

/** The qconfigs a default mapping consists of. */
export interface DefaultQConfigs {
  readonly global: QConfig;
  readonly reshape: QConfig;
  /** For transposed convolutions, whose weights have no per-channel kernels. */
  readonly transposed: QConfig;
  /** For layer norm, whose weight stays float. */
  readonly norm: QConfig;
  readonly prelu: QConfig;
  readonly zeroToOne: QConfig;
  readonly minusOneToOne: QConfig;
}

/** A default mapping, its rows in PyTorch's order. */
export function fillDefaultMapping(qconfigs: DefaultQConfigs): QConfigMapping {
  const { global, reshape, transposed, norm, prelu, zeroToOne, minusOneToOne } = qconfigs;
  const mapping = new QConfigMapping().setGlobal(global).setObjectType('reshape', reshape);
  for (const type of [nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d]) {
    mapping.setObjectType(type, transposed);
  }
  for (const type of [convTranspose1d, convTranspose2d, convTranspose3d]) {
    mapping.setObjectType(type, transposed);
  }
  mapping.setObjectType(F.layerNorm, norm).setObjectType(nn.LayerNorm, norm);
  mapping.setObjectType(nn.PReLU, prelu);
  for (const [type, observer] of FIXED) {
    mapping.setObjectType(type, observer === fixedQParams0To1 ? zeroToOne : minusOneToOne);
  }
  return mapping;
}

/** `get_default_qconfig_mapping`: post-training static quantization for a backend. */
export function getDefaultQConfigMapping(backend: Backend = 'x86'): QConfigMapping {
  const global = getDefaultQConfig(backend);
  const perTensor = backend === 'fbgemm' || backend === 'x86';
  return fillDefaultMapping({
    global,
    reshape: defaultReuseInputQConfig,
    transposed: perTensor
      ? new QConfig(global.activation, defaultWeightObserver, `${backend} default, per-tensor weight`)
      : global,
    norm: new QConfig(global.activation, PlaceholderObserver, `${backend} default, float weight`),
    prelu: defaultQuint8WeightQConfig,
    zeroToOne: new QConfig(fixedQParams0To1, defaultWeightObserver, 'fixed qparams'),
    minusOneToOne: new QConfig(fixedQParamsMinus1To1, defaultWeightObserver, 'fixed qparams')
  });
}
