// The equality rules of `test/golden/README.md`, each returning what differs first.

import {
  ellipsis,
  fx,
  interchange,
  isDType,
  lookupFunction,
  Slice,
  Tuple,
  type Tensor,
  type TorchFunction
} from '../../src';
import { moduleTypeName } from '../../src/nn/library';

export type Difference = string | undefined;

/** The first of some checks that finds a difference. */
export function firstOf(checks: Iterable<() => Difference>): Difference {
  for (const check of checks) {
    const difference = check();
    if (difference !== undefined) {
      return difference;
    }
  }
  return undefined;
}

/** Names, ops, order, arguments, and what is called: classes of modules, functions as far as the table has them. */
export function compareNodes(
  what: string,
  actual: fx.GraphModule,
  expected: readonly interchange.RecordedNode[]
): Difference {
  const nodes = [...actual.graph.nodes];
  for (const [i, want] of expected.entries()) {
    const got = nodes[i];
    if (!got) {
      return `${what}: node ${i} '${want.name}' is missing`;
    }
    if (got.name !== want.name || got.op !== want.op) {
      return `${what}: node ${i} is ${got.op} '${got.name}', expected ${want.op} '${want.name}'`;
    }
    const difference = compareNode(actual, got, want);
    if (difference !== undefined) {
      return `${what}: '${got.name}' ${difference}`;
    }
  }
  return nodes.length > expected.length
    ? `${what}: node '${nodes[expected.length]?.name ?? ''}' is not expected`
    : undefined;
}

function compareNode(model: fx.GraphModule, got: fx.Node, want: interchange.RecordedNode): Difference {
  const args = JSON.stringify(got.args.map(tagged));
  if (args !== JSON.stringify(want.args)) {
    return `has args ${args}, expected ${JSON.stringify(want.args)}`;
  }
  const kwargs = JSON.stringify(sortKeys(tagged(got.kwargs)));
  if (kwargs !== JSON.stringify(sortKeys({ dict: want.kwargs }))) {
    return `has kwargs ${kwargs}, expected ${JSON.stringify(want.kwargs)}`;
  }
  if (got.op === 'call_module' && want.module_type !== undefined) {
    const { constructor } = model.getSubmodule(got.target as string);
    return compareClass(constructor, want.module_type);
  }
  if (got.op === 'call_function') {
    const known = lookupFunction(interchange.functionName(want.target));
    return known !== undefined && known !== got.target
      ? `calls ${(got.target as TorchFunction).target}, expected ${want.target}`
      : undefined;
  }
  return got.op !== 'output' && got.target !== want.target
    ? `has target ${got.target as string}, expected ${want.target}`
    : undefined;
}

/** Library classes by their whole dotted name, a user's by its own. */
export function compareClass(actual: object, expected: string): Difference {
  const name = moduleTypeName(actual);
  // Bundlers put an underscore before a class that names itself.
  const same = name.includes('.') ? name === expected : expected.endsWith(`.${name.replace(/^_/, '')}`);
  return same ? undefined : `is a ${name}, expected ${expected}`;
}

function sortKeys(value: unknown): unknown {
  const dict = (value as { dict: Record<string, unknown> }).dict;
  return Object.fromEntries(Object.entries(dict).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function tagged(arg: unknown): unknown {
  if (arg instanceof fx.Node) {
    return { node: arg.name };
  }
  if (arg instanceof Tuple) {
    return { tuple: [...(arg as unknown[])].map(tagged) };
  }
  if (Array.isArray(arg)) {
    return arg.map(tagged);
  }
  if (arg instanceof Slice) {
    return { slice: [arg.start, arg.stop, arg.step].map(tagged) };
  }
  if (arg === ellipsis) {
    return { ellipsis: true };
  }
  if (isDType(arg)) {
    return { enum: `torch.${arg}` };
  }
  if (typeof arg === 'object' && arg !== null) {
    return { dict: Object.fromEntries(Object.entries(arg).map(([key, value]) => [key, tagged(value)])) };
  }
  if (typeof arg === 'number' && !Number.isFinite(arg)) {
    return { float: Number.isNaN(arg) ? 'nan' : arg > 0 ? 'inf' : '-inf' };
  }
  return arg ?? null;
}

export function compareShape(what: string, actual: Tensor, expected: Tensor): Difference {
  const same =
    actual.shape.length === expected.shape.length && actual.shape.every((s, i) => s === expected.shape[i]);
  return same
    ? undefined
    : `${what}: shape [${actual.shape.join(', ')}], expected [${expected.shape.join(', ')}]`;
}

/** |got − want| ≤ absolute + relative · |want|, element by element. */
export function compareClose(
  what: string,
  actual: Tensor,
  expected: Tensor,
  tolerance: { relative?: number; absolute?: number }
): Difference {
  const shape = compareShape(what, actual, expected);
  if (shape !== undefined) {
    return shape;
  }
  const [got, want] = [actual.data(), expected.data()];
  const { relative = 0, absolute = 0 } = tolerance;
  for (let i = 0; i < want.length; i++) {
    const [g, w] = [got[i] as number, want[i] as number];
    if (!(Math.abs(g - w) <= absolute + relative * Math.abs(w)) && !Object.is(g, w)) {
      return `${what}[${i}] is ${g}, expected ${w}`;
    }
  }
  return undefined;
}

/** Off by at most one, in at most `share` of the elements. */
export function compareIntegers(what: string, actual: Tensor, expected: Tensor, share: number): Difference {
  const shape = compareShape(what, actual, expected);
  if (shape !== undefined) {
    return shape;
  }
  const [got, want] = [actual.data(), expected.data()];
  let off = 0;
  let first = '';
  for (let i = 0; i < want.length; i++) {
    const difference = Math.abs((got[i] as number) - (want[i] as number));
    if (!(difference <= 1)) {
      return `${what}[${i}] is ${got[i]}, expected ${want[i]}`;
    }
    first ||= difference > 0 ? `[${i}] is ${got[i]}, expected ${want[i]}` : '';
    off += difference;
  }
  return off > share * want.length
    ? `${what}: ${off} of ${want.length} integers are off by one, allowed ${share * 100} %; ${first}`
    : undefined;
}

/** Values that a tie inside may have moved: at most a tenth of them (all, of few), by two steps or a tenth of the largest. */
export function compareTied(what: string, actual: Tensor, expected: Tensor, step: number): Difference {
  const shape = compareShape(what, actual, expected);
  if (shape !== undefined) {
    return shape;
  }
  const [got, want] = [actual.data(), expected.data()];
  const span = Array.from(want).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let moved = 0;
  for (let i = 0; i < want.length; i++) {
    const difference = Math.abs((got[i] as number) - (want[i] as number));
    if (!(difference <= Math.max(1e-5, 2 * step, span / 10))) {
      return `${what}[${i}] is ${got[i]}, expected ${want[i]}, a step being ${step}`;
    }
    moved += difference > 1e-5 + 1e-4 * Math.abs(want[i] as number) ? 1 : 0;
  }
  return want.length >= 20 && moved > want.length / 10
    ? `${what}: ${moved} of ${want.length} values are off, allowed a tenth`
    : undefined;
}

/** Dequantized values: off by at most one step, in at most 1 % of the elements; else equal to rounding. */
export function compareSteps(what: string, actual: Tensor, expected: Tensor, step: number): Difference {
  const shape = compareShape(what, actual, expected);
  if (shape !== undefined) {
    return shape;
  }
  const [got, want] = [actual.data(), expected.data()];
  let off = 0;
  for (let i = 0; i < want.length; i++) {
    const difference = Math.abs((got[i] as number) - (want[i] as number));
    const rounding = 1e-5 * (step + Math.abs(want[i] as number));
    if (!(difference <= step + rounding)) {
      return `${what}[${i}] is ${got[i]}, expected ${want[i]}, a step being ${step}`;
    }
    off += difference > 2 * rounding ? 1 : 0;
  }
  return off > 0.01 * want.length
    ? `${what}: ${off} of ${want.length} values are off by one step, allowed 1 %`
    : undefined;
}
