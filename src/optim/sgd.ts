// Stochastic gradient descent with momentum. PyTorch: `torch.optim.SGD`; float32 rounding step by step, sums of
// products rounded once as its vectorised kernels do.

import type { Tensor } from '../tensor/tensor';
import {
  Optimizer,
  overwrite,
  requireAtLeastZero,
  roundingOf,
  stateLike,
  stateTensor,
  valuesOf,
  type ParameterState,
  type ParamGroup
} from './optimizer';

/** Settings of `SGD`, with PyTorch's defaults. */
export interface SGDOptions {
  lr: number;
  momentum: number;
  dampening: number;
  /** Adds this times the parameter to its gradient. */
  weightDecay: number;
  nesterov: boolean;
  /** Climbs instead of descending. */
  maximize: boolean;
}

/** Gradient descent with momentum. PyTorch: `torch.optim.SGD`. */
export class SGD extends Optimizer<SGDOptions> {
  constructor(
    params: Iterable<Tensor> | Iterable<ParamGroup<SGDOptions>>,
    options: Partial<SGDOptions> = {}
  ) {
    super(params, {
      lr: 1e-3,
      momentum: 0,
      dampening: 0,
      weightDecay: 0,
      nesterov: false,
      maximize: false,
      ...options
    });
  }

  protected override check({ lr, momentum, weightDecay, nesterov, dampening }: SGDOptions): void {
    requireAtLeastZero('SGD', { lr, momentum, weightDecay });
    if (nesterov && (momentum <= 0 || dampening !== 0)) {
      throw new Error('SGD: nesterov needs a momentum above 0 and no dampening');
    }
  }

  protected override update(
    parameter: Tensor,
    gradient: Tensor,
    group: SGDOptions,
    state: ParameterState
  ): void {
    const f = roundingOf(parameter);
    const p = valuesOf(parameter);
    const g = valuesOf(gradient);
    const { nesterov, maximize } = group;
    const [lr, momentum, decay, own] = [
      f(-group.lr),
      f(group.momentum),
      f(group.weightDecay),
      f(1 - group.dampening)
    ];
    for (let i = 0; i < g.length; i++) {
      const raw = maximize ? -(g[i] as number) : (g[i] as number);
      g[i] = decay === 0 ? raw : f(raw + decay * (p[i] as number));
    }
    if (momentum !== 0) {
      const before = stateTensor(state, 'momentumBuffer');
      const buffer = before ? valuesOf(before) : g.slice();
      for (let i = 0; before && i < g.length; i++) {
        buffer[i] = f(f((buffer[i] as number) * momentum) + own * (g[i] as number));
      }
      for (let i = 0; i < g.length; i++) {
        g[i] = nesterov ? f((g[i] as number) + momentum * (buffer[i] as number)) : (buffer[i] as number);
      }
      if (before) {
        overwrite(before, buffer);
      } else {
        state.momentumBuffer = stateLike(parameter, buffer);
      }
    }
    for (let i = 0; i < p.length; i++) {
      p[i] = f((p[i] as number) + lr * (g[i] as number));
    }
    overwrite(parameter, p);
  }
}
