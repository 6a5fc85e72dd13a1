// Recording: which operator made a tensor, from what. Operators of `ops/` are wrapped by `differentiable`;
// those built from others are not, so that a composite is recorded as its primitives. This file knows no
// operator; what each one's gradient is stands in the tables beside it.

import { isFloatingDType } from '../dtype';
import { refuseIntegers } from '../integerOperators';
import { Tensor } from '../tensor';

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

/** A recorded call: what `tensor.gradFn` is. */
export class GradNode {
  /** Grows with every recorded call: a node's inputs have smaller numbers. */
  readonly id = ++nodesMade;
  private saved: { readonly args: readonly unknown[]; readonly result: unknown } | null;

  constructor(
    readonly op: string,
    private readonly rule: GradientRule,
    args: readonly unknown[],
    result: unknown,
    readonly output: Tensor
  ) {
    this.saved = { args, result };
  }

  /** `AddBackward`, as PyTorch prints it. */
  get name(): string {
    return `${this.op.charAt(0).toUpperCase()}${this.op.slice(1)}Backward`;
  }

  toString(): string {
    return `<${this.name}>`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** Tensors among the arguments that want a gradient, each with its place. */
  *inputs(): Generator<readonly [input: Tensor, argument: number, item: number | null]> {
    for (const [i, value] of (this.saved?.args ?? []).entries()) {
      if (value instanceof Tensor) {
        if (value.requiresGrad) {
          yield [value, i, null];
        }
      } else if (Array.isArray(value)) {
        for (const [k, item] of (value as unknown[]).entries()) {
          if (item instanceof Tensor && item.requiresGrad) {
            yield [item, i, k];
          }
        }
      }
    }
  }

  /** @throws Error after `release`. */
  gradients(gradient: Tensor): Gradients {
    if (!this.saved) {
      throw new Error(
        `backward: ${this.name} was already run and its values are freed; ` +
          'pass { retainGraph: true } to the first backward to run it twice'
      );
    }
    const { args, result } = this.saved;
    return this.rule(gradient, args, { result, needs: i => wantsGradient(args[i]) });
  }

  /** Lets go of what the rule needed, and so of the graph behind it. */
  release(): void {
    this.saved = null;
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

function attach(op: string, args: readonly unknown[], result: unknown, output: Tensor): void {
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
function anyWantsGradient(args: readonly unknown[]): boolean {
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
