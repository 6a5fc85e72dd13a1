// Classes of custom modules, how they are registered, and the checks that lists of names, classes and indexes share.

import type { ModuleClass } from '../../nn/library';
import { ModuleBase } from '../../nn/module';

/** How a custom module is quantized. PyTorch: `QuantType`. */
export const QUANT_TYPES = ['static', 'dynamic', 'weight_only'] as const;
/** How a module is quantized: one of static, dynamic, weight-only. */
export type QuantType = (typeof QUANT_TYPES)[number];

/** A class that `prepare` can make from a float module. */
export type ObservedClass = ModuleClass & {
  /** Makes the observed module of a float one. */
  fromFloat(module: never): unknown;
};
/** A class that `convert` can make from an observed module. */
export type QuantizedCustomClass = ModuleClass & {
  /** Makes the quantized module of an observed one. */
  fromObserved(module: never): unknown;
};

export type ClassMap<V> = Map<QuantType, Map<ModuleClass, V>>;
type Classes<V> = ReadonlyMap<ModuleClass, V> | readonly (readonly [ModuleClass, V])[];

/**
 * Classes by quant type, as a Map or as pairs, since JavaScript objects cannot have classes as keys; a Map or pairs alone
 * are static.
 */
export type CustomClassDict<V> = { readonly [T in QuantType]?: Classes<V> } | Classes<V>;

export function setIn<V>(map: ClassMap<V>, quantType: QuantType, key: ModuleClass, value: V): void {
  const classes = map.get(quantType) ?? new Map<ModuleClass, V>();
  map.set(quantType, classes.set(key, value));
}

/** @throws TypeError for a quant type that is none, and for what is no list of classes. */
export function eachClass<V>(
  dict: CustomClassDict<V>,
  use: (type: QuantType, from: ModuleClass, to: V) => void
): void {
  const isStatic = dict instanceof Map || Array.isArray(dict);
  const byType = Object.entries(isStatic ? { static: dict as Classes<V> } : dict) as [string, Classes<V>][];
  for (const [type, classes] of byType) {
    if (!(QUANT_TYPES as readonly string[]).includes(type)) {
      throw new TypeError(
        `custom module classes: '${type}' is no quant type; one of ${QUANT_TYPES.join(', ')}`
      );
    }
    if (!(classes instanceof Map) && !Array.isArray(classes)) {
      throw new TypeError(
        `custom module classes, '${type}': give a Map or pairs, new Map([[Float, Observed]]) or [[Float, Observed]]; ` +
          'a plain object cannot have classes as keys'
      );
    }
    for (const [from, to] of classes as Iterable<readonly [ModuleClass, V]>) {
      use(type as QuantType, from, to);
    }
  }
}

/** The classes by quant type as plain data. */
export function classDict<V>(map: ClassMap<V>): { [T in QuantType]?: (readonly [ModuleClass, V])[] } {
  return Object.fromEntries([...map].map(([type, classes]) => [type, [...classes]]));
}

/** @throws TypeError for what is no class of modules. */
export function requireModuleClass(value: unknown, setter: string): void {
  if (typeof value !== 'function' || !(value.prototype instanceof ModuleBase)) {
    const text = typeof value === 'string' ? `'${value}', a text` : typeof value;
    throw new TypeError(`${setter}: expected a class of modules, got ${text}`);
  }
}

/** One name, as the guide writes it, or several. @throws TypeError for anything else. */
export function namesOf(value: string | readonly string[], setter: string): string[] {
  const names: unknown = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(names) || names.some(name => typeof name !== 'string')) {
    throw new TypeError(`${setter}: expected a list of names, like ['block.conv']`);
  }
  return [...(names as string[])];
}

export function classesOf(value: ModuleClass | readonly ModuleClass[], setter: string): ModuleClass[] {
  const classes = Array.isArray(value) ? (value as readonly ModuleClass[]) : [value as ModuleClass];
  classes.forEach(cls => requireModuleClass(cls, setter));
  return [...classes];
}

export function indexesOf(value: readonly number[], setter: string): number[] {
  if (!Array.isArray(value) || value.some(index => typeof index !== 'number')) {
    throw new TypeError(`${setter}: expected a list of indexes, like [0]`);
  }
  return [...value];
}

/** @throws TypeError for a key that no setter has: it would be ignored. */
export function applySetters(
  dict: object,
  setters: Readonly<Record<string, (value: never) => void>>,
  name: string
): void {
  for (const [key, value] of Object.entries(dict)) {
    const set = setters[key];
    if (!set) {
      throw new TypeError(`${name}: unknown key '${key}'; it knows ${Object.keys(setters).join(', ')}`);
    }
    if (value !== undefined && value !== null) {
      set(value as never);
    }
  }
}
