// Dropout of whole channels, and the kinds that keep mean and variance. PyTorch: `torch.nn.modules.dropout`. All are
// the identity in evaluation.

import type { Tensor } from '../../tensor/tensor';
import { bool, num } from '../config';
import * as F from '../functional';
import { registerLibraryModule } from '../library';
import { Module } from '../module';

interface Options {
  p: number;
  training: boolean;
  inplace: boolean;
}

abstract class DropoutKind extends Module {
  readonly inplace: boolean;
  constructor(
    readonly p = 0.5,
    options: { inplace?: boolean } = {}
  ) {
    super();
    this.inplace = options.inplace ?? false;
    if (!(p >= 0 && p <= 1)) {
      throw new RangeError(`dropout probability has to be between 0 and 1, but got ${p}`);
    }
  }

  override forward(x: Tensor): Tensor {
    const { p, training, inplace } = this;
    return this.drop(x, { p, training, inplace });
  }

  /** What dropping does to an input in training. */
  protected abstract drop(x: Tensor, options: Options): Tensor;

  override extraRepr(): string {
    return `p=${this.p}, inplace=${this.inplace ? 'True' : 'False'}`;
  }
}

/** Zeroes whole channels of `[N, C, L]`. */
export class Dropout1d extends DropoutKind {
  /** What dropping does to an input in training. */
  protected override drop(x: Tensor, options: Options): Tensor {
    return F.dropout1d(x, options);
  }
}
/** Zeroes whole channels of `[N, C, H, W]`. */
export class Dropout2d extends DropoutKind {
  /** What dropping does to an input in training. */
  protected override drop(x: Tensor, options: Options): Tensor {
    return F.dropout2d(x, options);
  }
}
/** Zeroes whole channels of `[N, C, D, H, W]`. */
export class Dropout3d extends DropoutKind {
  /** What dropping does to an input in training. */
  protected override drop(x: Tensor, options: Options): Tensor {
    return F.dropout3d(x, options);
  }
}
/** For networks of SELUs: mean and variance stay as they were. */
export class AlphaDropout extends DropoutKind {
  /** What dropping does to an input in training. */
  protected override drop(x: Tensor, options: Options): Tensor {
    return F.alphaDropout(x, options);
  }
}
/** The same for whole channels. */
export class FeatureAlphaDropout extends DropoutKind {
  /** What dropping does to an input in training. */
  protected override drop(x: Tensor, options: Options): Tensor {
    return F.featureAlphaDropout(x, options);
  }
}

const KINDS = { Dropout1d, Dropout2d, Dropout3d, AlphaDropout, FeatureAlphaDropout };
for (const [name, cls] of Object.entries(KINDS)) {
  registerLibraryModule(
    `torch.nn.modules.dropout.${name}`,
    cls,
    c => new cls(num(c, 'p', 0.5), { inplace: bool(c, 'inplace') })
  );
}
