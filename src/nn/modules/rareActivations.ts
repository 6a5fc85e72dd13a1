// Activations that quantization leaves in float. PyTorch: `torch.nn.modules.activation`.

import type { Tensor } from '../../tensor/tensor';
import { bool, num, optional } from '../config';
import * as F from '../functional';
import { registerLibraryModule, type ModuleConfig } from '../library';
import { Module } from '../module';

interface Inplace {
  inplace?: boolean;
}

/** `max(0, x) + min(0, α·(e^(x/α) − 1))`. */
export class CELU extends Module {
  readonly inplace: boolean;
  constructor(
    readonly alpha = 1,
    options: Inplace = {}
  ) {
    super();
    this.inplace = options.inplace ?? false;
  }
  override forward(x: Tensor): Tensor {
    return F.celu(x, { alpha: this.alpha, inplace: this.inplace });
  }
}

export class SELU extends Module {
  readonly inplace: boolean;
  constructor(options: Inplace = {}) {
    super();
    this.inplace = options.inplace ?? false;
  }
  override forward(x: Tensor): Tensor {
    return F.selu(x, { inplace: this.inplace });
  }
}

/** Leaky ReLU with slopes at random in training, their mean in evaluation. */
export class RReLU extends Module {
  readonly inplace: boolean;
  constructor(
    readonly lower = 1 / 8,
    readonly upper = 1 / 3,
    options: Inplace = {}
  ) {
    super();
    this.inplace = options.inplace ?? false;
  }
  override forward(x: Tensor): Tensor {
    const { lower, upper, training, inplace } = this;
    return F.rrelu(x, { lower, upper, training, inplace });
  }
}

/** 0 within ±λ. */
export class Hardshrink extends Module {
  constructor(readonly lambd = 0.5) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return F.hardshrink(x, this.lambd);
  }
}

/** Moves values by λ towards 0, to 0 within ±λ. */
export class Softshrink extends Module {
  constructor(readonly lambd = 0.5) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return F.softshrink(x, this.lambd);
  }
}

export class LogSigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return F.logsigmoid(x);
  }
}

export class Softsign extends Module {
  override forward(x: Tensor): Tensor {
    return F.softsign(x);
  }
}

export class Tanhshrink extends Module {
  override forward(x: Tensor): Tensor {
    return F.tanhshrink(x);
  }
}

/** `x` above the threshold, else `value`. */
export class Threshold extends Module {
  readonly inplace: boolean;
  constructor(
    readonly threshold: number,
    readonly value: number,
    options: Inplace = {}
  ) {
    super();
    this.inplace = options.inplace ?? false;
  }
  override forward(x: Tensor): Tensor {
    return F.threshold(x, this.threshold, this.value, { inplace: this.inplace });
  }
}

export class Softmin extends Module {
  readonly dim: number | null;
  constructor(options: { dim?: number | null } = {}) {
    super();
    this.dim = options.dim ?? null;
  }
  override forward(x: Tensor): Tensor {
    return F.softmin(x, { dim: this.dim as number });
  }
}

/** Softmax over the channels of `[N, C, H, W]` or `[C, H, W]`. */
export class Softmax2d extends Module {
  override forward(x: Tensor): Tensor {
    return F.softmax(x, { dim: -3 });
  }
}

const inplace = (c: ModuleConfig): Inplace => ({ inplace: bool(c, 'inplace') });
const BUILDERS: Readonly<
  Record<string, readonly [new (...args: never[]) => Module, (c: ModuleConfig) => Module]>
> = {
  CELU: [CELU, c => new CELU(num(c, 'alpha', 1), inplace(c))],
  SELU: [SELU, c => new SELU(inplace(c))],
  RReLU: [RReLU, c => new RReLU(num(c, 'lower', 1 / 8), num(c, 'upper', 1 / 3), inplace(c))],
  Hardshrink: [Hardshrink, c => new Hardshrink(num(c, 'lambd', 0.5))],
  Softshrink: [Softshrink, c => new Softshrink(num(c, 'lambd', 0.5))],
  LogSigmoid: [LogSigmoid, () => new LogSigmoid()],
  Softsign: [Softsign, () => new Softsign()],
  Tanhshrink: [Tanhshrink, () => new Tanhshrink()],
  Threshold: [Threshold, c => new Threshold(num(c, 'threshold'), num(c, 'value'), inplace(c))],
  Softmin: [Softmin, c => new Softmin({ dim: optional<number>(c, 'dim') })],
  Softmax2d: [Softmax2d, () => new Softmax2d()]
};
for (const [name, [cls, build]] of Object.entries(BUILDERS)) {
  registerLibraryModule(`torch.nn.modules.activation.${name}`, cls, build);
}
