// Normalisations without running statistics that quantization leaves in float. PyTorch: `torch.nn.modules.normalization`.

import { full } from '../../tensor/ops/create';
import type { Tensor } from '../../tensor/tensor';
import { bool, num, optional } from '../config';
import * as F from '../functional';
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
    return F.rmsNorm(x, this.normalizedShape, { weight: this.weight, eps: this.eps });
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
    const { size, alpha, beta, k } = this;
    return F.localResponseNorm(x, size, { alpha, beta, k });
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
