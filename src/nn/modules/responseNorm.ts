// Normalisations without running statistics that quantization leaves in float. PyTorch: `torch.nn.modules.normalization`.

import { full } from '../../tensor/ops/create';
import { cat } from '../../tensor/ops/shape';
import type { Tensor } from '../../tensor/tensor';
import { bool, num, optional } from '../config';
import { registerLibraryModule } from '../library';
import { Module, Parameter } from '../module';

/** Divides by the root mean square over the last dimensions. State key `weight`. */
export class RMSNorm extends Module {
  readonly normalizedShape: readonly number[];
  readonly eps: number | null;
  readonly weight: Parameter | null;

  constructor(
    normalizedShape: number | readonly number[],
    options: { eps?: number | null; elementwiseAffine?: boolean } = {}
  ) {
    super();
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : [...normalizedShape];
    this.eps = options.eps ?? null;
    this.weight = (options.elementwiseAffine ?? true) ? new Parameter(full(this.normalizedShape, 1)) : null;
  }

  override forward(x: Tensor): Tensor {
    const dims = this.normalizedShape.map((_, i) => -1 - i);
    // PyTorch's default is the precision of the type.
    const mean = x.mul(x).mean(dims, { keepdim: true });
    const y = x.mul(mean.add(this.eps ?? 2 ** -23).rsqrt());
    return this.weight ? y.mul(this.weight) : y;
  }
}
registerLibraryModule(
  'torch.nn.modules.normalization.RMSNorm',
  RMSNorm,
  c =>
    new RMSNorm([...(c.normalized_shape as readonly number[])], {
      eps: optional<number>(c, 'eps'),
      elementwiseAffine: bool(c, 'elementwise_affine', true)
    })
);

/** Divides by `(k + α·mean of squares over neighbouring channels)^β`. */
export class LocalResponseNorm extends Module {
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
  constructor(
    readonly size: number,
    options: { alpha?: number; beta?: number; k?: number } = {}
  ) {
    super();
    this.alpha = options.alpha ?? 1e-4;
    this.beta = options.beta ?? 0.75;
    this.k = options.k ?? 1;
  }

  override forward(x: Tensor): Tensor {
    const { size } = this;
    const channels = x.shape[1] ?? 0;
    const before = Math.floor(size / 2);
    const squares = x.mul(x);
    const means = Array.from({ length: channels }, (_, c) => {
      const [from, to] = [Math.max(0, c - before), Math.min(channels, c - before + size)];
      return squares
        .narrow(1, from, to - from)
        .sum(1, { keepdim: true })
        .div(size);
    });
    return x.div(cat(means, 1).mul(this.alpha).add(this.k).pow(this.beta));
  }
}
registerLibraryModule(
  'torch.nn.modules.normalization.LocalResponseNorm',
  LocalResponseNorm,
  c =>
    new LocalResponseNorm(num(c, 'size'), {
      alpha: num(c, 'alpha', 1e-4),
      beta: num(c, 'beta', 0.75),
      k: num(c, 'k', 1)
    })
);
