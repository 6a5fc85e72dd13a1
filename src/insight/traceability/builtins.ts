// JavaScript's own functions: they see nothing in a traced value, and compute with known ones.

import type { Expression } from 'acorn';
import type { Context } from './expressions';
import { UNKNOWN, containsTraced, isTraced, known, traced, type AbstractValue } from './values';

/** JavaScript's own functions; harmless ones are told apart in `callBuiltin`. */
export const JAVASCRIPT: ReadonlySet<unknown> = new Set<unknown>([
  ...[Math, Number, JSON, Object, Array, String].flatMap(holder =>
    Object.getOwnPropertyNames(holder).map(name => Reflect.get(holder, name) as unknown)
  ),
  ...[Number, String, Boolean, BigInt, Array, parseInt, parseFloat, isNaN, isFinite, Set, Map]
]);
const PURE_HOLDERS = new Set<unknown>(
  [Math, Number].flatMap(holder =>
    Object.getOwnPropertyNames(holder).map(n => Reflect.get(holder, n) as unknown)
  )
);

/** What a built-in gives; one that would have to look into a traced value is reported. */
export function callBuiltin(
  fn: (...args: never[]) => unknown,
  args: AbstractValue[],
  node: Expression,
  context: Context
): AbstractValue {
  const harmless: readonly unknown[] = [Array.isArray, Object.is, Array.of, Object.freeze];
  if (args.some(containsTraced)) {
    if (!harmless.includes(fn)) {
      const kind =
        fn === Boolean ? 'control_flow' : (fn as unknown) === Array.from ? 'iteration' : 'conversion';
      const detail = `\`${fn.name}()\` with a traced value.`;
      return traced(
        'any',
        context.analysis.report(context.frame, node, { kind, detail }, args.find(isTraced))
      );
    }
    return fn === (Array.of as unknown) ? { kind: 'list', items: args } : UNKNOWN;
  }
  const computable = PURE_HOLDERS.has(fn) || fn === (Number as unknown) || fn === (Array.isArray as unknown);
  if (computable && args.every(a => a.kind === 'known')) {
    try {
      return known(fn(...(args.map(a => (a as { value: unknown }).value) as never[])));
    } catch {
      return UNKNOWN;
    }
  }
  return fn === (Array.isArray as unknown) && args[0]?.kind === 'list' ? known(true) : UNKNOWN;
}

const LOOKUPS: ReadonlySet<unknown> = new Set<unknown>([
  ...['get', 'has', 'keys', 'values', 'entries'].map(name => Reflect.get(Map.prototype, name) as unknown),
  ...['has', 'values', 'entries'].map(name => Reflect.get(Set.prototype, name) as unknown)
]);

/** Looking something up in a known Map or Set changes nothing, and so can be done. */
export function lookUp(
  fn: unknown,
  self: AbstractValue | undefined,
  args: AbstractValue[]
): AbstractValue | undefined {
  const holder = self?.kind === 'known' ? self.value : undefined;
  const keys = args.flatMap(arg => (arg.kind === 'known' ? [arg.value] : []));
  if (!LOOKUPS.has(fn) || !(holder instanceof Map || holder instanceof Set) || keys.length < args.length) {
    return undefined;
  }
  return known(Reflect.apply(fn as (...key: unknown[]) => unknown, holder, keys) as unknown);
}
