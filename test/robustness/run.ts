// What the properties share: how often they run, what they show when they fail, and how values are compared.

import fc from 'fast-check';
import ts from 'typescript';
import * as fxquant from '../../src';
import { fx, Tensor, type nn } from '../../src';

/** `FXQUANT_FUZZ_RUNS=5000 npm run unit -- test/robustness` looks harder; `FXQUANT_FUZZ_SEED` elsewhere. */
const RUNS = Number(process.env.FXQUANT_FUZZ_RUNS ?? 0);
const SEED = Number(process.env.FXQUANT_FUZZ_SEED ?? 20260);

/** Checks a property; on failure the message has the seed, the path and the shrunk plan. */
export function check<T>(arbitrary: fc.Arbitrary<T>, runs: number, property: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, property), {
    numRuns: RUNS > 0 ? RUNS : runs,
    seed: SEED,
    interruptAfterTimeLimit: RUNS > 0 ? 3_600_000 : 60_000
  });
}

/** The same for a property that waits. */
export async function checkAsync<T>(
  arbitrary: fc.Arbitrary<T>,
  runs: number,
  property: (value: T) => Promise<void>
): Promise<void> {
  await fc.assert(fc.asyncProperty(arbitrary, property), {
    numRuns: RUNS > 0 ? RUNS : runs,
    seed: SEED,
    interruptAfterTimeLimit: RUNS > 0 ? 3_600_000 : 60_000
  });
}

/** How long a test may take: far more than it does, or hours for a long run. */
export const timeout = RUNS > 0 ? 10_000_000 : 120_000;

/** Every tensor in a value, with where it stands. */
export function tensorsIn(value: unknown, at = ''): [string, Tensor][] {
  if (value instanceof Tensor) {
    return [[at, value]];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => tensorsIn(item, `${at}[${i}]`));
  }
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, item]) => tensorsIn(item, `${at}.${key}`))
    : [];
}

export const numbers = (t: Tensor): number[] =>
  Array.from((t.quantizer ? t.dequantize() : t).data() as ArrayLike<number>);
export const integers = (t: Tensor): number[] => Array.from(t.intRepr().data() as ArrayLike<number>);

/** Largest difference of two values with the same tensors in them. @throws Error where they have not. */
export function distance(a: unknown, b: unknown): number {
  const [left, right] = [tensorsIn(a), tensorsIn(b)];
  if (left.length !== right.length) {
    throw new Error(`${left.length} tensors against ${right.length}`);
  }
  let largest = 0;
  for (const [i, [at, x]] of left.entries()) {
    const y = right[i]?.[1] as Tensor;
    if (right[i]?.[0] !== at || x.shape.join() !== y.shape.join()) {
      throw new Error(
        `${at} of shape [${x.shape.join()}] against ${String(right[i]?.[0])} of [${y.shape.join()}]`
      );
    }
    const [xs, ys] = [numbers(x), numbers(y)];
    xs.forEach((value, k) => {
      const difference = Object.is(value, ys[k]) ? 0 : Math.abs(value - (ys[k] as number));
      largest = Math.max(largest, Number.isNaN(difference) ? Infinity : difference);
    });
  }
  return largest;
}

/** Parameters and buffers, as numbers: to see whether something changed them. */
export function snapshot(model: nn.Module): Map<string, number[]> {
  return new Map([...model.stateDict().tensors()].map(([key, t]) => [key, numbers(t)]));
}

class Capture extends fx.Interpreter {
  readonly values = new Map<string, unknown>();
  protected override runNode(node: fx.Node): unknown {
    const value = super.runNode(node);
    this.values.set(node.name, value);
    return value;
  }
}

/** What every node of a graph returns, by name. */
export function capture(model: fx.GraphModule, inputs: readonly unknown[]): Map<string, unknown> {
  const interpreter = new Capture(model as never, model.graph);
  interpreter.run(...inputs);
  return interpreter.values;
}

/** A module of the class that a graph module's code declares, with the graph module's fields. */
export function fromCode(graph: fx.GraphModule): nn.Module {
  const { code } = graph;
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 }
  });
  const name = /^class (\w+)/m.exec(code)?.[1] ?? '';
  const load = new Function('require', 'exports', `${outputText}\nreturn ${name};`);
  const cls = load(() => fxquant, {}) as new () => nn.Module;
  const module = new cls();
  for (const key of Object.keys(graph)) {
    Reflect.set(module, key, Reflect.get(graph, key));
  }
  return module;
}
