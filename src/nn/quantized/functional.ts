// Arithmetic as modules, so that its result can be observed: `torch.ao.nn.quantized.FloatFunctional` and, on integers,
// `QFunctional`.

import { add, mul } from '../../tensor/ops/elementwise';
import { matmul } from '../../tensor/ops/linear';
import * as binary from '../../tensor/quantized/binary';
import { quantizedAddScalar, quantizedMulScalar } from '../../tensor/quantized/scalar';
import type { Tensor } from '../../tensor/tensor';
import * as torch from '../../tensor/functions/torch';
import { registerLibraryModule } from '../library';
import { Module, type Module as AnyModule } from '../module';
import type { ObserverLike } from '../qconfig';
import { OutputModule } from './base';

/** Call its methods, not the module. Results pass its observer, if there is one. */
export class FloatFunctional extends Module<never[], never> {
  override forward(): never {
    throw new Error('FloatFunctional: call its methods (add, mul, cat …), not the module');
  }

  private observed(x: Tensor): Tensor {
    return this.activation_post_process ? this.activation_post_process(x) : x;
  }

  /** x + y. PyTorch: `add`. */
  add(x: Tensor, y: Tensor): Tensor {
    return this.observed(add(x, y));
  }
  /** Not observed: the integer operator finds its own grid. */
  addScalar(x: Tensor, y: number): Tensor {
    return add(x, y);
  }
  /** x · y. PyTorch: `mul`. */
  mul(x: Tensor, y: Tensor): Tensor {
    return this.observed(mul(x, y));
  }
  /** Not observed: the integer operator finds its own grid. */
  mulScalar(x: Tensor, y: number): Tensor {
    return mul(x, y);
  }
  /** relu(x + y). PyTorch: `add_relu`. */
  addRelu(x: Tensor, y: Tensor): Tensor {
    return this.observed(torch.relu(add(x, y)));
  }
  /** Matrix product. PyTorch: `matmul`. */
  matmul(x: Tensor, y: Tensor): Tensor {
    return this.observed(matmul(x, y));
  }
  /** Joins along `dim`. PyTorch: `cat`. */
  cat(tensors: readonly Tensor[], dim = 0): Tensor {
    return this.observed(torch.cat(tensors, dim));
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.functional_modules.FloatFunctional', FloatFunctional);

/** The same methods on quint8, results in this module's scale and zero point; those with a number choose their own. */
export class QFunctional extends OutputModule {
  override forward(): never {
    throw new Error('QFunctional: call its methods (add, mul, cat …), not the module');
  }

  /** x + y. PyTorch: `add`. */
  add(x: Tensor, y: Tensor): Tensor {
    return binary.quantizedAdd(x, y, this.outputScale, this.outputZeroPoint, false);
  }
  /** x + y for a number y. PyTorch: `add_scalar`. */
  addScalar(x: Tensor, y: number): Tensor {
    return quantizedAddScalar(x, y, false);
  }
  /** x · y. PyTorch: `mul`. */
  mul(x: Tensor, y: Tensor): Tensor {
    return binary.quantizedMul(x, y, this.outputScale, this.outputZeroPoint, false);
  }
  /** x · y for a number y. PyTorch: `mul_scalar`. */
  mulScalar(x: Tensor, y: number): Tensor {
    return quantizedMulScalar(x, y, false);
  }
  /** relu(x + y). PyTorch: `add_relu`. */
  addRelu(x: Tensor, y: Tensor): Tensor {
    return binary.quantizedAdd(x, y, this.outputScale, this.outputZeroPoint, true);
  }

  /** From a FloatFunctional that has been observed. */
  static fromFloat(float: AnyModule & { activation_post_process?: ObserverLike }): QFunctional {
    const qparams = float.activation_post_process?.calculateQParams();
    if (!qparams) {
      throw new Error('QFunctional.fromFloat: the FloatFunctional has no activation_post_process');
    }
    return new QFunctional(qparams.scale.data()[0] ?? 1, qparams.zeroPoint.data()[0] ?? 0);
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.functional_modules.QFunctional', QFunctional);
