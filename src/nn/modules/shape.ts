// Modules that rearrange or resample. PyTorch: `torch.nn.modules.flatten`, `upsampling`.

import type { Tensor } from '../../tensor/tensor';
import { num, optional } from '../config';
import * as F from '../functional';
import { registerLibraryModule, type ModuleConfig } from '../library';
import { Module } from '../module';

/** Splits dimension `dim` into several. */
export class Unflatten extends Module {
  constructor(
    readonly dim: number,
    readonly unflattenedSize: readonly number[]
  ) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return x.unflatten(this.dim, this.unflattenedSize);
  }
}
registerLibraryModule(
  'torch.nn.modules.flatten.Unflatten',
  Unflatten,
  c => new Unflatten(num(c, 'dim'), [...(c.unflattened_size as readonly number[])])
);

type Size = number | readonly number[] | null;
interface UpsamplingOptions {
  size?: Size;
  scaleFactor?: Size;
}

abstract class Upsampling2d extends Module {
  readonly size: Size;
  readonly scaleFactor: Size;
  constructor(options: UpsamplingOptions) {
    super();
    this.size = options.size ?? null;
    this.scaleFactor = options.scaleFactor ?? null;
  }
}
/** Images enlarged by nearest neighbour. PyTorch: `torch.nn.UpsamplingNearest2d`. */
export class UpsamplingNearest2d extends Upsampling2d {
  override forward(x: Tensor): Tensor {
    return F.interpolate(x, { size: this.size, scaleFactor: this.scaleFactor, mode: 'nearest' });
  }
}
/** Corners are aligned, as its users of old expect. */
export class UpsamplingBilinear2d extends Upsampling2d {
  override forward(x: Tensor): Tensor {
    const { size, scaleFactor } = this;
    return F.interpolate(x, { size, scaleFactor, mode: 'bilinear', alignCorners: true });
  }
}
const sizes = (c: ModuleConfig): UpsamplingOptions => ({
  size: optional<Size>(c, 'size'),
  scaleFactor: optional<Size>(c, 'scale_factor')
});
for (const [name, cls] of Object.entries({ UpsamplingNearest2d, UpsamplingBilinear2d })) {
  registerLibraryModule(`torch.nn.modules.upsampling.${name}`, cls, c => new cls(sizes(c)));
}
