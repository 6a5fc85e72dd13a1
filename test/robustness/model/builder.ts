// Builds a random model step by step, running each step on sample inputs: shapes are those the operators gave. Every
// step is also written as Python, so that a model that shows a defect can be run by PyTorch (`python.ts`).

import { nn, noGrad, Tensor, torch } from '../../../src';
import type { Gene } from './genes';

/** Position of a value among those of its model or block. */
export type V = number;

export interface Step {
  /** Computes the values of `outs`. */
  readonly run: (self: nn.Module, env: unknown[]) => unknown;
  readonly inputs: readonly V[];
  readonly out: V;
  /** The call in Python, `v3` being a value. */
  readonly python: string;
}

/** A class of a model, in Python. */
export type PythonClass = readonly string[];

/** Larger values are not worth their time. */
const MAX_ELEMENTS = 1200;
const MAX_MAGNITUDE = 1000;

export class Builder {
  readonly values: unknown[] = [];
  readonly steps: Step[] = [];
  readonly setup: string[] = [];
  /** Python classes of the blocks. */
  readonly classes: PythonClass[] = [];
  /** Modules that have been called, with what they were called on. */
  readonly called: { readonly path: string; readonly shape: readonly number[] }[] = [];
  /** How many blocks this one is in. */
  readonly depth: number;
  /** Are blocks to be without dead code? */
  readonly live: boolean;
  private count = 0;

  /** @param queue genes that are still to come; blocks take theirs from it. */
  constructor(
    readonly self: nn.Module,
    readonly inputNames: readonly string[],
    samples: readonly unknown[],
    readonly queue: Gene[],
    options: { readonly depth?: number; readonly live?: boolean } = {}
  ) {
    this.depth = options.depth ?? 0;
    this.live = options.live ?? false;
    this.values.push(...samples);
  }

  tensor(v: V): Tensor {
    const value = this.values[v];
    if (!(value instanceof Tensor)) {
      throw new Error(`value ${v} is no tensor`);
    }
    return value;
  }

  name(v: V): string {
    return this.inputNames[v] ?? `v${v}`;
  }

  /** Values that are float tensors. */
  get floats(): V[] {
    return this.values.flatMap((value, v) =>
      value instanceof Tensor && value.dtype === 'float32' ? [v] : []
    );
  }

  /** Other values of the same shape as `v`, or itself. */
  alike(v: V, n: number): V {
    const { shape } = this.tensor(v);
    const same = this.floats.filter(other => other !== v && sameShape(this.tensor(other).shape, shape));
    return same.length === 0 ? v : (same[n % same.length] as V);
  }

  /** Adds a step; `{0}` in its Python is the first input. */
  step(inputs: readonly V[], python: string, compute: (...values: never[]) => unknown): V {
    return this.push(inputs, python, (_self, values) => compute(...(values as never[])));
  }

  /** The same for what reads the model's own fields. */
  withSelf(
    inputs: readonly V[],
    python: string,
    compute: (self: nn.Module, ...values: never[]) => unknown
  ): V {
    return this.push(inputs, python, (self, values) => compute(self, ...(values as never[])));
  }

  private push(
    inputs: readonly V[],
    python: string,
    compute: (self: nn.Module, values: unknown[]) => unknown
  ): V {
    const out = this.values.length;
    const run = (self: nn.Module, env: unknown[]) =>
      compute(
        self,
        inputs.map(v => env[v])
      );
    const written = python.replace(/\{(\d+)\}/g, (_, i: string) => this.name(inputs[Number(i)] ?? 0));
    this.values.push(noGrad(() => run(this.self, this.values)));
    this.steps.push({ run, inputs, out, python: written });
    return out;
  }

  /** A new submodule, in the model itself, in a list or in a dictionary. */
  add(module: nn.Module, python: string, where = 0): string {
    const name = `m${this.count++}`;
    const holder = ['', '', 'layers', 'parts'][where % 4] ?? '';
    if (holder !== '' && !(holder in this.self)) {
      const isList = holder === 'layers';
      this.self.addModule(holder, (isList ? new nn.ModuleList() : new nn.ModuleDict()) as never);
      this.setup.push(`self.${holder} = nn.${isList ? 'ModuleList' : 'ModuleDict'}()`);
    }
    if (holder === 'layers') {
      const list = this.self.getSubmodule('layers') as unknown as nn.ModuleList;
      const path = `layers.${list.count}`;
      list.append(module as never);
      this.setup.push(`self.layers.append(${python})`);
      return path;
    }
    const path = holder === '' ? name : `${holder}.${name}`;
    this.self.setSubmodule(path, module);
    this.setup.push(holder === '' ? `self.${name} = ${python}` : `self.${holder}['${name}'] = ${python}`);
    return path;
  }

  /** Calls the submodule at `path`. */
  callPath(path: string, inputs: readonly V[]): V {
    const first = this.tensor(inputs[0] ?? 0);
    if (first.dtype === 'float32') {
      this.called.push({ path, shape: first.shape });
    }
    const args = inputs.map((_, i) => `{${i}}`).join(', ');
    return this.withSelf(inputs, `self.get_submodule('${path}')(${args})`, (self, ...values) =>
      self.getSubmodule(path)(...(values as never[]))
    );
  }

  /** Adds a submodule and calls it. */
  call(module: unknown, python: string, inputs: readonly V[], where = 0): V {
    const made = module as nn.Module;
    randomizeState(made);
    made.train(this.self.training);
    return this.callPath(this.add(made, python, where), inputs);
  }

  /** A parameter or buffer of the model; returns its name. */
  field(shape: readonly number[], kind: 'parameter' | 'buffer', scale = 0.3): string {
    const name = `p${this.count++}`;
    const value = torch.randn(shape).mul(scale);
    if (kind === 'parameter') {
      Reflect.set(this.self, name, new nn.Parameter(value));
      this.setup.push(`self.${name} = nn.Parameter(torch.zeros(${JSON.stringify(shape)}))`);
    } else {
      this.self.registerBuffer(name, value);
      this.setup.push(`self.register_buffer('${name}', torch.zeros(${JSON.stringify(shape)}))`);
    }
    return name;
  }

  /** Leaves out what none of `results` is computed from. */
  dropDeadSteps(results: readonly V[]): void {
    const needed = new Set(results);
    const live = [...this.steps].reverse().filter(step => {
      const isNeeded = needed.has(step.out);
      (isNeeded ? step.inputs : []).forEach(v => needed.add(v));
      return isNeeded;
    });
    this.steps.splice(0, this.steps.length, ...live.reverse());
  }

  /** Runs `build`; undoes it if what it made is too large or no number. Modules it added stay, unused. */
  attempt(build: () => V | undefined): void {
    const [values, steps, called] = [this.values.length, this.steps.length, this.called.length];
    const result = this.buildOrRefuse(build);
    if (result === undefined || this.values.slice(values).some(value => !isModest(value))) {
      this.values.length = values;
      this.steps.length = steps;
      this.called.length = called;
    }
  }

  /** Undefined too where a batch is too small to be normalized in training. */
  private buildOrRefuse(build: () => V | undefined): V | undefined {
    try {
      return build();
    } catch (error) {
      if (/more than 1 value per channel when training/.test(String(error))) {
        return undefined;
      }
      throw error;
    }
  }

  /** The value a gene reads: the latest, or any one in a quarter of cases. */
  source(gene: Gene): V {
    const { floats } = this;
    const latest = floats.at(-1) ?? 0;
    return gene.from % 4 === 3 ? (floats[(gene.from >> 2) % floats.length] ?? latest) : latest;
  }
}

export const sameShape = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((size, d) => size === b[d]);

function isModest(value: unknown): boolean {
  if (!(value instanceof Tensor)) {
    return !Array.isArray(value) || value.every(isModest);
  }
  return (
    value.numel() > 0 &&
    value.numel() <= MAX_ELEMENTS &&
    Array.from(value.data() as ArrayLike<number>).every(x => Math.abs(x) <= MAX_MAGNITUDE)
  );
}

/** Norms begin as the identity, which would hide mistakes: as after some training instead. */
function randomizeState(module: nn.Module): void {
  for (const [key, tensor] of module.stateDict().tensors()) {
    const { shape } = tensor;
    if (/(^|\.)running_mean$/.test(key)) {
      tensor.copyFrom(torch.randn(shape).mul(0.2));
    } else if (/(^|\.)running_var$/.test(key) || (/(^|\.)weight$/.test(key) && shape.length === 1)) {
      tensor.copyFrom(torch.rand(shape).add(0.5));
    } else if (/(^|\.)bias$/.test(key)) {
      tensor.copyFrom(torch.randn(shape).mul(0.1));
    }
  }
}
