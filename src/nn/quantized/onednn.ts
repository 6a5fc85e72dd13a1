// What only oneDNN fuses: linear with leaky relu or tanh, convolution with an addition. PyTorch: `nniq.LinearLeakyReLU`,
// `LinearTanh`, `ConvAdd2d`, `ConvAddReLU2d`. oneDNN's kernels compute these in float32 between their integers; so does
// this, which agrees but for ties.

import * as F from '../functional';
import { dequantize, quantizePerTensor } from '../../tensor/quantized/quantize';
import type { Tensor } from '../../tensor/tensor';
import { registerLibraryModule } from '../library';
import type { Module as AnyModule } from '../module';
import type { ConvNd } from '../modules/conv';
import type { Linear as FloatLinear } from '../modules/linear';
import type { FusedModule } from '../intrinsic';
import { quantizeWeight, type ReferenceModule } from '../reference';
import { QuantizedConv } from './conv';
import { Linear } from './linear';

/** The module a fused one wraps, which lowering has made a reference module. */
const inner = <T>(fused: FusedModule): T & ReferenceModule => Reflect.get(fused, '0') as T & ReferenceModule;

/** Linear with an activation in float before the output is rounded. */
abstract class LinearWithActivation extends Linear {
  /** What follows the linear layer, on integers. */
  protected abstract activate(x: Tensor): Tensor;

  /** `[…, K]` → `[…, N]`, both quantized. */
  override forward(x: Tensor): Tensor {
    const y = this.activate(F.linear(dequantize(x), dequantize(this.weight()), this.bias()));
    return quantizePerTensor(y, this.outputScale, this.outputZeroPoint, 'quint8');
  }
}

/** Integer linear layer and leaky relu. PyTorch: `torch.ao.nn.intrinsic.quantized.LinearLeakyReLU`. */
export class LinearLeakyReLU extends LinearWithActivation {
  negativeSlope = 0.01;

  /** What follows the linear layer, on integers. */
  protected override activate(x: Tensor): Tensor {
    return F.leakyRelu(x, { negativeSlope: this.negativeSlope });
  }

  /** Of a fused module whose linear layer is a reference module. */
  static fromFused(fused: FusedModule, scale: number, zeroPoint: number): LinearLeakyReLU {
    const ref = inner<FloatLinear>(fused);
    const weight = quantizeWeight(ref.weight, ref.weightQParams);
    const module = new LinearLeakyReLU(weight, ref.bias, scale, zeroPoint);
    module.negativeSlope = (Reflect.get(fused, '1') as { negativeSlope: number }).negativeSlope;
    return module;
  }
}
registerLibraryModule('torch.ao.nn.intrinsic.quantized.modules.linear_relu.LinearLeakyReLU', LinearLeakyReLU);

/** Integer linear layer and tanh. PyTorch: `torch.ao.nn.intrinsic.quantized.LinearTanh`. */
export class LinearTanh extends LinearWithActivation {
  /** What follows the linear layer, on integers. */
  protected override activate(x: Tensor): Tensor {
    return x.tanh();
  }

  /** Of a fused module whose linear layer is a reference module. */
  static fromFused(fused: FusedModule, scale: number, zeroPoint: number): LinearTanh {
    const ref = inner<FloatLinear>(fused);
    return new LinearTanh(quantizeWeight(ref.weight, ref.weightQParams), ref.bias, scale, zeroPoint);
  }
}
registerLibraryModule('torch.ao.nn.intrinsic.quantized.modules.linear_relu.LinearTanh', LinearTanh);

/** `conv(x) + y`, with a relu in the class below. */
export class ConvAdd2d extends QuantizedConv {
  private readonly convolve: (x: Tensor) => Tensor;

  constructor(ref: ConvNd & ReferenceModule, scale: number, zeroPoint: number) {
    super(ref, quantizeWeight(ref.weight, ref.weightQParams), scale, zeroPoint);
    this.convolve = x => ref.convolve(x, dequantize(this.weight()), this.bias());
    Object.defineProperty(this, 'convolve', { enumerable: false });
  }

  /** `[…, K]` → `[…, N]`, both quantized. */
  override forward(x: Tensor, added?: Tensor): Tensor {
    if (!added) {
      throw new TypeError('ConvAdd2d: expected two inputs, that of the convolution and what is added');
    }
    const sum = this.convolve(dequantize(x)).add(dequantize(added));
    const y = this.fusesReLU ? F.relu(sum) : sum;
    return quantizePerTensor(y, this.outputScale, this.outputZeroPoint, 'quint8');
  }

  /** Of a fused module whose linear layer is a reference module. */
  static fromFused(fused: FusedModule, scale: number, zeroPoint: number): ConvAdd2d {
    return new this(inner<ConvNd>(fused), scale, zeroPoint);
  }
}
registerLibraryModule('torch.ao.nn.intrinsic.quantized.modules.conv_add.ConvAdd2d', ConvAdd2d);

export class ConvAddReLU2d extends ConvAdd2d {
  override readonly fusesReLU = true;
}
registerLibraryModule('torch.ao.nn.intrinsic.quantized.modules.conv_add.ConvAddReLU2d', ConvAddReLU2d);

/** A class that lowering makes of a fused module whose first member is a reference module. */
export interface FromFused {
  /** Of a fused module whose linear layer is a reference module. */
  fromFused(fused: FusedModule, scale: number, zeroPoint: number): AnyModule | Linear | QuantizedConv;
}
