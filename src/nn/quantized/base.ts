// What integer modules share: output qparams as buffers, and making one from an observed float module.

import { fromData } from '../../tensor/ops/create';
import { quantizePerChannel, quantizePerTensor } from '../../tensor/quantized/quantize';
import type { Tensor } from '../../tensor/tensor';
import type { ModuleClass } from '../library';
import { className, Module, type Module as AnyModule, type StateDict } from '../module';
import type { ObserverLike, QConfigLike } from '../qconfig';

/** Base of modules with an output scale and zero point, kept as buffers under PyTorch's keys. */
export abstract class QuantizedModule extends Module {
  declare scale: Tensor;
  declare zero_point: Tensor;

  protected setOutput(scale: number, zeroPoint: number): void {
    this.registerBuffer('scale', fromData([scale], []));
    this.registerBuffer('zero_point', fromData([zeroPoint], [], 'int64'));
  }

  get outputScale(): number {
    return this.scale.item();
  }

  get outputZeroPoint(): number {
    return this.zero_point.item();
  }
}

/** A float module that has been observed: what `fromFloat` needs. */
export interface ObservedFloat {
  qconfig?: QConfigLike | null;
  activation_post_process?: ObserverLike;
}

/** @throws Error naming what is missing and where it is set. */
export function observedQParams(module: AnyModule & ObservedFloat, who: string) {
  if (!module.qconfig) {
    throw new Error(
      `${who}.fromFloat: the ${className(module)} has no qconfig; copy it in fromObserved (o.linear.qconfig = o.qconfig)`
    );
  }
  if (!module.activation_post_process) {
    throw new Error(
      `${who}.fromFloat: the ${className(module)} has no activation_post_process; ` +
        'set it in fromObserved (o.linear.activation_post_process = o.activation_post_process)'
    );
  }
  const { scale, zeroPoint } = module.activation_post_process.calculateQParams();
  return { qconfig: module.qconfig, scale: scale.data()[0] ?? 1, zeroPoint: zeroPoint.data()[0] ?? 0 };
}

/** Quantizes a weight with a fresh observer of the qconfig, held to its own range. */
export function observeAndQuantize(weight: Tensor, qconfig: QConfigLike): Tensor {
  const observer = qconfig.weight.create();
  observer(weight);
  const { scale, zeroPoint } = observer.calculateQParams();
  return observer.qscheme?.startsWith('per_channel')
    ? quantizePerChannel(weight, scale.data(), zeroPoint.data(), observer.chAxis ?? 0, observer.dtype)
    : quantizePerTensor(weight, scale.item(), zeroPoint.item(), observer.dtype);
}

type Packed = { readonly weight: Tensor; readonly bias: Tensor | null };

export function savePacked(state: StateDict, path: string, packed: Packed): void {
  const prefix = path === '' ? '' : `${path}.`;
  state.set(`${prefix}weight`, packed.weight);
  if (packed.bias) {
    state.set(`${prefix}bias`, packed.bias);
  }
}

/** A module whose output qparams are all it has in common with others. */
export abstract class OutputModule extends QuantizedModule {
  constructor(scale: number, zeroPoint: number) {
    super();
    this.setOutput(scale, zeroPoint);
  }
}

/** A class that lowering makes from a reference module. */
export type QuantizedClass = ModuleClass & {
  fromReference(ref: never, scale: number, zeroPoint: number): AnyModule;
};
