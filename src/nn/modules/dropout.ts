// Dropout of whole channels, and the kinds that keep mean and variance. PyTorch: `torch.nn.modules.dropout`. All are
// the identity in evaluation.

import { fromData } from '../../tensor/ops/create';
import { uniform } from '../../tensor/random';
import type { Tensor } from '../../tensor/tensor';
import { num } from '../config';
import { registerLibraryModule } from '../library';
import { Module } from '../module';

/** SELU's saturation, −λα: what AlphaDropout sets elements to. */
const SATURATION = -1.7580993408473766;

/** 0 with probability `p`, else 1; one number for each element, or for each channel of each sample. */
function keepMask(x: Tensor, p: number, perChannel: boolean): Tensor {
  const shape = perChannel ? x.shape.map((size, d) => (d < 2 ? size : 1)) : x.shape;
  const count = shape.reduce((product, size) => product * size, 1);
  return fromData(
    Float32Array.from({ length: count }, () => (uniform() < p ? 0 : 1)),
    shape
  );
}

abstract class DropoutKind extends Module {
  constructor(readonly p = 0.5) {
    super();
    if (!(p >= 0 && p <= 1)) {
      throw new RangeError(`dropout probability has to be between 0 and 1, but got ${p}`);
    }
  }

  override forward(x: Tensor): Tensor {
    return this.training && this.p > 0 ? this.drop(x) : x;
  }

  /** What dropping does to an input in training. */
  protected abstract drop(x: Tensor): Tensor;

  override extraRepr(): string {
    return `p=${this.p}`;
  }
}

class ChannelDropout extends DropoutKind {
  /** What dropping does to an input in training. */
  protected override drop(x: Tensor): Tensor {
    return this.p === 1 ? x.mul(0) : x.mul(keepMask(x, this.p, true).div(1 - this.p));
  }
}

/** Zeroes whole channels of `[N, C, L]`. */
export class Dropout1d extends ChannelDropout {}
/** Zeroes whole channels of `[N, C, H, W]`. */
export class Dropout2d extends ChannelDropout {}
/** Zeroes whole channels of `[N, C, D, H, W]`. */
export class Dropout3d extends ChannelDropout {}

/** For networks of SELUs: mean and variance stay as they were. */
export class AlphaDropout extends DropoutKind {
  protected readonly perChannel: boolean = false;

  /** What dropping does to an input in training. */
  protected override drop(x: Tensor): Tensor {
    const { p } = this;
    if (p === 1) {
      return x.mul(0);
    }
    const keep = keepMask(x, p, this.perChannel);
    const scale = 1 / Math.sqrt((SATURATION ** 2 * p + 1) * (1 - p));
    return x
      .mul(keep.mul(scale))
      .add(
        keep
          .mul(-1)
          .add(1)
          .mul(SATURATION * scale)
      )
      .sub(p * SATURATION * scale);
  }
}
/** The same for whole channels. */
export class FeatureAlphaDropout extends AlphaDropout {
  protected override readonly perChannel = true;
}

const KINDS = { Dropout1d, Dropout2d, Dropout3d, AlphaDropout, FeatureAlphaDropout };
for (const [name, cls] of Object.entries(KINDS)) {
  registerLibraryModule(`torch.nn.modules.dropout.${name}`, cls, c => new cls(num(c, 'p', 0.5)));
}
