// `torch.ao.nn.quantized.dynamic`: float in, float out, integer weights.

import { fromData } from '../../tensor/ops/create';
import { cast } from '../../tensor/ops/elementwise';
import { quantizedLinearDynamic, quantizedLinearDynamicFp16 } from '../../tensor/quantized/linearConv';
import { LinearPackedParams, LinearPackedParamsFp16 } from '../../tensor/quantized/packed';
import type { Tensor } from '../../tensor/tensor';
import { registerLibraryModule } from '../library';
import { Module } from '../module';
import type { Linear as FloatLinear } from '../modules/linear';
import { quantizeWeight, type ReferenceModule } from '../reference';
import { constantField, type StateField } from '../stateDict';
import { linearFields, observeAndQuantize } from './base';

export class DynamicLinear extends Module {
  readonly fusesReLU: boolean = false;
  constructor(public packedParams: LinearPackedParams | LinearPackedParamsFp16) {
    super();
  }
  override forward(x: Tensor): Tensor {
    const { packedParams } = this;
    return packedParams instanceof LinearPackedParams
      ? quantizedLinearDynamic(x, packedParams, this.fusesReLU, true)
      : quantizedLinearDynamicFp16(x, packedParams, this.fusesReLU);
  }
  /** The weight: quantized, or floats of half precision. */
  weight(): Tensor {
    return this.packedParams.weight;
  }
  /** The float bias, or null. */
  bias(): Tensor | null {
    return this.packedParams.bias;
  }
  /** PyTorch writes an output scale and zero point here too, which nothing reads. */
  protected override stateFields(): StateField[] {
    const unused = [
      constantField(this, 'scale', fromData([1], [])),
      constantField(this, 'zero_point', fromData([0], [], 'int64'))
    ].map((field): StateField => ({ ...field, optional: true, accept: () => () => undefined }));
    return [...unused, ...linearFields(this)];
  }
  /** Of a reference module. */
  static fromReference(ref: FloatLinear & ReferenceModule): DynamicLinear {
    const weight = quantizeWeight(ref.weight, ref.weightQParams);
    return new this(
      weight.quantizer
        ? new LinearPackedParams(weight, ref.bias)
        : new LinearPackedParamsFp16(cast(weight, 'float32'), ref.bias)
    );
  }
  /** Of a float module with a qconfig. */
  static fromFloat(float: FloatLinear): DynamicLinear {
    const { qconfig } = float;
    if (!qconfig) {
      throw new Error(
        'nn.quantized.dynamic.Linear.fromFloat: the Linear has no qconfig; copy it in fromObserved'
      );
    }
    const observer = qconfig.weight.create();
    if (observer.dtype === 'float16') {
      return new this(new LinearPackedParamsFp16(cast(cast(float.weight, 'float16'), 'float32'), float.bias));
    }
    return new this(new LinearPackedParams(observeAndQuantize(float.weight, qconfig), float.bias));
  }
}
Object.defineProperty(DynamicLinear, 'name', { value: 'Linear' });
registerLibraryModule('torch.ao.nn.quantized.dynamic.modules.linear.Linear', DynamicLinear);

export class DynamicLinearReLU extends DynamicLinear {
  override readonly fusesReLU = true;
}
Object.defineProperty(DynamicLinearReLU, 'name', { value: 'LinearReLU' });
registerLibraryModule(
  'torch.ao.nn.intrinsic.quantized.dynamic.modules.linear_relu.LinearReLU',
  DynamicLinearReLU
);
