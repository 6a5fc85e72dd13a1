// Losses as modules. PyTorch: `torch.nn.modules.loss`.

import type { Tensor } from '../../tensor/tensor';
import { num, str } from '../config';
import * as F from '../functional';
import { registerLibraryModule, type ModuleConfig } from '../library';
import { Module } from '../module';

abstract class Loss extends Module<[Tensor, Tensor]> {
  readonly reduction: F.Reduction;
  constructor(options: F.LossOptions) {
    super();
    this.reduction = options.reduction ?? 'mean';
  }
}

/** A factor per class or element is a buffer, so that it is saved. */
abstract class WeightedLoss extends Loss {
  declare weight: Tensor | null;
  constructor(options: F.LossOptions & { weight?: Tensor | null }) {
    super(options);
    this.registerBuffer('weight', options.weight ?? null);
  }
}

/** Logits `[N, C, …]` and classes `[N, …]` → a number. PyTorch: `torch.nn.CrossEntropyLoss`. */
export class CrossEntropyLoss extends WeightedLoss {
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;
  constructor(options: F.CrossEntropyOptions = {}) {
    super(options);
    this.ignoreIndex = options.ignoreIndex ?? -100;
    this.labelSmoothing = options.labelSmoothing ?? 0;
  }
  override forward(x: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, reduction, labelSmoothing } = this;
    return F.crossEntropy(x, target, { weight, ignoreIndex, reduction, labelSmoothing });
  }
}

/** Log-probabilities `[N, C, …]` and classes → a number. PyTorch: `torch.nn.NLLLoss`. */
export class NLLLoss extends WeightedLoss {
  readonly ignoreIndex: number;
  constructor(options: F.NLLOptions = {}) {
    super(options);
    this.ignoreIndex = options.ignoreIndex ?? -100;
  }
  override forward(x: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, reduction } = this;
    return F.nllLoss(x, target, { weight, ignoreIndex, reduction });
  }
}

/** Mean of the squared differences. PyTorch: `torch.nn.MSELoss`. */
export class MSELoss extends Loss {
  constructor(options: F.LossOptions = {}) {
    super(options);
  }
  override forward(x: Tensor, target: Tensor): Tensor {
    return F.mseLoss(x, target, { reduction: this.reduction });
  }
}

/** Mean of the absolute differences. PyTorch: `torch.nn.L1Loss`. */
export class L1Loss extends Loss {
  constructor(options: F.LossOptions = {}) {
    super(options);
  }
  override forward(x: Tensor, target: Tensor): Tensor {
    return F.l1Loss(x, target, { reduction: this.reduction });
  }
}

/** Binary cross entropy of sigmoid(x). PyTorch: `torch.nn.BCEWithLogitsLoss`. */
export class BCEWithLogitsLoss extends WeightedLoss {
  declare pos_weight: Tensor | null;
  constructor(options: F.BinaryCrossEntropyOptions = {}) {
    super(options);
    this.registerBuffer('pos_weight', options.posWeight ?? null);
  }
  override forward(x: Tensor, target: Tensor): Tensor {
    const { weight, pos_weight: posWeight, reduction } = this;
    return F.binaryCrossEntropyWithLogits(x, target, { weight, posWeight, reduction });
  }
}

const reduction = (c: ModuleConfig): F.LossOptions => ({ reduction: str(c, 'reduction', 'mean') });
const LOSS = 'torch.nn.modules.loss';
for (const [name, cls] of Object.entries({ MSELoss, L1Loss, BCEWithLogitsLoss })) {
  registerLibraryModule(`${LOSS}.${name}`, cls, c => new cls(reduction(c)));
}
registerLibraryModule(
  `${LOSS}.NLLLoss`,
  NLLLoss,
  c => new NLLLoss({ ...reduction(c), ignoreIndex: num(c, 'ignore_index', -100) })
);
registerLibraryModule(
  `${LOSS}.CrossEntropyLoss`,
  CrossEntropyLoss,
  c =>
    new CrossEntropyLoss({
      ...reduction(c),
      ignoreIndex: num(c, 'ignore_index', -100),
      labelSmoothing: num(c, 'label_smoothing', 0)
    })
);
