// Linear layers, convolutions and embeddings with fake-quantized weights. Spec 10.1.

import * as F from '../functional';
import type { Tensor } from '../../tensor/tensor';
import * as conv from '../modules/conv';
import { Embedding as FloatEmbedding, Linear as FloatLinear } from '../modules/linear';
import { registerLibraryModule, type ModuleClass } from '../library';
import type { Module } from '../module';
import type { ObserverLike } from '../qconfig';
import { adopt, release, requireFloat, type QatModule } from './base';

export { isQatModule, type QatModule } from './base';

/** `y = x · fakeQuantize(W)ᵀ + b`. */
export class Linear extends FloatLinear implements QatModule {
  declare readonly weight_fake_quant: ObserverLike;

  override forward(x: Tensor): Tensor {
    return F.linear(x, this.weight_fake_quant(this.weight), this.bias);
  }

  toFloat(): Module {
    return release(FloatLinear, this as unknown as Module);
  }

  static fromFloat(module: Module): Linear {
    const qconfig = requireFloat('Linear', module, FloatLinear as unknown as ModuleClass);
    return adopt(Linear, module, { weight_fake_quant: qconfig.weight.create() });
  }
}
registerLibraryModule('torch.ao.nn.qat.modules.linear.Linear', Linear);

export class Embedding extends FloatEmbedding implements QatModule {
  declare readonly weight_fake_quant: ObserverLike;

  override forward(x: Tensor): Tensor {
    return F.embedding(x, this.weight_fake_quant(this.weight));
  }

  toFloat(): Module {
    return release(FloatEmbedding, this as unknown as Module);
  }

  /** @throws Error unless the weight's observer has float qparams per row. */
  static fromFloat(module: Module): Embedding {
    const qconfig = requireFloat('Embedding', module, FloatEmbedding as unknown as ModuleClass);
    const weight = qconfig.weight.create();
    if (weight.qscheme !== 'per_channel_affine_float_qparams') {
      throw new Error(
        'qat.Embedding needs a weight observer with qscheme per_channel_affine_float_qparams; use defaultEmbeddingQatQConfig'
      );
    }
    return adopt(Embedding, module, { weight_fake_quant: weight });
  }
}
registerLibraryModule('torch.ao.nn.qat.modules.embedding_ops.Embedding', Embedding);

type ConvClass = typeof conv.Conv1d | typeof conv.Conv2d | typeof conv.Conv3d;

/** What the function below makes; named, since declarations cannot describe a class without a name. */
export interface QatConvClass {
  new (...args: ConstructorParameters<typeof conv.Conv2d>): conv.ConvNd & QatModule;
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

    static fromFloat(module: Module): Conv {
      const qconfig = requireFloat(name, module, Base as unknown as ModuleClass);
      return adopt(Conv, module, { weight_fake_quant: qconfig.weight.create() });
    }
  }
  Object.defineProperty(Conv, 'name', { value: name });
  registerLibraryModule(`torch.ao.nn.qat.modules.conv.${name}`, Conv);
  return Conv;
}

export const Conv1d = qatConv(conv.Conv1d);
export const Conv2d = qatConv(conv.Conv2d);
export const Conv3d = qatConv(conv.Conv3d);
