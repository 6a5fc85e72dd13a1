// Pools by norm, and maximum pools undone. PyTorch: `torch.nn.modules.pooling`.

import type { Spatial } from '../../tensor/ops/convolution';
import type { Tensor } from '../../tensor/tensor';
import { bool, num, optional, spatial } from '../config';
import * as F from '../functional';
import { registerLibraryModule } from '../library';
import { Module } from '../module';

abstract class LPPool extends Module {
  readonly stride: Spatial | null;
  readonly ceilMode: boolean;
  constructor(
    readonly normType: number,
    readonly kernelSize: Spatial,
    options: { stride?: Spatial | null; ceilMode?: boolean } = {}
  ) {
    super();
    this.stride = options.stride ?? null;
    this.ceilMode = options.ceilMode ?? false;
  }
  protected get options(): { stride: Spatial | null; ceilMode: boolean } {
    return { stride: this.stride, ceilMode: this.ceilMode };
  }
}
/** The p-norm of each window. */
export class LPPool1d extends LPPool {
  override forward(x: Tensor): Tensor {
    return F.lpPool1d(x, this.normType, this.kernelSize, this.options);
  }
}
/** The p-norm of each window of `[N, C, H, W]`. PyTorch: `torch.nn.LPPool2d`. */
export class LPPool2d extends LPPool {
  override forward(x: Tensor): Tensor {
    return F.lpPool2d(x, this.normType, this.kernelSize, this.options);
  }
}
/** The p-norm of each window of `[N, C, D, H, W]`. PyTorch: `torch.nn.LPPool3d`. */
export class LPPool3d extends LPPool {
  override forward(x: Tensor): Tensor {
    return F.lpPool3d(x, this.normType, this.kernelSize, this.options);
  }
}

type UnpoolInputs = [x: Tensor, indices: Tensor, outputSize?: readonly number[] | null];

abstract class MaxUnpool extends Module<UnpoolInputs, Tensor> {
  readonly stride: Spatial;
  readonly padding: Spatial;
  constructor(
    readonly kernelSize: Spatial,
    options: { stride?: Spatial | null; padding?: Spatial } = {}
  ) {
    super();
    this.stride = options.stride ?? kernelSize;
    this.padding = options.padding ?? 0;
  }
}
/** Values back to the places a maximum pool found them, 0 elsewhere. */
export class MaxUnpool1d extends MaxUnpool {
  override forward(x: Tensor, indices: Tensor, outputSize: readonly number[] | null = null): Tensor {
    const { stride, padding } = this;
    return F.maxUnpool1d(x, indices, this.kernelSize, { stride, padding, outputSize });
  }
}
/** Undoes `MaxPool2d` with its places. PyTorch: `torch.nn.MaxUnpool2d`. */
export class MaxUnpool2d extends MaxUnpool {
  override forward(x: Tensor, indices: Tensor, outputSize: readonly number[] | null = null): Tensor {
    const { stride, padding } = this;
    return F.maxUnpool2d(x, indices, this.kernelSize, { stride, padding, outputSize });
  }
}
/** Undoes `MaxPool3d` with its places. PyTorch: `torch.nn.MaxUnpool3d`. */
export class MaxUnpool3d extends MaxUnpool {
  override forward(x: Tensor, indices: Tensor, outputSize: readonly number[] | null = null): Tensor {
    const { stride, padding } = this;
    return F.maxUnpool3d(x, indices, this.kernelSize, { stride, padding, outputSize });
  }
}

const POOLING = 'torch.nn.modules.pooling';
for (const [name, cls] of Object.entries({ LPPool1d, LPPool2d, LPPool3d })) {
  registerLibraryModule(`${POOLING}.${name}`, cls, c => {
    const stride = optional<Spatial>(c, 'stride');
    return new cls(num(c, 'norm_type'), spatial(c, 'kernel_size', 1), {
      stride,
      ceilMode: bool(c, 'ceil_mode')
    });
  });
}
for (const [name, cls] of Object.entries({ MaxUnpool1d, MaxUnpool2d, MaxUnpool3d })) {
  registerLibraryModule(`${POOLING}.${name}`, cls, c => {
    const kernel = spatial(c, 'kernel_size', 1);
    return new cls(kernel, { stride: spatial(c, 'stride', kernel), padding: spatial(c, 'padding', 0) });
  });
}
