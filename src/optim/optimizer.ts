// What optimizers share: groups of tensors with settings, state per tensor, saving and loading.
// PyTorch: `torch.optim.Optimizer`.

import { enableGrad } from '../tensor/autograd';
import { fromData } from '../tensor/ops/create';
import { Tensor } from '../tensor/tensor';

/** Tensors with settings of their own; settings left out are the optimizer's. */
export type ParamGroup<O> = Partial<O> & { params: Iterable<Tensor> };

/** A group as the optimizer holds it. `lr` and the rest may be changed between steps. */
export type ResolvedGroup<O> = O & { params: Tensor[] };

/** Numbers, and tensors of the parameter's shape. */
export type ParameterState = Record<string, Tensor | number>;

/** What an optimizer remembers, to be saved. */
export interface OptimizerStateDict<O> {
  /** By the parameter's place in all groups. */
  state: Record<number, ParameterState>;
  paramGroups: (O & { params: number[] })[];
}

/** Changes parameters by their gradients. PyTorch: `torch.optim.Optimizer`. */
export abstract class Optimizer<O extends object> {
  readonly paramGroups: ResolvedGroup<O>[];
  protected readonly state = new Map<Tensor, ParameterState>();

  /** @throws Error for no parameters, one given twice, or one that was computed. */
  constructor(params: Iterable<Tensor> | Iterable<ParamGroup<O>>, defaults: O) {
    const entries = [...(params as Iterable<Tensor | ParamGroup<O>>)];
    const groups = entries.every(entry => entry instanceof Tensor)
      ? [{ params: entries as Tensor[] } as unknown as ParamGroup<O>]
      : (entries as ParamGroup<O>[]);
    this.paramGroups = groups.map(group => ({ ...defaults, ...group, params: [...group.params] }));
    const all = this.allParameters();
    if (all.length === 0) {
      throw new Error(`${this.constructor.name}: got no parameters`);
    }
    if (new Set(all).size !== all.length) {
      throw new Error(`${this.constructor.name}: a parameter is listed more than once`);
    }
    if (all.some(p => !p.isLeaf)) {
      throw new Error(`${this.constructor.name}: cannot optimize a tensor that was computed from others`);
    }
    for (const group of this.paramGroups) {
      this.check(group);
    }
  }

  /** @throws Error naming a setting out of range. */
  protected abstract check(group: O): void;

  /** Changes one parameter by its gradient. */
  protected abstract update(parameter: Tensor, gradient: Tensor, group: O, state: ParameterState): void;

  /** Changes every parameter that has a gradient. `closure` computes the loss anew and is called first. */
  step(): void;
  step<L>(closure: () => L): L;
  step<L>(closure?: () => L): L | undefined {
    const loss = closure ? enableGrad(closure) : undefined;
    for (const group of this.paramGroups) {
      for (const parameter of group.params) {
        if (!parameter.grad) {
          continue;
        }
        const state = this.state.get(parameter) ?? {};
        this.state.set(parameter, state);
        this.update(parameter, parameter.grad, group, state);
      }
    }
    return loss;
  }

  /** Forgets all gradients, or sets them to 0. */
  zeroGrad(options: { setToNone?: boolean } = {}): void {
    for (const parameter of this.allParameters()) {
      if (options.setToNone ?? true) {
        parameter.grad = null;
      } else if (parameter.grad) {
        parameter.grad.storage.view().fill(0);
      }
    }
  }

  /** Settings and state; the tensors themselves, not copies. */
  stateDict(): OptimizerStateDict<O> {
    const places = new Map(this.allParameters().map((p, i) => [p, i]));
    const state: Record<number, ParameterState> = {};
    for (const [parameter, entry] of this.state) {
      state[places.get(parameter) ?? -1] = { ...entry };
    }
    const paramGroups = this.paramGroups.map(group => ({
      ...group,
      params: group.params.map(p => places.get(p) ?? -1)
    }));
    return { state, paramGroups };
  }

  /** @throws Error where the groups do not have as many parameters. */
  loadStateDict(saved: OptimizerStateDict<O>): void {
    const sizes = (groups: readonly { params: readonly unknown[] }[]) =>
      groups.map(g => g.params.length).join(', ');
    if (sizes(saved.paramGroups) !== sizes(this.paramGroups)) {
      throw new Error(
        `${this.constructor.name}.loadStateDict: groups of [${sizes(saved.paramGroups)}] parameters ` +
          `do not fit groups of [${sizes(this.paramGroups)}]`
      );
    }
    this.state.clear();
    saved.paramGroups.forEach((from, g) => {
      const own = this.paramGroups[g] as ResolvedGroup<O>;
      const { params, ...settings } = from;
      Object.assign(own, settings);
      params.forEach((place, i) => {
        const entry = saved.state[place];
        if (entry) {
          this.state.set(own.params[i] as Tensor, copyState(entry));
        }
      });
    });
  }

  private allParameters(): Tensor[] {
    return this.paramGroups.flatMap(group => group.params);
  }
}

function copyState(entry: ParameterState): ParameterState {
  return Object.fromEntries(
    Object.entries(entry).map(([name, value]) => [
      name,
      value instanceof Tensor ? value.detach().clone() : value
    ])
  );
}

/** The rounding of a tensor's arithmetic: none in float64. */
export function roundingOf(x: Tensor): (v: number) => number {
  return x.dtype === 'float64' ? v => v : Math.fround;
}

/** Elements to compute with, not shared with the tensor. */
export function valuesOf(x: Tensor): Float64Array {
  return Float64Array.from(x.data());
}

export function overwrite(x: Tensor, values: Float64Array): void {
  x.copyFrom(fromData(values, x.shape, 'float64'));
}

/** A tensor of the parameter's shape and dtype for its state. */
export function stateLike(parameter: Tensor, values: Float64Array): Tensor {
  return fromData(values, parameter.shape, 'float64').to(parameter.dtype);
}

/** The state's tensor `name`, if it is there. */
export function stateTensor(state: ParameterState, name: string): Tensor | null {
  const value = state[name];
  return value instanceof Tensor ? value : null;
}

export function requireAtLeastZero(who: string, settings: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(settings)) {
    if (!(value >= 0)) {
      throw new Error(`${who}: ${name} must be at least 0, got ${value}`);
    }
  }
}
