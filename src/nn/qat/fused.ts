// Fused sequences for training: linear or convolution with relu, and with a batch norm whose scale goes into the
// weight before it is rounded, so that training sees the weights that will be deployed. Spec 10.2.

import * as F from '../functional';
import type { Tensor } from '../../tensor/tensor';
import { zeros } from '../../tensor/ops/create';
import * as intrinsic from '../intrinsic';
import * as conv from '../modules/conv';
import { ReLU } from '../modules/activation';
import { Linear as FloatLinear } from '../modules/linear';
import type { BatchNorm } from '../modules/norm';
import { registerLibraryModule, type ModuleClass } from '../library';
import type { Module } from '../module';
import type { ObserverLike, QConfigLike } from '../qconfig';
import { adopt, release, requireFloat, type QatModule } from './base';

const HOME = 'torch.ao.nn.intrinsic.qat.modules';

const part = (module: Module, index: number): Module => Reflect.get(module, String(index)) as Module;

/** The float convolution or linear layer inside a fused module, with the qconfig of the whole. */
function adoptFused<T>(
  name: string,
  cls: { prototype: object },
  module: Module,
  float: ModuleClass,
  more: (qconfig: QConfigLike) => Record<string, unknown> = () => ({})
): T {
  const qconfig = requireFloat(name, module, float);
  return adopt(cls, part(module, 0), {
    weight_fake_quant: qconfig.weight.create(),
    qconfig,
    training: module.training,
    ...more(qconfig)
  });
}

export class LinearReLU extends FloatLinear implements QatModule {
  declare readonly weight_fake_quant: ObserverLike;

  override forward(x: Tensor): Tensor {
    return F.relu(F.linear(x, this.weight_fake_quant(this.weight), this.bias));
  }

  toFloat(): Module {
    return withRelu(intrinsic.LinearReLU, release(FloatLinear, this as unknown as Module));
  }

  /** Of a fused float module with a qconfig. */
  static fromFloat(module: Module): LinearReLU {
    return adoptFused('LinearReLU', LinearReLU, module, intrinsic.LinearReLU as unknown as ModuleClass);
  }
}
registerLibraryModule(`${HOME}.linear_relu.LinearReLU`, LinearReLU);

function withRelu(cls: unknown, module: Module): Module {
  const fused = new (cls as new (...parts: Module[]) => Module)(module, new ReLU() as unknown as Module);
  fused.train(module.training);
  return fused;
}

/** Modules with a batch norm of their own. */
export interface QatBatchNormModule extends QatModule {
  readonly bn: BatchNorm;
  freeze_bn: boolean;
  /** Running statistics stay what they are. PyTorch: `freeze_bn_stats`. */
  freezeBnStats(): void;
  /** Running statistics follow the batches. PyTorch: `update_bn_stats`. */
  updateBnStats(): void;
}

interface Weighted {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly bn: BatchNorm;
  readonly weight_fake_quant: ObserverLike;
}

/**
 * The operator with the batch norm's scale in its weight, and then the batch norm on the unscaled result. Running
 * statistics are those before this batch.
 */
function forwardWithBatchNorm(
  module: Weighted,
  channels: number,
  rank: number,
  run: (weight: Tensor, bias: Tensor) => Tensor
): Tensor {
  const { weight, bias, bn } = module;
  const deviation = (bn.running_var as Tensor).add(bn.eps).sqrt();
  const scale = (bn.weight as Tensor).div(deviation);
  const perFilter = [channels, ...new Array<number>(weight.ndim - 1).fill(1)];
  const perChannel = [1, channels, ...new Array<number>(rank - 2).fill(1)];
  const rounded = module.weight_fake_quant(weight.mul(scale.reshape(perFilter)));
  const scaled = run(rounded, zeros([channels])).div(scale.reshape(perChannel));
  const unscaled = bias ? scaled.add(bias.reshape(perChannel)) : scaled;
  return (bn as unknown as (x: Tensor) => Tensor)(unscaled);
}

type ConvClass = typeof conv.Conv1d | typeof conv.Conv2d | typeof conv.Conv3d;

/** What the functions below make; named, since declarations cannot describe a class without a name. */
export interface QatFusedConvClass<T> {
  new (...args: ConstructorParameters<typeof conv.Conv2d>): conv.ConvNd & T;
  /** Of a fused float module with a qconfig. */
  fromFloat(module: Module): conv.ConvNd & T;
}

function convRelu(Base: ConvClass, fused: unknown): QatFusedConvClass<QatModule> {
  const name = `ConvReLU${Base.name.slice(4)}`;
  class ConvReLU extends (Base as typeof conv.Conv2d) implements QatModule {
    declare readonly weight_fake_quant: ObserverLike;

    override forward(x: Tensor): Tensor {
      return F.relu(this.convolve(x, this.weight_fake_quant(this.weight)));
    }

    toFloat(): Module {
      return withRelu(fused, release(Base, this as unknown as Module));
    }

    /** Of a fused float module with a qconfig. */
    static fromFloat(module: Module): ConvReLU {
      return adoptFused(name, ConvReLU, module, fused as ModuleClass);
    }
  }
  Object.defineProperty(ConvReLU, 'name', { value: name });
  registerLibraryModule(`${HOME}.conv_fused.${name}`, ConvReLU);
  return ConvReLU;
}

function convBn(
  Base: ConvClass,
  fused: unknown,
  fusedRelu: unknown,
  relu: boolean
): QatFusedConvClass<QatBatchNormModule> {
  const name = `ConvBn${relu ? 'ReLU' : ''}${Base.name.slice(4)}`;
  class ConvBn extends (Base as typeof conv.Conv2d) implements QatBatchNormModule {
    declare readonly weight_fake_quant: ObserverLike;
    declare readonly bn: BatchNorm;
    declare freeze_bn: boolean;

    override forward(x: Tensor): Tensor {
      const rank = this.dims + 2;
      const y = forwardWithBatchNorm(this, this.outChannels, rank, (weight, bias) =>
        this.convolve(x, weight, bias)
      );
      return relu ? F.relu(y) : y;
    }

    override train(mode = true): this {
      return trainFrozen(this, mode, value => super.train(value));
    }

    /** Running statistics stay what they are. PyTorch: `freeze_bn_stats`. */
    freezeBnStats(): void {
      setFrozen(this, true);
    }

    /** Running statistics follow the batches. PyTorch: `update_bn_stats`. */
    updateBnStats(): void {
      setFrozen(this, false);
    }

    toFloat(): Module {
      const plain = release<conv.ConvNd & Module>(Base, this as unknown as Module);
      const folded = intrinsic.fuseConvBnEval(plain, this.bn) as unknown as Module;
      return relu ? withRelu(fusedRelu, folded) : folded;
    }

    /** Of a fused float module with a qconfig. */
    static fromFloat(module: Module): ConvBn {
      return adoptFused(name, ConvBn, module, fused as ModuleClass, () => ({
        bn: part(module, 1),
        freeze_bn: false
      }));
    }
  }
  Object.defineProperty(ConvBn, 'name', { value: name });
  registerLibraryModule(`${HOME}.conv_fused.${name}`, ConvBn);
  return ConvBn;
}

interface Freezable {
  readonly bn: BatchNorm;
  freeze_bn: boolean;
  readonly training: boolean;
}

/** A frozen batch norm keeps its mode whatever happens around it. */
function trainFrozen<T extends Freezable>(module: T, mode: boolean, train: (mode: boolean) => T): T {
  const before = module.bn.training;
  const result = train(mode);
  if (module.freeze_bn) {
    module.bn.train(before);
  }
  return result;
}

function setFrozen(module: Freezable, frozen: boolean): void {
  module.freeze_bn = frozen;
  module.bn.train(!frozen && module.training);
}

export class LinearBn1d extends FloatLinear implements QatBatchNormModule {
  declare readonly weight_fake_quant: ObserverLike;
  declare readonly bn: BatchNorm;
  declare freeze_bn: boolean;

  override forward(x: Tensor): Tensor {
    return forwardWithBatchNorm(this, this.outFeatures, 2, (weight, bias) => F.linear(x, weight, bias));
  }

  override train(mode = true): this {
    return trainFrozen(this, mode, value => super.train(value));
  }

  /** Running statistics stay what they are. PyTorch: `freeze_bn_stats`. */
  freezeBnStats(): void {
    setFrozen(this, true);
  }

  /** Running statistics follow the batches. PyTorch: `update_bn_stats`. */
  updateBnStats(): void {
    setFrozen(this, false);
  }

  toFloat(): Module {
    const plain = release<FloatLinear & Module>(FloatLinear, this as unknown as Module);
    return intrinsic.fuseLinearBnEval(plain, this.bn) as unknown as Module;
  }

  /** Of a fused float module with a qconfig. */
  static fromFloat(module: Module): LinearBn1d {
    const more = () => ({ bn: part(module, 1), freeze_bn: false });
    return adoptFused('LinearBn1d', LinearBn1d, module, intrinsic.LinearBn1d as unknown as ModuleClass, more);
  }
}
registerLibraryModule(`${HOME}.linear_fused.LinearBn1d`, LinearBn1d);

/** Convolution with rounded weight, and relu. PyTorch: `torch.ao.nn.intrinsic.qat.ConvReLU1d`. */
export const ConvReLU1d = convRelu(conv.Conv1d, intrinsic.ConvReLU1d);
/** Convolution with rounded weight, and relu. PyTorch: `torch.ao.nn.intrinsic.qat.ConvReLU2d`. */
export const ConvReLU2d = convRelu(conv.Conv2d, intrinsic.ConvReLU2d);
/** Convolution with rounded weight, and relu. PyTorch: `torch.ao.nn.intrinsic.qat.ConvReLU3d`. */
export const ConvReLU3d = convRelu(conv.Conv3d, intrinsic.ConvReLU3d);
/** Convolution and batch norm, the folded weight rounded. PyTorch: `torch.ao.nn.intrinsic.qat.ConvBn1d`. */
export const ConvBn1d = convBn(conv.Conv1d, intrinsic.ConvBn1d, intrinsic.ConvReLU1d, false);
/** Convolution and batch norm, the folded weight rounded. PyTorch: `torch.ao.nn.intrinsic.qat.ConvBn2d`. */
export const ConvBn2d = convBn(conv.Conv2d, intrinsic.ConvBn2d, intrinsic.ConvReLU2d, false);
/** Convolution and batch norm, the folded weight rounded. PyTorch: `torch.ao.nn.intrinsic.qat.ConvBn3d`. */
export const ConvBn3d = convBn(conv.Conv3d, intrinsic.ConvBn3d, intrinsic.ConvReLU3d, false);
/** As `ConvBn1d`, and relu. PyTorch: `torch.ao.nn.intrinsic.qat.ConvBnReLU1d`. */
export const ConvBnReLU1d = convBn(conv.Conv1d, intrinsic.ConvBnReLU1d, intrinsic.ConvReLU1d, true);
/** As `ConvBn2d`, and relu. PyTorch: `torch.ao.nn.intrinsic.qat.ConvBnReLU2d`. */
export const ConvBnReLU2d = convBn(conv.Conv2d, intrinsic.ConvBnReLU2d, intrinsic.ConvReLU2d, true);
/** As `ConvBn3d`, and relu. PyTorch: `torch.ao.nn.intrinsic.qat.ConvBnReLU3d`. */
export const ConvBnReLU3d = convBn(conv.Conv3d, intrinsic.ConvBnReLU3d, intrinsic.ConvReLU3d, true);

const isBatchNormModule = (module: Module): module is Module & QatBatchNormModule =>
  'freeze_bn' in module && 'bn' in module;

/** For `model.apply(…)`: stop or resume the statistics of the batch norms inside QAT modules, and only there. */
export function freezeBnStats(module: Module): void {
  if (isBatchNormModule(module)) {
    module.freezeBnStats();
  }
}

/** For `model.apply(…)`: running statistics follow the batches. PyTorch: `update_bn_stats`. */
export function updateBnStats(module: Module): void {
  if (isBatchNormModule(module)) {
    module.updateBnStats();
  }
}
