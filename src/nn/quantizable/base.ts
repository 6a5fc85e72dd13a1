// What modules that observe themselves share: PyTorch's eager `prepare` and `convert`, as far as they need them.

import type { Tensor } from '../../tensor/tensor';
import type { ModuleBase } from '../module';
import { Linear as FloatLinear } from '../modules/linear';
import type { ObserverLike, QConfigLike } from '../qconfig';
import { FloatFunctional, QFunctional } from '../quantized/functional';
import { Linear } from '../quantized/linear';
import { DeQuantize, DeQuantStub, Quantize, QuantStub } from '../quantized/quantize';

type Layer = ModuleBase & ((x: Tensor) => Tensor);

/** The module's output, seen by its observer if it has one. */
export function observed(module: Layer, x: Tensor): Tensor {
  const y = module(x);
  return module.activation_post_process ? module.activation_post_process(y) : y;
}

/** The qconfig of a float module. @throws Error naming the observed class where there is none. */
export function qconfigOf(float: object & { qconfig?: QConfigLike | null }, who: string): QConfigLike {
  if (!float.qconfig) {
    throw new Error(`${who}.fromFloat: the float module must have a qconfig`);
  }
  return float.qconfig;
}

/** Gives every linear layer, FloatFunctional and QuantStub below `root` an observer of its output. */
export function attachObservers(root: ModuleBase, qconfig: QConfigLike): void {
  for (const module of root.modules()) {
    if (module instanceof FloatLinear || module instanceof FloatFunctional || module instanceof QuantStub) {
      module.qconfig = qconfig;
      module.activation_post_process = qconfig.activation.create() as ObserverLike;
    }
  }
}

/** Replaces below `root` what was observed by what computes with integers. */
export function convertObserved(root: ModuleBase): void {
  for (const [path, module] of [...root.namedModules()]) {
    if (module instanceof FloatLinear) {
      root.setSubmodule(path, Linear.fromFloat(module));
    } else if (module instanceof FloatFunctional) {
      root.setSubmodule(path, QFunctional.fromFloat(module) as never);
    } else if (module instanceof QuantStub) {
      root.setSubmodule(path, Quantize.fromFloat(module));
    } else if (module instanceof DeQuantStub) {
      root.setSubmodule(path, new DeQuantize());
    }
  }
}
