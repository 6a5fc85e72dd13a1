// What oneDNN's backend config fuses: linear with leaky relu or tanh, convolution with an addition (and relu).
// PyTorch: `nniq.LinearLeakyReLU`, `nniq.LinearTanh`, `nniq.ConvAdd2d`, `nniq.ConvAddReLU2d`.

import { quantizedConvolution, quantizedLinearWith } from '../../tensor/quantized/linearConv';
import type { Tensor } from '../../tensor/tensor';
import { registerLibraryModule, type ModuleClass } from '../library';
import type { FusedModule } from '../intrinsic';
import type { Module } from '../module';
import type { LeakyReLU } from '../modules/activation';
import type { ConvNd } from '../modules/conv';
import type { Linear as FloatLinear } from '../modules/linear';
import { quantizeWeight, type ReferenceModule } from '../reference';
import { QuantizedConv } from './conv';
import { Linear } from './linear';

type LinearReference = FloatLinear & ReferenceModule;
type ConvReference = ConvNd & ReferenceModule;

/** A fused module whose first member is a reference module. */
const member = <T>(fused: FusedModule, index: number): T => Reflect.get(fused, String(index)) as T;

/** Integer linear layer and leaky relu. PyTorch: `torch.ao.nn.intrinsic.quantized.LinearLeakyReLU`. */
export class LinearLeakyReLU extends Linear {
  constructor(
    weight: Tensor,
    bias: Tensor | null,
    scale: number,
    zeroPoint: number,
    readonly negativeSlope = 0.01
  ) {
    super(weight, bias, scale, zeroPoint);
  }

  override forward(x: Tensor): Tensor {
    const slope = Math.fround(this.negativeSlope);
    return quantizedLinearWith(x, this.packedParams, this.outputScale, this.outputZeroPoint, v =>
      v > 0 ? v : v * slope
    );
  }

  /** From a `LinearLeakyReLU` whose linear is a reference module. */
  static fromFused(fused: FusedModule, scale: number, zeroPoint: number): LinearLeakyReLU {
    const linear = member<LinearReference>(fused, 0);
    const { negativeSlope } = member<LeakyReLU>(fused, 1);
    const weight = quantizeWeight(linear.weight, linear.weightQParams);
    return new LinearLeakyReLU(weight, linear.bias, scale, zeroPoint, negativeSlope);
  }
}

/** Integer linear layer and tanh. PyTorch: `torch.ao.nn.intrinsic.quantized.LinearTanh`. */
export class LinearTanh extends Linear {
  override forward(x: Tensor): Tensor {
    return quantizedLinearWith(x, this.packedParams, this.outputScale, this.outputZeroPoint, Math.tanh);
  }

  /** From a `LinearTanh` whose linear is a reference module. */
  static fromFused(fused: FusedModule, scale: number, zeroPoint: number): LinearTanh {
    const linear = member<LinearReference>(fused, 0);
    return new LinearTanh(quantizeWeight(linear.weight, linear.weightQParams), linear.bias, scale, zeroPoint);
  }
}

/** `quantize(conv(x) + y)`; y has the shape of the sum. */
export class ConvAdd2d extends QuantizedConv {
  override forward(x: Tensor, y?: Tensor): Tensor {
    if (!y) {
      throw new TypeError(
        `${this.constructor.name}: expected two inputs, that of the convolution and what is added`
      );
    }
    const { packedParams, outputScale, outputZeroPoint, fusesReLU } = this;
    return quantizedConvolution(this.padded(x), packedParams, outputScale, outputZeroPoint, fusesReLU, y);
  }

  /** From a `ConvAdd2d` whose convolution is a reference module. */
  static fromFused(fused: FusedModule, scale: number, zeroPoint: number): ConvAdd2d {
    const conv = member<ConvReference>(fused, 0);
    return new this(conv, quantizeWeight(conv.weight, conv.weightQParams), scale, zeroPoint);
  }
}

export class ConvAddReLU2d extends ConvAdd2d {
  override readonly fusesReLU: boolean = true;
}

const HOMES: readonly (readonly [string, ModuleClass])[] = [
  ['linear_relu.LinearLeakyReLU', LinearLeakyReLU as unknown as ModuleClass],
  ['linear_relu.LinearTanh', LinearTanh as unknown as ModuleClass],
  ['conv_add.ConvAdd2d', ConvAdd2d as unknown as ModuleClass],
  ['conv_add.ConvAddReLU2d', ConvAddReLU2d as unknown as ModuleClass]
];
for (const [name, cls] of HOMES) {
  registerLibraryModule(`torch.ao.nn.intrinsic.quantized.modules.${name}`, cls);
}

/** A class that lowering makes of a fused module whose first member is a reference module. */
export interface FromFused {
  /** Of a fused module whose first member is a reference module. */
  fromFused(fused: FusedModule, scale: number, zeroPoint: number): Module | Linear | QuantizedConv;
}
