// Recording: which operator made a tensor, from what. Operators of `ops/` are wrapped by `differentiable`;
// those built from others are not, so that a composite is recorded as its primitives. This file knows no
// operator; what each one's gradient is stands in the tables beside it.

import { isFloatingDType } from '../dtype';
import { refuseIntegers } from '../integerOperators';
import { Tensor } from '../tensor';
import { isCurrent, unreadable, versionOf, type Version } from './version';

/** One entry per argument of the operator; a list for a list of tensors. Missing or null: no gradient. */
export type Gradients = readonly (Tensor | null | undefined | readonly (Tensor | null)[])[];

/** What a rule gets besides the gradient of the result. */
export interface RuleContext<R = unknown> {
  readonly result: R;
  /** Does argument `i` (or an element of that list) want a gradient? Saves the expensive ones. */
  needs(i: number): boolean;
}

/** From the gradient of the result to those of the arguments. Runs without recording. */
export type GradientRule<A extends readonly unknown[] = readonly unknown[], R = unknown> = (
  gradient: Tensor,
  args: A,
  context: RuleContext<R>
) => Gradients;

/** An operator that can be recorded; `op` is its row in the table of rules. */
export interface Differentiable<A extends readonly unknown[], R> {
  (...args: A): R;
  readonly op: string;
}

let recording = true;
let nodesMade = 0;

const operators = new Set<string>();
const rules = new Map<string, GradientRule>();

/** The row of the table for `operator`. */
export function defineGradient<A extends readonly unknown[], R>(
  operator: Differentiable<A, R>,
  rule: GradientRule<A, R>
): void {
  if (rules.has(operator.op)) {
    throw new Error(`autograd: two gradient rules for '${operator.op}'`);
  }
  rules.set(operator.op, rule as unknown as GradientRule);
}

/** Names of all operators that can be recorded. */
export function differentiableOperators(): readonly string[] {
  return [...operators].sort();
}

/** Names of all rows of the table of rules. */
export function gradientRules(): readonly string[] {
  return [...rules.keys()].sort();
}

/** An argument that wants a gradient: its place, and the call that had computed it by then. */
export interface Edge {
  readonly input: Tensor;
  readonly argument: number;
  /** Its place in a list. */
  readonly item: number | null;
  readonly from: GradNode | null;
}

function edgesOf(args: readonly unknown[]): Edge[] {
  const edges: Edge[] = [];
  const add = (value: unknown, argument: number, item: number | null) => {
    if (value instanceof Tensor && value.requiresGrad) {
      if (value.gradFn?.isStale) {
        throw new Error(
          `A view of shape [${value.shape.join(', ')}] that records gradients was taken before its tensor was ` +
            'changed in place; take the view again'
        );
      }
      edges.push({ input: value, argument, item, from: value.gradFn });
    }
  };
  args.forEach((value, i) => {
    if (Array.isArray(value)) {
      (value as unknown[]).forEach((item, k) => add(item, i, k));
    } else {
      add(value, i, null);
    }
  });
  return edges;
}

/** Tensors in arguments and results, which are lists or objects of tensors. */
function tensorsIn(values: readonly unknown[]): Tensor[] {
  return values.flatMap(value =>
    value instanceof Tensor ? [value] : Array.isArray(value) ? tensorsIn(value as unknown[]) : []
  );
}

/** A recorded call: what `tensor.gradFn` is. */
export class GradNode {
  /** Grows with every recorded call: a node's inputs have smaller numbers. */
  readonly id = ++nodesMade;
  private saved: { readonly args: readonly unknown[]; readonly result: unknown } | null;
  private edges: readonly Edge[];
  private readonly versions: readonly Version[];
  /** Of a view, the state of its storage. */
  private readonly view: Version | null;

  constructor(
    readonly op: string,
    private readonly rule: GradientRule,
    args: readonly unknown[],
    result: unknown,
    public output: Tensor
  ) {
    this.saved = { args, result };
    this.edges = edgesOf(args);
    this.versions = tensorsIn([args, result]).map(versionOf);
    this.view = tensorsIn(args).some(x => x.storage === output.storage) ? versionOf(output) : null;
  }

  /** `AddBackward`, as PyTorch prints it. */
  get name(): string {
    return `${this.op.charAt(0).toUpperCase()}${this.op.slice(1)}Backward`;
  }

  /** The call as text, for messages. */
  toString(): string {
    return `<${this.name}>`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** Tensors among the arguments that want a gradient, each with its place and what had computed it. */
  inputs(): readonly Edge[] {
    return this.edges;
  }

  /** @throws Error after `release`. */
  gradients(gradient: Tensor): Gradients {
    if (!this.saved) {
      throw new Error(
        `backward: ${this.name} was already run and its values are freed; ` +
          'pass { retainGraph: true } to the first backward to run it twice'
      );
    }
    const { args, result } = this.readable(this.saved);
    const wanted = new Set(this.edges.map(edge => edge.argument));
    return this.rule(gradient, args, { result, needs: i => wanted.has(i) });
  }

  /** What changed in place since the call cannot be read any more; a rule may not need it. */
  private readable(saved: { readonly args: readonly unknown[]; readonly result: unknown }): typeof saved {
    if (this.versions.every(isCurrent)) {
      return saved;
    }
    const changed = new Set(this.versions.filter(v => !isCurrent(v)).map(v => v.tensor));
    const replace = (value: unknown): unknown =>
      value instanceof Tensor
        ? changed.has(value)
          ? unreadable(value, this.name)
          : value
        : Array.isArray(value)
          ? (value as unknown[]).map(replace)
          : value;
    return { args: saved.args.map(replace), result: replace(saved.result) };
  }

  /** Is the output a view whose storage was written through another one since? Its history is then not known. */
  get isStale(): boolean {
    return this.view !== null && !isCurrent(this.view);
  }

  /** Lets go of what the rule needed, and so of the graph behind it. */
  release(): void {
    this.saved = null;
    this.edges = [];
  }

  get isReleased(): boolean {
    return this.saved === null;
  }
}

/**
 * Makes an operator record its calls. `resultOf` picks the differentiable tensor of a result that is more
 * than one tensor. Where no argument wants a gradient, or inside `noGrad`, nothing but a check is added.
 */
export function differentiable<A extends readonly unknown[], R>(
  op: string,
  forward: (...args: A) => R,
  resultOf: (result: R) => Tensor = result => result as unknown as Tensor
): Differentiable<A, R> {
  operators.add(op);
  const run = (...args: A): R => {
    refuseIntegers(op, args);
    if (!recording || !anyWantsGradient(args)) {
      return forward(...args);
    }
    const result = noGrad(() => forward(...args));
    attach(op, args, result, resultOf(result));
    return result;
  };
  return Object.assign(run, { op });
}

export function attach(op: string, args: readonly unknown[], result: unknown, output: Tensor): void {
  // An operator that had nothing to do returns its argument; whole numbers have no gradient.
  if (args.includes(output) || !isFloatingDType(output.dtype)) {
    return;
  }
  output.requiresGrad = true;
  output.gradFn = new GradNode(op, rules.get(op) ?? missingRule(op), args, result, output);
}

/** Running forwards needs no rule, so only `backward` complains. */
function missingRule(op: string): GradientRule {
  return () => {
    throw new Error(
      `backward: the operator '${op}' has no gradient rule; detach() its inputs or call it inside torch.noGrad`
    );
  };
}

/**
 * Marks float results of a function that took tensors wanting gradients and recorded nothing, so that `backward`
 * names the function instead of passing it over in silence.
 */
export function markUnrecorded(name: string, args: readonly unknown[], result: unknown): void {
  if (!recording || !anyWantsGradient(args)) {
    return;
  }
  for (const output of Array.isArray(result) ? (result as unknown[]) : [result]) {
    if (output instanceof Tensor && !output.requiresGrad) {
      attach(name, args, result, output);
    }
  }
}

/** A loop, since this runs before every operator. */
export function anyWantsGradient(args: readonly unknown[]): boolean {
  for (let i = 0; i < args.length; i++) {
    if (wantsGradient(args[i])) {
      return true;
    }
  }
  return false;
}

function wantsGradient(value: unknown): boolean {
  if (value instanceof Tensor) {
    return value.requiresGrad;
  }
  if (!Array.isArray(value) || !(value[0] instanceof Tensor)) {
    return false;
  }
  return (value as unknown[]).some(item => item instanceof Tensor && item.requiresGrad);
}

/**
 * Runs `fn` without recording and returns what it returns. PyTorch: `with torch.no_grad():`.
 * @throws TypeError if `fn` is asynchronous: other code would run unrecorded while it waits.
 */
export function noGrad<T>(fn: () => T): T {
  return withRecording(false, fn, 'noGrad');
}

/** Records again inside `noGrad`. PyTorch: `with torch.enable_grad():`. */
export function enableGrad<T>(fn: () => T): T {
  return withRecording(true, fn, 'enableGrad');
}

/** Are operators recorded now? */
export function isGradEnabled(): boolean {
  return recording;
}

function withRecording<T>(mode: boolean, fn: () => T, name: string): T {
  const before = recording;
  recording = mode;
  try {
    const result = fn();
    if (result instanceof Promise) {
      throw new TypeError(`torch.${name}: the function must not be async; await outside of it`);
    }
    return result;
  } finally {
    recording = before;
  }
}
