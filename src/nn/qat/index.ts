// Linear layers, convolutions and embeddings with fake-quantized weights. Spec 10.1.

import * as F from '../functional';
import type { Tensor } from '../../tensor/tensor';
import * as conv from '../modules/conv';
import { Linear as FloatLinear } from '../modules/linear';
import { registerLibraryModule, type ModuleClass } from '../library';
import type { Module } from '../module';
import type { ObserverLike } from '../qconfig';
import { adopt, release, requireFloat, type QatModule } from './base';

export { isQatModule, type QatModule } from './base';
export * from './embedding';

/** `y = x · fakeQuantize(W)ᵀ + b`. */
export class Linear extends FloatLinear implements QatModule {
  declare readonly weight_fake_quant: ObserverLike;

  override forward(x: Tensor): Tensor {
    return F.linear(x, this.weight_fake_quant(this.weight), this.bias);
  }

  toFloat(): Module {
    return release(FloatLinear, this as unknown as Module);
  }

  /** Of a float module with a qconfig. */
  static fromFloat(module: Module): Linear {
    const qconfig = requireFloat('Linear', module, FloatLinear as unknown as ModuleClass);
    return adopt(Linear, module, { weight_fake_quant: qconfig.weight.create() });
  }
}
registerLibraryModule('torch.ao.nn.qat.modules.linear.Linear', Linear);

type ConvClass = typeof conv.Conv1d | typeof conv.Conv2d | typeof conv.Conv3d;

/** What the function below makes; named, since declarations cannot describe a class without a name. */
export interface QatConvClass {
  new (...args: ConstructorParameters<typeof conv.Conv2d>): conv.ConvNd & QatModule;
  /** Of a float module with a qconfig. */
  fromFloat(module: Module): conv.ConvNd & QatModule;
}

function qatConv(Base: ConvClass): QatConvClass {
  const { name } = Base;
  class Conv extends (Base as typeof conv.Conv2d) implements QatModule {
    declare readonly weight_fake_quant: ObserverLike;

    override forward(x: Tensor): Tensor {
      return this.convolve(x, this.weight_fake_quant(this.weight));
    }

    toFloat(): Module {
      return release(Base, this as unknown as Module);
    }

    /** Of a float module with a qconfig. */
    static fromFloat(module: Module): Conv {
      const qconfig = requireFloat(name, module, Base as unknown as ModuleClass);
      return adopt(Conv, module, { weight_fake_quant: qconfig.weight.create() });
    }
  }
  Object.defineProperty(Conv, 'name', { value: name });
  registerLibraryModule(`torch.ao.nn.qat.modules.conv.${name}`, Conv);
  return Conv;
}

/** Convolution that rounds its weight. PyTorch: `torch.ao.nn.qat.Conv1d`. */
export const Conv1d = qatConv(conv.Conv1d);
/** Convolution that rounds its weight. PyTorch: `torch.ao.nn.qat.Conv2d`. */
export const Conv2d = qatConv(conv.Conv2d);
/** Convolution that rounds its weight. PyTorch: `torch.ao.nn.qat.Conv3d`. */
export const Conv3d = qatConv(conv.Conv3d);
