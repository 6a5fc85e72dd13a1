// Activations with an output grid of their own. PyTorch: `torch.ao.nn.quantized.modules.{activation, dropout}`.

import { compatibility } from '../../tensor/compatibility';
import * as unary from '../../tensor/quantized/unary';
import type { Tensor } from '../../tensor/tensor';
import { registerLibraryModule } from '../library';
import { Module, type Module as AnyModule } from '../module';
import type * as floatActivation from '../modules/activation';
import { ForgottenModule, observeAndQuantize, OutputModule, type ObservedFloat } from './base';

/** Passes its input on; the output has the input's qparams. */
export class Dropout extends Module {
  override forward(x: Tensor): Tensor {
    return x;
  }
  /** Of the float module, with the output's qparams. */
  static fromReference(): Dropout {
    return new Dropout();
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.dropout.Dropout', Dropout);

export class Hardswish extends OutputModule {
  override forward(x: Tensor): Tensor {
    return unary.quantizedHardswish(x, this.outputScale, this.outputZeroPoint);
  }
  /** Of the float module, with the output's qparams. */
  static fromReference(_: AnyModule, scale: number, zeroPoint: number): Hardswish {
    return new Hardswish(scale, zeroPoint);
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.activation.Hardswish', Hardswish);

/** On integers. PyTorch: `torch.ao.nn.quantized.ELU`. */
export class ELU extends ForgottenModule {
  constructor(
    scale: number,
    zeroPoint: number,
    readonly alpha: number
  ) {
    super(scale, zeroPoint);
  }
  override forward(x: Tensor): Tensor {
    return unary.quantizedElu(x, { alpha: this.alpha }, this.outputScale, this.outputZeroPoint);
  }
  /** Of the float module, with the output's qparams. */
  static fromReference(ref: floatActivation.ELU, scale: number, zeroPoint: number): ELU {
    return new ELU(scale, zeroPoint, ref.alpha);
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.activation.ELU', ELU);

export class LeakyReLU extends OutputModule {
  constructor(
    scale: number,
    zeroPoint: number,
    readonly negativeSlope: number
  ) {
    super(scale, zeroPoint);
  }
  override forward(x: Tensor): Tensor {
    return unary.quantizedLeakyRelu(x, this.negativeSlope, this.outputScale, this.outputZeroPoint);
  }
  /** Of the float module, with the output's qparams. */
  static fromReference(ref: floatActivation.LeakyReLU, scale: number, zeroPoint: number): LeakyReLU {
    return new LeakyReLU(scale, zeroPoint, ref.negativeSlope);
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.activation.LeakyReLU', LeakyReLU);

/** On integers. PyTorch: `torch.ao.nn.quantized.Softmax`. */
export class Softmax extends ForgottenModule {
  constructor(
    scale: number,
    zeroPoint: number,
    readonly dim: number | null
  ) {
    super(scale, zeroPoint);
  }
  override forward(x: Tensor): Tensor {
    const dim = this.dim ?? (x.ndim === 0 || x.ndim === 1 || x.ndim === 3 ? 0 : 1);
    return unary.quantizedSoftmax(x, dim, this.outputScale, this.outputZeroPoint);
  }
  /** Of the float module, with the output's qparams. */
  static fromReference(ref: floatActivation.Softmax, scale: number, zeroPoint: number): Softmax {
    return new Softmax(scale, zeroPoint, ref.dim);
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.activation.Softmax', Softmax);

/** On integers, slopes quantized. PyTorch: `torch.ao.nn.quantized.PReLU`. */
export class PReLU extends ForgottenModule {
  declare weight: Tensor;

  constructor(scale: number, zeroPoint: number, weight: Tensor) {
    super(scale, zeroPoint);
    this.registerBuffer('weight', weight);
  }
  override forward(x: Tensor): Tensor {
    return unary.quantizedPrelu(x, this.weight, this.outputScale, this.outputZeroPoint);
  }
  /** The slopes are quantized with an observer of the module's qconfig; by PyTorch to quint8, whatever its dtype. */
  static fromReference(ref: floatActivation.PReLU & ObservedFloat, scale: number, zeroPoint: number): PReLU {
    if (!ref.qconfig) {
      throw new Error('nn.quantized.PReLU.fromReference: the PReLU has no qconfig');
    }
    const dtype = compatibility.reproducePyTorchDefects ? 'quint8' : undefined;
    return new PReLU(scale, zeroPoint, observeAndQuantize(ref.weight, ref.qconfig, dtype));
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.activation.PReLU', PReLU);
