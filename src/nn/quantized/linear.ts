// `torch.ao.nn.quantized.Linear`, alone and with a relu. PyTorch: `nnq.Linear`, `nniq.LinearReLU`.

import { quantizedLinear } from '../../tensor/quantized/linearConv';
import { LinearPackedParams } from '../../tensor/quantized/packed';
import type { Tensor } from '../../tensor/tensor';
import { registerLibraryModule } from '../library';
import type { Module as AnyModule } from '../module';
import type { Linear as FloatLinear } from '../modules/linear';
import { quantizeWeight, type ReferenceModule } from '../reference';
import type { StateField } from '../stateDict';
import {
  linearFields,
  observeAndQuantize,
  observedQParams,
  QuantizedModule,
  type ObservedFloat
} from './base';

/** Linear on quint8; weight qint8 `[out, in]`. PyTorch: `nnq.Linear`, with relu `nniq.LinearReLU`. */
export class Linear extends QuantizedModule {
  readonly fusesReLU: boolean = false;
  packedParams: LinearPackedParams;

  constructor(weight: Tensor, bias: Tensor | null, scale: number, zeroPoint: number) {
    super();
    this.setOutput(scale, zeroPoint);
    this.packedParams = new LinearPackedParams(weight, bias);
  }

  override forward(x: Tensor): Tensor {
    return quantizedLinear(x, this.packedParams, this.outputScale, this.outputZeroPoint, this.fusesReLU);
  }

  /** The weight `[N, K]` as a quantized tensor. */
  weight(): Tensor {
    return this.packedParams.weight;
  }

  /** The float bias, or null. */
  bias(): Tensor | null {
    return this.packedParams.bias;
  }

  protected override stateFields(): StateField[] {
    return [...super.stateFields(), ...linearFields(this)];
  }

  /** Of a reference module, with the output's qparams. */
  static fromReference(ref: FloatLinear & ReferenceModule, scale: number, zeroPoint: number): Linear {
    return new this(quantizeWeight(ref.weight, ref.weightQParams), ref.bias, scale, zeroPoint);
  }

  /** From a float Linear with `qconfig` and `activation_post_process`. @throws Error naming what is missing. */
  static fromFloat(float: FloatLinear): Linear {
    const { qconfig, scale, zeroPoint } = observedQParams(
      float as unknown as AnyModule & ObservedFloat,
      'nn.quantized.Linear'
    );
    return new this(observeAndQuantize(float.weight, qconfig), float.bias, scale, zeroPoint);
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.linear.Linear', Linear);

export class LinearReLU extends Linear {
  override readonly fusesReLU = true;
}
registerLibraryModule('torch.ao.nn.intrinsic.quantized.modules.linear_relu.LinearReLU', LinearReLU);
