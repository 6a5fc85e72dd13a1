// Adam and AdamW. PyTorch: `torch.optim.Adam`, `torch.optim.AdamW`; float32 rounding step by step.

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

/** Settings of `Adam` and `AdamW`, with PyTorch's defaults. */
export interface AdamOptions {
  lr: number;
  /** How slowly the averages of the gradient and of its square forget. */
  betas: readonly [number, number];
  eps: number;
  weightDecay: number;
  /** Divides by the largest average of the square so far. */
  amsgrad: boolean;
  maximize: boolean;
  /** Shrinks the parameter instead of adding to its gradient; what AdamW does. */
  decoupledWeightDecay: boolean;
}

/** Adaptive moments. PyTorch: `torch.optim.Adam`. */
export class Adam extends Optimizer<AdamOptions> {
  constructor(
    params: Iterable<Tensor> | Iterable<ParamGroup<AdamOptions>>,
    options: Partial<AdamOptions> = {}
  ) {
    super(params, {
      lr: 1e-3,
      betas: [0.9, 0.999],
      eps: 1e-8,
      weightDecay: 0,
      amsgrad: false,
      maximize: false,
      decoupledWeightDecay: false,
      ...options
    });
  }

  protected override check({ lr, betas, eps, weightDecay }: AdamOptions): void {
    requireAtLeastZero(this.constructor.name, { lr, eps, weightDecay });
    if (betas.some(beta => !(beta >= 0 && beta < 1))) {
      throw new Error(`${this.constructor.name}: betas must be in [0, 1), got [${betas.join(', ')}]`);
    }
  }

  protected override update(
    parameter: Tensor,
    gradient: Tensor,
    group: AdamOptions,
    state: ParameterState
  ): void {
    const f = roundingOf(parameter);
    const p = valuesOf(parameter);
    const g = valuesOf(gradient);
    const { lr, betas, eps, weightDecay, amsgrad, maximize, decoupledWeightDecay } = group;
    const step = (typeof state.step === 'number' ? state.step : 0) + 1;
    state.step = step;
    const load = (name: string): Tensor =>
      stateTensor(state, name) ?? (state[name] = stateLike(parameter, new Float64Array(p.length)));
    const [averageTensor, squareTensor] = [load('expAvg'), load('expAvgSq')];
    const largestTensor = amsgrad ? load('maxExpAvgSq') : null;
    const [average, square] = [valuesOf(averageTensor), valuesOf(squareTensor)];
    const largest = largestTensor ? valuesOf(largestTensor) : null;

    const shrink = f(1 - lr * weightDecay);
    const decay = f(weightDecay);
    const weight = f(1 - betas[0]);
    const [beta2, fresh] = [f(betas[1]), f(1 - betas[1])];
    const stepSize = f(-lr / (1 - betas[0] ** step));
    const correction = f((1 - betas[1] ** step) ** 0.5);
    const smallest = f(eps);
    for (let i = 0; i < p.length; i++) {
      let [value, slope] = [p[i] as number, maximize ? -(g[i] as number) : (g[i] as number)];
      if (weightDecay !== 0 && decoupledWeightDecay) {
        value = f(value * shrink);
      } else if (weightDecay !== 0) {
        slope = f(slope + decay * value);
      }
      const m = lerp(average[i] as number, slope, weight, f);
      const v = f(f((square[i] as number) * beta2) + f(fresh * slope) * slope);
      average[i] = m;
      square[i] = v;
      const second = largest ? Math.max(largest[i] as number, v) : v;
      if (largest) {
        largest[i] = second;
      }
      const divisor = f(f(f(Math.sqrt(second)) / correction) + smallest);
      p[i] = f(value + f(f(stepSize * m) / divisor));
    }
    overwrite(averageTensor, average);
    overwrite(squareTensor, square);
    if (largestTensor && largest) {
      overwrite(largestTensor, largest);
    }
    overwrite(parameter, p);
  }
}

/** Adam whose weight decay does not pass through the averages. */
export class AdamW extends Adam {
  constructor(
    params: Iterable<Tensor> | Iterable<ParamGroup<AdamOptions>>,
    options: Partial<Omit<AdamOptions, 'decoupledWeightDecay'>> = {}
  ) {
    super(params, { weightDecay: 1e-2, ...options, decoupledWeightDecay: true });
  }
}

/** `torch.lerp`: from the nearer end, so that weight 1 gives exactly `b`. */
function lerp(a: number, b: number, weight: number, f: (v: number) => number): number {
  const distance = f(b - a);
  return Math.abs(weight) < 0.5 ? f(a + weight * distance) : f(b - distance * f(1 - weight));
}
