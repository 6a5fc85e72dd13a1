// What integer modules share: output qparams as buffers, and making one from an observed float module.

import type { DType } from '../../tensor/dtype';
import { fromData } from '../../tensor/ops/create';
import { quantizePerChannel, quantizePerTensor } from '../../tensor/quantized/quantize';
import { LinearPackedParamsFp16, type LinearPackedParams } from '../../tensor/quantized/packed';
import type { Tensor } from '../../tensor/tensor';
import type { ModuleClass } from '../library';
import { className, Module, type Module as AnyModule, type ModuleBase } from '../module';
import { acceptBias, acceptWeight, constantField, type StateField, type StateValue } from '../stateDict';
import type { ObserverLike, QConfigLike } from '../qconfig';

/** Base of modules with an output scale and zero point, kept as buffers under PyTorch's keys. */
export abstract class QuantizedModule extends Module {
  declare scale: Tensor;
  declare zero_point: Tensor;

  /** Registers the output's scale and zero point. */
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

/** Quantizes a weight with a fresh observer of the qconfig, held to its own range; to another dtype if given. */
export function observeAndQuantize(weight: Tensor, qconfig: QConfigLike, dtype?: DType): Tensor {
  const observer = qconfig.weight.create();
  observer(weight);
  const { scale, zeroPoint } = observer.calculateQParams();
  const to = dtype ?? observer.dtype;
  return observer.qscheme?.startsWith('per_channel')
    ? quantizePerChannel(weight, scale.data(), zeroPoint.data(), observer.chAxis ?? 0, to)
    : quantizePerTensor(weight, scale.item(), zeroPoint.item(), to);
}

/** Whatever holds a packed linear weight. */
interface HoldsLinear {
  packedParams: LinearPackedParams | LinearPackedParamsFp16;
}

/** The packed weight of a linear layer, as PyTorch's submodule `_packed_params` writes it: dtype, and weight with bias. */
export function linearFields(module: ModuleBase & HoldsLinear): StateField[] {
  const current = module.packedParams;
  const packed: StateField = {
    name: '_packed_params._packed_params',
    owner: module,
    get: () => [current.weight, current.bias],
    accept(value) {
      const [weight, bias] = Array.isArray(value) ? (value as readonly StateValue[]) : [value];
      const accepted = acceptWeight(weight, current.weight);
      const acceptedBias = acceptBias(bias, current.weight.shape[0] ?? 0);
      const Packed = current.constructor as typeof LinearPackedParams;
      return () => {
        module.packedParams = new Packed(accepted, acceptedBias);
      };
    }
  };
  const dtype = current instanceof LinearPackedParamsFp16 ? 'float16' : current.weight.dtype;
  return [constantField(module, '_packed_params.dtype', dtype), packed];
}

/** A module whose output qparams are all it has in common with others. */
export abstract class OutputModule extends QuantizedModule {
  constructor(scale: number, zeroPoint: number) {
    super();
    this.setOutput(scale, zeroPoint);
  }
}

/**
 * One whose state PyTorch forgets: there, ELU, Softmax and PReLU write nothing and keep what they have when loading
 * (D41). Here they write it, and a file from PyTorch may lack it.
 */
export abstract class ForgottenModule extends OutputModule {
  protected override stateRule(): { readonly optional: boolean } {
    return { optional: true };
  }
}

/** A class that lowering makes from a reference module. */
export type QuantizedClass = ModuleClass & {
  /** Makes the integer module of a reference module. */
  fromReference(ref: never, scale: number, zeroPoint: number): AnyModule;
};
