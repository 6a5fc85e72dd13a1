// Norms with float statistics on integers. PyTorch: `torch.ao.nn.quantized.modules.{normalization, batchnorm}`.

import * as unary from '../../tensor/quantized/unary';
import type { Tensor } from '../../tensor/tensor';
import { registerLibraryModule } from '../library';
import type { Module as AnyModule } from '../module';
import type { BatchNorm, InstanceNorm, LayerNorm as FloatLayerNorm } from '../modules/norm';
import { OutputModule } from './base';

export class LayerNorm extends OutputModule {
  constructor(
    scale: number,
    zeroPoint: number,
    readonly float: Pick<FloatLayerNorm, 'normalizedShape' | 'weight' | 'bias' | 'eps'>
  ) {
    super(scale, zeroPoint);
  }
  override forward(x: Tensor): Tensor {
    const { normalizedShape, weight, bias, eps } = this.float;
    return unary.quantizedLayerNorm(
      x,
      normalizedShape,
      weight,
      bias,
      eps,
      this.outputScale,
      this.outputZeroPoint
    );
  }
  static fromReference(ref: FloatLayerNorm, scale: number, zeroPoint: number): LayerNorm {
    const { normalizedShape, weight, bias, eps } = ref;
    return new LayerNorm(scale, zeroPoint, { normalizedShape, weight, bias, eps });
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.normalization.LayerNorm', LayerNorm);

/** As `QuantizedConvClass`: `Float` is what it is made from, `Parts` what it keeps of that. */
export interface QuantizedNormClass<Float, Parts> {
  new (scale: number, zeroPoint: number, float: Parts): OutputModule;
  fromReference(ref: Float, scale: number, zeroPoint: number): OutputModule;
}

function quantizedInstanceNorm(
  name: string
): QuantizedNormClass<InstanceNorm, Pick<InstanceNorm, 'weight' | 'bias' | 'eps'>> {
  class Norm extends OutputModule {
    constructor(
      scale: number,
      zeroPoint: number,
      readonly float: Pick<InstanceNorm, 'weight' | 'bias' | 'eps'>
    ) {
      super(scale, zeroPoint);
    }
    override forward(x: Tensor): Tensor {
      const { weight, bias, eps } = this.float;
      return unary.quantizedGroupNorm(
        x,
        x.shape[1] ?? 1,
        weight,
        bias,
        eps,
        this.outputScale,
        this.outputZeroPoint
      );
    }
    static fromReference(ref: InstanceNorm, scale: number, zeroPoint: number): Norm {
      const { weight, bias, eps } = ref;
      return new Norm(scale, zeroPoint, { weight, bias, eps });
    }
  }
  Object.defineProperty(Norm, 'name', { value: name });
  registerLibraryModule(`torch.ao.nn.quantized.modules.normalization.${name}`, Norm);
  return Norm;
}
export const InstanceNorm1d = quantizedInstanceNorm('InstanceNorm1d');
export const InstanceNorm2d = quantizedInstanceNorm('InstanceNorm2d');
export const InstanceNorm3d = quantizedInstanceNorm('InstanceNorm3d');

type BatchNormParts = Pick<BatchNorm, 'weight' | 'bias' | 'eps' | 'running_mean' | 'running_var'>;

function quantizedBatchNorm(
  name: string,
  home: string,
  relu: boolean
): QuantizedNormClass<AnyModule, BatchNormParts> {
  class Norm extends OutputModule {
    constructor(
      scale: number,
      zeroPoint: number,
      readonly float: BatchNormParts
    ) {
      super(scale, zeroPoint);
    }
    override forward(x: Tensor): Tensor {
      const { weight, bias, eps, running_mean: mean, running_var: variance } = this.float;
      if (!mean || !variance) {
        throw new Error(`${name}: no running statistics; it cannot run on integers`);
      }
      return unary.quantizedBatchNorm(
        x,
        weight,
        bias,
        mean,
        variance,
        eps,
        this.outputScale,
        this.outputZeroPoint,
        relu
      );
    }
    /** From a batch norm, or from a fused one whose first member it is. */
    static fromReference(ref: AnyModule, scale: number, zeroPoint: number): Norm {
      const bn = (relu ? Reflect.get(ref, '0') : ref) as BatchNorm;
      const { weight, bias, eps, running_mean, running_var } = bn;
      return new Norm(scale, zeroPoint, { weight, bias, eps, running_mean, running_var });
    }
  }
  Object.defineProperty(Norm, 'name', { value: name });
  registerLibraryModule(`${home}.${name}`, Norm);
  return Norm;
}
export const BatchNorm2d = quantizedBatchNorm(
  'BatchNorm2d',
  'torch.ao.nn.quantized.modules.batchnorm',
  false
);
export const BatchNorm3d = quantizedBatchNorm(
  'BatchNorm3d',
  'torch.ao.nn.quantized.modules.batchnorm',
  false
);
export const BNReLU2d = quantizedBatchNorm(
  'BNReLU2d',
  'torch.ao.nn.intrinsic.quantized.modules.bn_relu',
  true
);
export const BNReLU3d = quantizedBatchNorm(
  'BNReLU3d',
  'torch.ao.nn.intrinsic.quantized.modules.bn_relu',
  true
);
