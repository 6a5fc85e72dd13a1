// `torch.ao.nn.intrinsic`: modules that stand for a fused sequence.

import type { Tensor } from '../../tensor/tensor';
import { Sequential } from '../modules/container';
import { registerLibraryModule } from '../library';
import type { Module } from '../module';
import type { QConfigLike } from '../qconfig';

export { fuseConvBnEval, fuseLinearBnEval } from './fold';

/** Base of all fused modules: a leaf for the quantization tracer. PyTorch: `_FusedModule`. */
export abstract class FusedModule extends Sequential {
  declare qconfig?: QConfigLike | null;
}

export class ConvReLU1d extends FusedModule {}
export class ConvReLU2d extends FusedModule {}
export class ConvReLU3d extends FusedModule {}
export class ConvBn1d extends FusedModule {}
export class ConvBn2d extends FusedModule {}
export class ConvBn3d extends FusedModule {}
export class ConvBnReLU1d extends FusedModule {}
export class ConvBnReLU2d extends FusedModule {}
export class ConvBnReLU3d extends FusedModule {}
export class LinearReLU extends FusedModule {}
export class LinearBn1d extends FusedModule {}
export class BNReLU2d extends FusedModule {}
export class BNReLU3d extends FusedModule {}

/** oneDNN only. */
export class LinearLeakyReLU extends FusedModule {}
/** oneDNN only. */
export class LinearTanh extends FusedModule {}

type Add = (a: Tensor, b: Tensor) => Tensor;

/** `add(conv(x), y)`; oneDNN only. */
export class ConvAdd2d extends FusedModule {
  declare readonly add: Add;

  constructor(conv: Module, add: Add) {
    super(conv);
    Object.defineProperty(this, 'add', { value: add, enumerable: false });
  }

  override forward(x: Tensor, y?: Tensor): Tensor {
    return this.add(first(this)(x), requireSecond(y));
  }
}

/** `relu(add(conv(x), y))`; oneDNN only. */
export class ConvAddReLU2d extends FusedModule {
  declare readonly add: Add;
  readonly relu: Module;

  constructor(conv: Module, add: Add, relu: Module) {
    super(conv);
    Object.defineProperty(this, 'add', { value: add, enumerable: false });
    this.relu = relu;
  }

  override forward(x: Tensor, y?: Tensor): Tensor {
    return (this.relu as unknown as (x: Tensor) => Tensor)(this.add(first(this)(x), requireSecond(y)));
  }
}

function first(module: FusedModule): (x: Tensor) => Tensor {
  return Reflect.get(module, '0') as (x: Tensor) => Tensor;
}

function requireSecond(y: Tensor | undefined): Tensor {
  if (!y) {
    throw new TypeError('ConvAdd2d: expected two inputs, that of the convolution and what is added');
  }
  return y;
}

const CLASSES = {
  ConvReLU1d,
  ConvReLU2d,
  ConvReLU3d,
  ConvBn1d,
  ConvBn2d,
  ConvBn3d,
  ConvBnReLU1d,
  ConvBnReLU2d,
  ConvBnReLU3d,
  LinearReLU,
  LinearBn1d,
  BNReLU2d,
  BNReLU3d,
  LinearLeakyReLU,
  LinearTanh,
  ConvAdd2d,
  ConvAddReLU2d
};
for (const [name, cls] of Object.entries(CLASSES)) {
  registerLibraryModule(`torch.ao.nn.intrinsic.modules.fused.${name}`, cls);
}
