// Where values become integers and floats again: stubs in float models, `Quantize` and `DeQuantize` in quantized ones.
// PyTorch: `torch.ao.quantization.QuantStub`, `DeQuantStub`, `torch.ao.nn.quantized.Quantize`, `DeQuantize`.

import type { DType } from '../../tensor/dtype';
import { fromData } from '../../tensor/ops/create';
import { quantizePerTensor } from '../../tensor/quantized/quantize';
import type { Tensor } from '../../tensor/tensor';
import { registerLibraryModule } from '../library';
import { Module, type Module as AnyModule } from '../module';
import type { ObserverLike } from '../qconfig';

/** Passes on; its output is observed. Becomes `Quantize`. */
export class QuantStub extends Module {
  override forward(x: Tensor): Tensor {
    return x;
  }
}
registerLibraryModule('torch.ao.quantization.stubs.QuantStub', QuantStub);

/** Passes on. Becomes `DeQuantize`. */
export class DeQuantStub extends Module {
  override forward(x: Tensor): Tensor {
    return x;
  }
}
registerLibraryModule('torch.ao.quantization.stubs.DeQuantStub', DeQuantStub);

/** Float → integers of one scale and zero point. */
export class Quantize extends Module {
  declare scale: Tensor;
  declare zero_point: Tensor;
  constructor(
    scale: number,
    zeroPoint: number,
    readonly dtype: DType
  ) {
    super();
    this.registerBuffer('scale', fromData([scale], [1]));
    this.registerBuffer('zero_point', fromData([zeroPoint], [1], 'int64'));
  }
  override forward(x: Tensor): Tensor {
    return quantizePerTensor(x, this.scale.item(), this.zero_point.item(), this.dtype);
  }
  /** From an observed stub. */
  static fromFloat(stub: AnyModule & { activation_post_process?: ObserverLike }): Quantize {
    const observer = stub.activation_post_process;
    if (!observer) {
      throw new Error('Quantize.fromFloat: the QuantStub has no activation_post_process');
    }
    const { scale, zeroPoint } = observer.calculateQParams();
    return new Quantize(scale.data()[0] ?? 1, zeroPoint.data()[0] ?? 0, observer.dtype);
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.Quantize', Quantize);

/** Integers → float. */
export class DeQuantize extends Module {
  override forward(x: Tensor): Tensor {
    return x.dequantize();
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.DeQuantize', DeQuantize);
