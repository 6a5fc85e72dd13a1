// What quantization aware modules have in common: a float module's own parameters, and a fake-quantize module for the
// weight, made by the qconfig. PyTorch: `torch.ao.nn.qat`, `torch.ao.nn.intrinsic.qat`.

import type { Tensor } from '../../tensor/tensor';
import { className, shellOf, type Module } from '../module';
import { classOf, type ModuleClass } from '../library';
import type { ObserverLike, QConfigLike } from '../qconfig';

/** A module to be trained with rounded weights. */
export interface QatModule {
  readonly weight: Tensor;
  readonly weight_fake_quant: ObserverLike;
  /** The float module with the trained parameters; batch norms folded. */
  toFloat(): Module;
}

/** Does the module round its weight while it trains? */
export function isQatModule(module: Module): module is Module & QatModule {
  return 'weight_fake_quant' in module && typeof Reflect.get(module, 'toFloat') === 'function';
}

/**
 * The qconfig of a float module that is about to become a QAT module.
 * @throws Error for another class than `float`, or without a qconfig.
 */
export function requireFloat(qat: string, module: Module, float: ModuleClass): QConfigLike {
  if (classOf(module) !== float) {
    throw new Error(`qat.${qat}.fromFloat only works for ${float.name}, got ${className(module)}`);
  }
  const qconfig = Reflect.get(module, 'qconfig') as QConfigLike | null | undefined;
  if (!qconfig) {
    throw new Error(`qat.${qat}.fromFloat: the float module must have a qconfig`);
  }
  return qconfig;
}

/** A module of `cls` with the fields of `source`: the same parameters, not copies. */
export function adopt<T>(cls: { prototype: object }, source: Module, extra: Record<string, unknown>): T {
  const module = shellOf(Object.create(cls.prototype) as Module);
  for (const key of Reflect.ownKeys(source)) {
    const descriptor = Object.getOwnPropertyDescriptor(source, key);
    if (descriptor && !(key in extra)) {
      Object.defineProperty(module, key, descriptor);
    }
  }
  for (const [key, value] of Object.entries(extra)) {
    Reflect.set(module, key, value);
  }
  return module as T;
}

/** Back to a float class, without what quantization had added. */
export function release<T extends Module>(cls: { prototype: object }, source: Module): T {
  const module = adopt<T>(cls, source, {});
  for (const key of ['weight_fake_quant', 'qconfig', 'bn', 'freeze_bn']) {
    Reflect.deleteProperty(module, key);
  }
  return module;
}
