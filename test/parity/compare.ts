// The equality rules of `test/golden/README.md`, each returning what differs first.

import { fx, isDType, Slice, Tuple, ellipsis, type Tensor } from '../../src';
import type { interchange } from '../../src';

export type Difference = string | undefined;

/** Names, ops, order and arguments; targets aside. */
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
    const args = JSON.stringify(got.args.map(tagged));
    if (args !== JSON.stringify(want.args)) {
      return `${what}: '${got.name}' has args ${args}, expected ${JSON.stringify(want.args)}`;
    }
    const kwargs = JSON.stringify(sortKeys(tagged(got.kwargs)));
    if (kwargs !== JSON.stringify(sortKeys({ dict: want.kwargs }))) {
      return `${what}: '${got.name}' has kwargs ${kwargs}, expected ${JSON.stringify(want.kwargs)}`;
    }
  }
  return nodes.length > expected.length
    ? `${what}: node '${nodes[expected.length]?.name ?? ''}' is not expected`
    : undefined;
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
  for (let i = 0; i < want.length; i++) {
    const difference = Math.abs((got[i] as number) - (want[i] as number));
    if (difference > 1) {
      return `${what}[${i}] is ${got[i]}, expected ${want[i]}`;
    }
    off += difference;
  }
  return off > share * want.length
    ? `${what}: ${off} of ${want.length} integers are off by one, allowed ${share * 100} %`
    : undefined;
}
