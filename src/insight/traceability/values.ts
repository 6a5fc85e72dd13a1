// What the traceability analysis knows of a value: the value itself, that it is traced (depends on an
// input), or nothing. Containers are followed as far as they are literal. Sources: abstract
// interpretation with constant propagation; `traced` is the taint of torch.fx proxies.

import type { Function as FunctionNode } from 'acorn';
import { Parameter } from '../../nn/module';
import type { TraceObstacle } from './obstacle';
import type { Scope } from './scope';

/** What kind of thing a traced value stands for; decides which of its uses can be recorded. */
export type TracedKind = 'tensor' | 'size' | 'number' | 'tuple' | 'any';

export type AbstractValue =
  | { readonly kind: 'known'; readonly value: unknown }
  | { readonly kind: 'traced'; readonly what: TracedKind; readonly cause?: TraceObstacle | undefined }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'list'; readonly items: AbstractValue[] }
  | { readonly kind: 'record'; readonly entries: Map<string, AbstractValue> }
  | { readonly kind: 'closure'; readonly node: FunctionNode; readonly scope: Scope; readonly frame: Frame };

/** The function being analysed: where its obstacles belong. */
export interface Frame {
  readonly modulePath: string;
  readonly className: string;
  readonly functionName: string;
  /** The function's own text, as `Function.prototype.toString` gives it. */
  readonly source: string;
  /** Characters put before `source` to make it parse; taken off every position. */
  readonly prefix: number;
  /** The module `this` stands for. */
  readonly self: AbstractValue;
  /** Prototype that holds the function, for `super`. */
  readonly home: object | null;
  readonly depth: number;
}

export const UNKNOWN: AbstractValue = { kind: 'unknown' };
export const UNDEFINED: AbstractValue = { kind: 'known', value: undefined };

export function known(value: unknown): AbstractValue {
  return { kind: 'known', value };
}

/** `cause`: the obstacle this value comes from; what goes wrong further on is put down to it. */
export function traced(what: TracedKind, cause?: TraceObstacle): AbstractValue {
  return { kind: 'traced', what, cause };
}

/**
 * What a parameter is where its numbers are asked for: while tracing, parameters are traced values, too. Whether there
 * is one at all is known (`this.bias ? … : …`).
 */
export function asTraced(value: AbstractValue): AbstractValue {
  return value.kind === 'known' && value.value instanceof Parameter ? traced('tensor') : value;
}

export function isTraced(value: AbstractValue): value is Extract<AbstractValue, { kind: 'traced' }> {
  return value.kind === 'traced';
}

/** Traced itself, or a container that holds something traced. */
export function containsTraced(value: AbstractValue): boolean {
  switch (value.kind) {
    case 'traced':
      return true;
    case 'list':
      return value.items.some(containsTraced);
    case 'record':
      return [...value.entries.values()].some(containsTraced);
    default:
      return false;
  }
}

/** The elements of a list or of a known array; undefined where they are not known one by one. */
export function elements(value: AbstractValue): AbstractValue[] | undefined {
  if (value.kind === 'list') {
    return value.items;
  }
  return value.kind === 'known' && Array.isArray(value.value) ? value.value.map(known) : undefined;
}

/** What a name can be after two branches: the common value, or the more dangerous one. */
export function join(a: AbstractValue, b: AbstractValue): AbstractValue {
  if (a === b || (a.kind === 'known' && b.kind === 'known' && Object.is(a.value, b.value))) {
    return a;
  }
  if (isTraced(a) && isTraced(b)) {
    return a.what === b.what && a.cause === b.cause ? a : traced('any', a.cause ?? b.cause);
  }
  if (containsTraced(a)) {
    return isNothing(b) || !containsTraced(b) ? a : traced('any');
  }
  return containsTraced(b) ? b : UNKNOWN;
}

/** Is the condition's outcome known? Modules and functions count as true, as in JavaScript. */
export function truthiness(value: AbstractValue): boolean | undefined {
  switch (value.kind) {
    case 'known':
      return Boolean(value.value);
    case 'list':
    case 'record':
    case 'closure':
      return true;
    default:
      return undefined;
  }
}

function isNothing(value: AbstractValue): boolean {
  return value.kind === 'known' && value.value == null;
}
