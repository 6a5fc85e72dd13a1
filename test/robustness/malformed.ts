// Damages JSON where it hurts: a value replaced by one of another type or size, a key missing, doubled or misspelt, a
// reference that leads nowhere or to itself.

import fc from 'fast-check';

export interface Damage {
  readonly at: number;
  readonly kind: number;
  readonly value: unknown;
}

export const deep = (levels: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) {
    value = i % 2 === 0 ? [value] : { tuple: [value] };
  }
  return value;
};

const strange: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    1.5,
    1e12,
    1e308,
    '',
    '__proto__',
    'constructor',
    'toString',
    'a.b',
    'torch.nope',
    'call_function',
    [],
    {},
    [[]],
    { node: 'nowhere' },
    { node: '__proto__' },
    { tuple: 3 },
    { slice: {} },
    { dict: [] },
    { enum: 7 },
    { float: null },
    { repr: 'x' }
  ),
  fc.constant(JSON.parse('{"__proto__": {"polluted": true}}')),
  fc.constant(JSON.parse('{"dict": {"__proto__": {"polluted": true}, "constructor": 1}}')),
  fc.integer({ min: 10, max: 300 }).map(deep),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>
);

export const damages: fc.Arbitrary<readonly Damage[]> = fc.array(
  fc.record({ at: fc.nat(1e6), kind: fc.nat(9), value: strange }),
  { minLength: 1, maxLength: 3 }
);

/** Every place in a value, the value itself left out. */
function places(value: unknown, found: [holder: object, key: string][] = []): [object, string][] {
  if (typeof value === 'object' && value !== null) {
    for (const key of Object.keys(value)) {
      found.push([value, key]);
      places((value as Record<string, unknown>)[key], found);
    }
  }
  return found;
}

/** A damaged copy. */
export function damage<T>(original: T, list: readonly Damage[]): T {
  const copy = structuredClone(original);
  for (const { at, kind, value } of list) {
    const all = places(copy);
    const [holder, key] = all[at % all.length] ?? [copy as object, ''];
    const record = holder as Record<string, unknown>;
    const [otherHolder, otherKey] = all[(at * 7919) % all.length] ?? [holder, key];
    switch (kind) {
      case 0:
        remove(holder, key);
        break;
      case 1:
        record[Array.isArray(holder) ? holder.length : `${key}x`] = record[key];
        remove(holder, key);
        break;
      case 2:
        // What stands elsewhere in the document, if it is small: references to later nodes, cycles.
        if (JSON.stringify((otherHolder as Record<string, unknown>)[otherKey] ?? null).length < 200) {
          record[key] = structuredClone((otherHolder as Record<string, unknown>)[otherKey]);
        }
        break;
      case 3:
        if (Array.isArray(holder)) {
          holder.push(structuredClone(record[key]));
        } else {
          record[key] = [record[key]];
        }
        break;
      default:
        Object.defineProperty(holder, key, {
          value: structuredClone(value),
          writable: true,
          enumerable: true,
          configurable: true
        });
    }
  }
  return copy;
}

function remove(holder: object, key: string): void {
  if (Array.isArray(holder)) {
    holder.splice(Number(key), 1);
  } else {
    Reflect.deleteProperty(holder, key);
  }
}
