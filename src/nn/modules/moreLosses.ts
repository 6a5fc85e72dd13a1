// Losses of margins, divergences and likelihoods as modules. PyTorch: `torch.nn.modules.loss`.

import type { Tensor } from '../../tensor/tensor';
import { bool, num, str } from '../config';
import * as F from '../functional';
import { registerLibraryModule, type ModuleConfig } from '../library';
import { Module } from '../module';

/** A loss that calls a function with what it was made with. */
abstract class OptionLoss<O extends object, A extends unknown[] = [Tensor, Tensor]> extends Module<
  A,
  Tensor
> {
  readonly options: O;
  constructor(...[options]: Partial<[O]>) {
    super();
    this.options = options ?? ({} as O);
  }
}

type Margin = F.LossOptions & { margin?: number };
type Three = [Tensor, Tensor, Tensor];

/** Squared differences below beta, absolute ones above. PyTorch: `torch.nn.SmoothL1Loss`. */
export class SmoothL1Loss extends OptionLoss<F.LossOptions & { beta?: number }> {
  override forward(x: Tensor, y: Tensor): Tensor {
    return F.smoothL1Loss(x, y, this.options);
  }
}
/** Squared differences below delta, delta times absolute ones above. PyTorch: `torch.nn.HuberLoss`. */
export class HuberLoss extends OptionLoss<F.LossOptions & { delta?: number }> {
  override forward(x: Tensor, y: Tensor): Tensor {
    return F.huberLoss(x, y, this.options);
  }
}
/** Kullback–Leibler divergence of log-probabilities from probabilities. PyTorch: `torch.nn.KLDivLoss`. */
export class KLDivLoss extends OptionLoss<{ reduction?: F.Reduction | 'batchmean'; logTarget?: boolean }> {
  override forward(x: Tensor, y: Tensor): Tensor {
    return F.klDiv(x, y, this.options);
  }
}
/** Negative log-likelihood of counts. PyTorch: `torch.nn.PoissonNLLLoss`. */
export class PoissonNLLLoss extends OptionLoss<
  F.LossOptions & { logInput?: boolean; full?: boolean; eps?: number }
> {
  override forward(x: Tensor, y: Tensor): Tensor {
    return F.poissonNLLLoss(x, y, this.options);
  }
}
/** Negative log-likelihood of means and variances. PyTorch: `torch.nn.GaussianNLLLoss`. */
export class GaussianNLLLoss extends OptionLoss<F.LossOptions & { full?: boolean; eps?: number }, Three> {
  override forward(x: Tensor, y: Tensor, variance: Tensor): Tensor {
    return F.gaussianNLLLoss(x, y, variance, this.options);
  }
}
/** Distances for targets of 1, max(0, margin − distance) for −1. PyTorch: `torch.nn.HingeEmbeddingLoss`. */
export class HingeEmbeddingLoss extends OptionLoss<Margin> {
  override forward(x: Tensor, y: Tensor): Tensor {
    return F.hingeEmbeddingLoss(x, y, this.options);
  }
}
/** log(1 + e^(−target · x)). PyTorch: `torch.nn.SoftMarginLoss`. */
export class SoftMarginLoss extends OptionLoss<F.LossOptions> {
  override forward(x: Tensor, y: Tensor): Tensor {
    return F.softMarginLoss(x, y, this.options);
  }
}
/** Every target class above every other class by 1. PyTorch: `torch.nn.MultiLabelMarginLoss`. */
export class MultiLabelMarginLoss extends OptionLoss<F.LossOptions> {
  override forward(x: Tensor, y: Tensor): Tensor {
    return F.multilabelMarginLoss(x, y, this.options);
  }
}
/** max(0, −target · (a − b) + margin). PyTorch: `torch.nn.MarginRankingLoss`. */
export class MarginRankingLoss extends OptionLoss<Margin, Three> {
  override forward(a: Tensor, b: Tensor, y: Tensor): Tensor {
    return F.marginRankingLoss(a, b, y, this.options);
  }
}
/** 1 − cosine for targets of 1, max(0, cosine − margin) for −1. PyTorch: `torch.nn.CosineEmbeddingLoss`. */
export class CosineEmbeddingLoss extends OptionLoss<Margin, Three> {
  override forward(a: Tensor, b: Tensor, y: Tensor): Tensor {
    return F.cosineEmbeddingLoss(a, b, y, this.options);
  }
}
/** An anchor closer to one example than to another, by a margin. PyTorch: `torch.nn.TripletMarginLoss`. */
export class TripletMarginLoss extends OptionLoss<
  Margin & { p?: number; eps?: number; swap?: boolean },
  Three
> {
  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return F.tripletMarginLoss(anchor, positive, negative, this.options);
  }
}

type Weighted = F.LossOptions & { weight?: Tensor | null };

/** A factor per class or element is a buffer, so that it is saved. */
abstract class WeightedLoss extends Module<[Tensor, Tensor], Tensor> {
  declare weight: Tensor | null;
  readonly reduction: F.Reduction;
  constructor(options: Weighted = {}) {
    super();
    this.reduction = options.reduction ?? 'mean';
    this.registerBuffer('weight', options.weight ?? null);
  }
}
/** Of probabilities. */
export class BCELoss extends WeightedLoss {
  override forward(x: Tensor, y: Tensor): Tensor {
    return F.binaryCrossEntropy(x, y, { weight: this.weight, reduction: this.reduction });
  }
}
/** Mean over the classes of the binary cross entropy of sigmoid(x). PyTorch: `torch.nn.MultiLabelSoftMarginLoss`. */
export class MultiLabelSoftMarginLoss extends WeightedLoss {
  override forward(x: Tensor, y: Tensor): Tensor {
    return F.multilabelSoftMarginLoss(x, y, { weight: this.weight, reduction: this.reduction });
  }
}
/** The target class above every other class by a margin. PyTorch: `torch.nn.MultiMarginLoss`. */
export class MultiMarginLoss extends WeightedLoss {
  readonly p: number;
  readonly margin: number;
  constructor(options: Weighted & { p?: number; margin?: number } = {}) {
    super(options);
    this.p = options.p ?? 1;
    this.margin = options.margin ?? 1;
  }
  override forward(x: Tensor, y: Tensor): Tensor {
    const { p, margin, weight, reduction } = this;
    return F.multiMarginLoss(x, y, { p, margin, weight, reduction });
  }
}

const reduction = (c: ModuleConfig): F.LossOptions => ({ reduction: str(c, 'reduction', 'mean') });
const BUILDERS: readonly (readonly [
  name: string,
  cls: new (...args: never[]) => Module,
  build: (c: ModuleConfig) => Module
])[] = [
  ['SmoothL1Loss', SmoothL1Loss, c => new SmoothL1Loss({ ...reduction(c), beta: num(c, 'beta', 1) })],
  ['HuberLoss', HuberLoss, c => new HuberLoss({ ...reduction(c), delta: num(c, 'delta', 1) })],
  ['KLDivLoss', KLDivLoss, c => new KLDivLoss({ ...reduction(c), logTarget: bool(c, 'log_target') })],
  [
    'PoissonNLLLoss',
    PoissonNLLLoss,
    c =>
      new PoissonNLLLoss({
        ...reduction(c),
        logInput: bool(c, 'log_input', true),
        full: bool(c, 'full'),
        eps: num(c, 'eps', 1e-8)
      })
  ],
  [
    'GaussianNLLLoss',
    GaussianNLLLoss,
    c => new GaussianNLLLoss({ ...reduction(c), full: bool(c, 'full'), eps: num(c, 'eps', 1e-6) })
  ],
  [
    'HingeEmbeddingLoss',
    HingeEmbeddingLoss,
    c => new HingeEmbeddingLoss({ ...reduction(c), margin: num(c, 'margin', 1) })
  ],
  ['SoftMarginLoss', SoftMarginLoss, c => new SoftMarginLoss(reduction(c))],
  ['MultiLabelMarginLoss', MultiLabelMarginLoss, c => new MultiLabelMarginLoss(reduction(c))],
  [
    'MarginRankingLoss',
    MarginRankingLoss,
    c => new MarginRankingLoss({ ...reduction(c), margin: num(c, 'margin', 0) })
  ],
  [
    'CosineEmbeddingLoss',
    CosineEmbeddingLoss,
    c => new CosineEmbeddingLoss({ ...reduction(c), margin: num(c, 'margin', 0) })
  ],
  [
    'TripletMarginLoss',
    TripletMarginLoss,
    c =>
      new TripletMarginLoss({
        ...reduction(c),
        margin: num(c, 'margin', 1),
        p: num(c, 'p', 2),
        eps: num(c, 'eps', 1e-6),
        swap: bool(c, 'swap')
      })
  ],
  ['BCELoss', BCELoss, c => new BCELoss(reduction(c))],
  ['MultiLabelSoftMarginLoss', MultiLabelSoftMarginLoss, c => new MultiLabelSoftMarginLoss(reduction(c))],
  [
    'MultiMarginLoss',
    MultiMarginLoss,
    c => new MultiMarginLoss({ ...reduction(c), p: num(c, 'p', 1), margin: num(c, 'margin', 1) })
  ]
];
for (const [name, cls, build] of BUILDERS) {
  registerLibraryModule(`torch.nn.modules.loss.${name}`, cls, build);
}
