// Activations that quantization leaves in float. PyTorch: `torch.nn.modules.activation`.

import { where } from '../../tensor/functions/torch';
import { fromData } from '../../tensor/ops/create';
import { uniform } from '../../tensor/random';
import type { Tensor } from '../../tensor/tensor';
import { num, optional } from '../config';
import * as F from '../functional';
import { registerLibraryModule, type ModuleConfig } from '../library';
import { Module } from '../module';

/** `max(0, x) + min(0, α·(e^(x/α) − 1))`. */
export class CELU extends Module {
  constructor(readonly alpha = 1) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return F.elu(x.div(this.alpha)).mul(this.alpha);
  }
}

const [SELU_ALPHA, SELU_SCALE] = [1.6732632423543772, 1.0507009873554805];

export class SELU extends Module {
  override forward(x: Tensor): Tensor {
    return F.elu(x, { alpha: SELU_ALPHA }).mul(SELU_SCALE);
  }
}

/** Leaky ReLU with slopes at random in training, their mean in evaluation. */
export class RReLU extends Module {
  constructor(
    readonly lower = 1 / 8,
    readonly upper = 1 / 3
  ) {
    super();
  }
  override forward(x: Tensor): Tensor {
    const { lower, upper } = this;
    if (!this.training) {
      return F.leakyRelu(x, { negativeSlope: (lower + upper) / 2 });
    }
    const slopes = Float32Array.from({ length: x.numel() }, () => lower + (upper - lower) * uniform());
    return where(x.ge(0), x, x.mul(fromData(slopes, x.shape)));
  }
}

/** 0 within ±λ. */
export class Hardshrink extends Module {
  constructor(readonly lambd = 0.5) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return where(x.abs().le(this.lambd), x.mul(0), x);
  }
}

/** Moves values by λ towards 0, to 0 within ±λ. */
export class Softshrink extends Module {
  constructor(readonly lambd = 0.5) {
    super();
  }
  override forward(x: Tensor): Tensor {
    const { lambd } = this;
    return x.sub(x.clamp(-lambd, lambd));
  }
}

export class LogSigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return F.softplus(x.neg()).neg();
  }
}

export class Softsign extends Module {
  override forward(x: Tensor): Tensor {
    return x.div(x.abs().add(1));
  }
}

export class Tanhshrink extends Module {
  override forward(x: Tensor): Tensor {
    return x.sub(x.tanh());
  }
}

/** `x` above the threshold, else `value`. */
export class Threshold extends Module {
  constructor(
    readonly threshold: number,
    readonly value: number
  ) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return where(x.gt(this.threshold), x, x.mul(0).add(this.value));
  }
}

export class Softmin extends Module {
  readonly dim: number | null;
  constructor(options: { dim?: number | null } = {}) {
    super();
    this.dim = options.dim ?? null;
  }
  override forward(x: Tensor): Tensor {
    return F.softmax(x.neg(), { dim: this.dim as number });
  }
}

/** Softmax over the channels of `[N, C, H, W]` or `[C, H, W]`. */
export class Softmax2d extends Module {
  override forward(x: Tensor): Tensor {
    return F.softmax(x, { dim: -3 });
  }
}

const BUILDERS: Readonly<
  Record<string, readonly [new (...args: never[]) => Module, (c: ModuleConfig) => Module]>
> = {
  CELU: [CELU, c => new CELU(num(c, 'alpha', 1))],
  SELU: [SELU, () => new SELU()],
  RReLU: [RReLU, c => new RReLU(num(c, 'lower', 1 / 8), num(c, 'upper', 1 / 3))],
  Hardshrink: [Hardshrink, c => new Hardshrink(num(c, 'lambd', 0.5))],
  Softshrink: [Softshrink, c => new Softshrink(num(c, 'lambd', 0.5))],
  LogSigmoid: [LogSigmoid, () => new LogSigmoid()],
  Softsign: [Softsign, () => new Softsign()],
  Tanhshrink: [Tanhshrink, () => new Tanhshrink()],
  Threshold: [Threshold, c => new Threshold(num(c, 'threshold'), num(c, 'value'))],
  Softmin: [Softmin, c => new Softmin({ dim: optional<number>(c, 'dim') })],
  Softmax2d: [Softmax2d, () => new Softmax2d()]
};
for (const [name, [cls, build]] of Object.entries(BUILDERS)) {
  registerLibraryModule(`torch.nn.modules.activation.${name}`, cls, build);
}
