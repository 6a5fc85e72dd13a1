// Putting a state back, all or nothing: everything is checked first, then assigned. PyTorch: `Module.load_state_dict`.

import { Tensor } from '../../tensor/tensor';
import type { StateValue } from './dict';
import { sameShape, type StateField } from './fields';

/** What `loadStateDict` could not match. PyTorch: the result of `load_state_dict`. */
export interface IncompatibleKeys {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
}

/** A state dict that does not fit its model. Nothing was loaded. */
export class StateDictError extends Error implements IncompatibleKeys {
  override readonly name = 'StateDictError';
  constructor(
    message: string,
    readonly missing: readonly string[],
    readonly unexpected: readonly string[],
    /** Keys whose value has another shape, dtype or kind than the model's, with what was expected. */
    readonly mismatched: ReadonlyMap<string, string>
  ) {
    super(message);
  }
}

/** A field under its full key. */
export type KeyedField = readonly [key: string, field: StateField];

/**
 * Loads `state` into `fields`.
 * @param who the model's class, for the error.
 * @throws StateDictError for values that do not fit, and with `strict` for missing and unexpected keys, and for values
 *   that differ under keys which are one value here. Nothing has been assigned then.
 */
export function loadFields(
  who: string,
  fields: readonly KeyedField[],
  state: ReadonlyMap<string, StateValue>,
  strict: boolean
): IncompatibleKeys {
  const mismatched = new Map<string, string>();
  const assignments: (() => void)[] = [];
  const loaded = new Map<object, Map<string, string>>();
  for (const [key, field] of fields) {
    const value = state.get(key);
    if (value === undefined) {
      continue;
    }
    const sameOwner = loaded.get(field.owner) ?? new Map<string, string>();
    loaded.set(field.owner, sameOwner);
    const localName = field.owner instanceof Tensor ? '' : field.name;
    const before = sameOwner.get(localName);
    if (strict && before !== undefined && !sameValue(value, state.get(before))) {
      mismatched.set(key, `is one value with '${before}' in this model, the file has two different ones`);
    }
    sameOwner.set(localName, key);
    try {
      assignments.push(field.accept(value));
    } catch (error) {
      mismatched.set(key, (error as Error).message);
    }
  }
  const known = new Set(fields.map(([key]) => key));
  const isLoaded = ({ owner, name }: StateField) =>
    loaded.get(owner)?.has(owner instanceof Tensor ? '' : name) ?? false;
  const missing = fields.filter(([, f]) => !f.optional && !isLoaded(f)).map(([key]) => key);
  const unexpected = [...state.keys()].filter(key => !known.has(key));
  if (mismatched.size > 0 || (strict && missing.length + unexpected.length > 0)) {
    const message = explain(who, missing, unexpected, mismatched);
    throw new StateDictError(message, missing, unexpected, mismatched);
  }
  assignments.forEach(assign => assign());
  return { missing, unexpected };
}

function sameValue(a: StateValue, b: StateValue | undefined): boolean {
  if (a instanceof Tensor && b instanceof Tensor) {
    const [x, y] = [a.data(), b.data()];
    return sameShape(a.shape, b.shape) && x.every((value: number, i: number) => Object.is(value, y[i]));
  }
  return a === b || typeof a === 'object';
}

function explain(
  who: string,
  missing: readonly string[],
  unexpected: readonly string[],
  mismatched: ReadonlyMap<string, string>
): string {
  const mismatches = [...mismatched].map(([key, problem]) => `${key}: ${problem}`);
  const parts = [
    ...(mismatches.length > 0 ? [`values that do not fit: ${some(mismatches, '; ')}`] : []),
    `missing keys: ${some(missing)}`,
    `unexpected keys: ${some(unexpected)}`
  ];
  const remedy = remedyFor(missing, unexpected, mismatches.length > 0);
  return `loadStateDict for ${who}: ${parts.join('; ')}. ${remedy}`;
}

/** Lists as many as can be read; the error object has them all. */
function some(items: readonly string[], separator = ', '): string {
  const shown = items.length > 20 ? [...items.slice(0, 20), `and ${items.length - 20} more`] : items;
  return shown.join(separator) || 'none';
}

function remedyFor(missing: readonly string[], unexpected: readonly string[], mismatches: boolean): string {
  if (unexpected.some(key => /#(int|\d+|weight)$/.test(key))) {
    return 'The file holds quantized values: read it with parseStateDict.';
  }
  const prefix = /^\w+\./.exec(unexpected[0] ?? '')?.[0];
  if (prefix && missing.length > 0 && missing.every(key => unexpected.includes(prefix + key))) {
    return `The keys given start with '${prefix}': remove it from them.`;
  }
  return mismatches
    ? 'Nothing was loaded: the model must be built with the sizes of the one that was saved.'
    : 'Pass { strict: false } to load what matches.';
}
