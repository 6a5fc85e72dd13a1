// Norms with float statistics on integers. PyTorch: `torch.ao.nn.quantized.modules.{normalization, batchnorm}`.
// Their state is the float norm's, and the output's qparams.

import {
  quantizedBatchNorm as batchNormOnIntegers,
  quantizedGroupNorm,
  quantizedLayerNorm
} from '../../tensor/quantized/norms';
import type { Tensor } from '../../tensor/tensor';
import { registerLibraryModule } from '../library';
import type { Module as AnyModule, Parameter } from '../module';
import type {
  BatchNorm,
  InstanceNorm,
  GroupNorm as FloatGroupNorm,
  LayerNorm as FloatLayerNorm
} from '../modules/norm';
import { OutputModule } from './base';

/** What every float norm is made of. */
interface Affine {
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly eps: number;
}

/** Keeps weight and bias of the float norm it is made from. */
abstract class QuantizedNorm extends OutputModule {
  declare weight: Parameter | null;
  declare bias: Parameter | null;
  readonly eps: number;

  constructor(scale: number, zeroPoint: number, float: Affine) {
    super(scale, zeroPoint);
    this.weight = float.weight;
    this.bias = float.bias;
    this.eps = float.eps;
  }
}

/** On integers, float weights. PyTorch: `torch.ao.nn.quantized.LayerNorm`. */
export class LayerNorm extends QuantizedNorm {
  readonly normalizedShape: readonly number[];
  constructor(
    scale: number,
    zeroPoint: number,
    float: Affine & { readonly normalizedShape: readonly number[] }
  ) {
    super(scale, zeroPoint, float);
    this.normalizedShape = float.normalizedShape;
  }
  override forward(x: Tensor): Tensor {
    const { normalizedShape, weight, bias, eps, outputScale, outputZeroPoint } = this;
    return quantizedLayerNorm(x, normalizedShape, { weight, bias, eps }, outputScale, outputZeroPoint);
  }
  /** Of the float module, with the output's qparams. */
  static fromReference(ref: FloatLayerNorm, scale: number, zeroPoint: number): LayerNorm {
    return new LayerNorm(scale, zeroPoint, ref);
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.normalization.LayerNorm', LayerNorm);

/** On integers, float weights. */
export class GroupNorm extends QuantizedNorm {
  readonly numGroups: number;
  constructor(scale: number, zeroPoint: number, float: Affine & { readonly numGroups: number }) {
    super(scale, zeroPoint, float);
    this.numGroups = float.numGroups;
  }
  override forward(x: Tensor): Tensor {
    const { numGroups, weight, bias, eps, outputScale, outputZeroPoint } = this;
    return quantizedGroupNorm(x, numGroups, { weight, bias, eps }, outputScale, outputZeroPoint);
  }
  /** Of the float module, with the output's qparams. */
  static fromReference(ref: FloatGroupNorm, scale: number, zeroPoint: number): GroupNorm {
    return new GroupNorm(scale, zeroPoint, ref);
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.normalization.GroupNorm', GroupNorm);

/** As `QuantizedConvClass`: `Float` is what it is made from, `Parts` what it keeps of that. */
export interface QuantizedNormClass<Float, Parts> {
  new (scale: number, zeroPoint: number, float: Parts): OutputModule;
  /** Of the float module, with the output's qparams. */
  fromReference(ref: Float, scale: number, zeroPoint: number): OutputModule;
}

function quantizedInstanceNorm(
  name: string
): QuantizedNormClass<InstanceNorm, Pick<InstanceNorm, 'weight' | 'bias' | 'eps'>> {
  class Norm extends QuantizedNorm {
    override forward(x: Tensor): Tensor {
      const { weight, bias, eps, outputScale, outputZeroPoint } = this;
      return quantizedGroupNorm(x, x.shape[1] ?? 1, { weight, bias, eps }, outputScale, outputZeroPoint);
    }
    /** Of the float module, with the output's qparams. */
    static fromReference(ref: InstanceNorm, scale: number, zeroPoint: number): Norm {
      return new Norm(scale, zeroPoint, ref);
    }
  }
  Object.defineProperty(Norm, 'name', { value: name });
  registerLibraryModule(`torch.ao.nn.quantized.modules.normalization.${name}`, Norm);
  return Norm;
}
/** On integers, float weights. PyTorch: `torch.ao.nn.quantized.InstanceNorm1d`. */
export const InstanceNorm1d = quantizedInstanceNorm('InstanceNorm1d');
/** On integers, float weights. PyTorch: `torch.ao.nn.quantized.InstanceNorm2d`. */
export const InstanceNorm2d = quantizedInstanceNorm('InstanceNorm2d');
/** On integers, float weights. PyTorch: `torch.ao.nn.quantized.InstanceNorm3d`. */
export const InstanceNorm3d = quantizedInstanceNorm('InstanceNorm3d');

type BatchNormParts = Pick<
  BatchNorm,
  'weight' | 'bias' | 'eps' | 'running_mean' | 'running_var' | 'num_batches_tracked'
>;

function quantizedBatchNorm(
  name: string,
  home: string,
  relu: boolean
): QuantizedNormClass<AnyModule, BatchNormParts> {
  class Norm extends QuantizedNorm {
    declare running_mean: Tensor | null;
    declare running_var: Tensor | null;
    declare num_batches_tracked: Tensor | null;

    constructor(scale: number, zeroPoint: number, float: BatchNormParts) {
      super(scale, zeroPoint, float);
      for (const buffer of ['running_mean', 'running_var', 'num_batches_tracked'] as const) {
        this.registerBuffer(buffer, float[buffer]);
      }
    }
    override forward(x: Tensor): Tensor {
      const { weight, bias, eps, running_mean: mean, running_var: variance } = this;
      if (!mean || !variance) {
        throw new Error(`${name}: no running statistics; it cannot run on integers`);
      }
      return batchNormOnIntegers(
        x,
        { weight, bias, mean, variance, eps },
        this.outputScale,
        this.outputZeroPoint,
        relu
      );
    }
    protected override stateRule(buffer: string): { readonly optional: boolean } {
      return { optional: buffer === 'num_batches_tracked' };
    }
    /** From a batch norm, or from a fused one whose first member it is. */
    static fromReference(ref: AnyModule, scale: number, zeroPoint: number): Norm {
      return new Norm(scale, zeroPoint, (relu ? Reflect.get(ref, '0') : ref) as BatchNorm);
    }
  }
  Object.defineProperty(Norm, 'name', { value: name });
  registerLibraryModule(`${home}.${name}`, Norm);
  return Norm;
}

const BATCH_NORM = 'torch.ao.nn.quantized.modules.batchnorm';
const BN_RELU = 'torch.ao.nn.intrinsic.quantized.modules.bn_relu';
/** On integers, with running statistics. PyTorch: `torch.ao.nn.quantized.BatchNorm2d`. */
export const BatchNorm2d = quantizedBatchNorm('BatchNorm2d', BATCH_NORM, false);
/** On integers, with running statistics. PyTorch: `torch.ao.nn.quantized.BatchNorm3d`. */
export const BatchNorm3d = quantizedBatchNorm('BatchNorm3d', BATCH_NORM, false);
/** Batch norm and relu on integers. PyTorch: `torch.ao.nn.intrinsic.quantized.BNReLU2d`. */
export const BNReLU2d = quantizedBatchNorm('BNReLU2d', BN_RELU, true);
/** Batch norm and relu on integers. PyTorch: `torch.ao.nn.intrinsic.quantized.BNReLU3d`. */
export const BNReLU3d = quantizedBatchNorm('BNReLU3d', BN_RELU, true);
