// Checks of recorded JSON before anything is made of it: files come from anywhere. Every complaint says where in the file
// something is wrong and what should be there.

import type { RecordedModule, RecordedNode } from './torchFx';
import { isPlainObject } from '../tensor/function';

/** A file that cannot be imported: what is missing or wrong, and where. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}

const OPCODES: readonly unknown[] = [
  'placeholder',
  'get_attr',
  'call_function',
  'call_method',
  'call_module',
  'output'
];
/** Arguments in arguments: far deeper than PyTorch writes, far shallower than the stack. */
export const MAX_DEPTH = 64;
/** A size in a module's configuration: more would not fit into memory. */
const MAX_SIZE = 1e9;

/** `expect('nodes[3].op', value, 'a text', typeof value === 'string')`. */
export function expect(where: string, value: unknown, wanted: string, fits: boolean): void {
  if (!fits) {
    throw new ImportError(`${where}: expected ${wanted}, got ${describe(value)}`);
  }
}

/** A value as an error can show it, however large. */
export function describe(value: unknown): string {
  if (value === undefined) {
    return 'nothing';
  }
  if (Array.isArray(value)) {
    return `a list of ${value.length}`;
  }
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value);
    return keys.length === 0
      ? 'an empty object'
      : `an object with ${keys.slice(0, 3).join(', ').slice(0, 60)}`;
  }
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** @throws ImportError for what is no list of recorded modules. */
export function checkModules(value: unknown): asserts value is readonly RecordedModule[] {
  expect('modules', value, 'a list', Array.isArray(value));
  (value as unknown[]).forEach((module, i) => {
    const where = `modules[${i}]`;
    expect(where, module, 'an object', isPlainObject(module));
    const { path, type, config } = module as Record<string, unknown>;
    checkPath(`${where}.path`, path);
    expect(`${where}.type`, type, "a class's name", typeof type === 'string');
    expect(`${where}.config`, config, 'an object', isPlainObject(config));
  });
}

/** A number anywhere in a module's configuration that no module has: not finite where PyTorch has sizes, or enormous. */
export function checkSizes(where: string, value: unknown): void {
  if (typeof value === 'number') {
    expect(
      where,
      value,
      `a number up to ${MAX_SIZE}`,
      Math.abs(value) <= MAX_SIZE || !Number.isFinite(value)
    );
  } else if (Array.isArray(value)) {
    value.forEach(item => checkSizes(where, item));
  }
}

function checkPath(where: string, path: unknown): void {
  const isPath = typeof path === 'string' && path !== '' && path.split('.').every(part => part !== '');
  expect(where, path, 'names with dots between', isPath);
}

/** @throws ImportError for what is no list of recorded nodes. */
export function checkNodes(value: unknown): asserts value is readonly RecordedNode[] {
  expect('nodes', value, 'a list', Array.isArray(value));
  const names = new Set<string>();
  (value as unknown[]).forEach((node, i) => {
    const where = `nodes[${i}]`;
    expect(where, node, 'an object', isPlainObject(node));
    const { name, op, target, args, kwargs } = node as Record<string, unknown>;
    expect(`${where}.name`, name, 'a name', typeof name === 'string' && name !== '');
    expect(`${where}.name`, name, 'a name no other node has', !names.has(name as string));
    names.add(name as string);
    expect(`${where}.op`, op, `one of ${OPCODES.join(', ')}`, OPCODES.includes(op));
    expect(`${where}.target`, target, 'a text', typeof target === 'string');
    if (op === 'get_attr' || op === 'call_module') {
      checkPath(`${where}.target`, target);
    }
    expect(`${where}.args`, args, 'a list', Array.isArray(args));
    expect(`${where}.kwargs`, kwargs, 'an object', isPlainObject(kwargs));
  });
}

/** @throws ImportError for a name that modules have for something else: it cannot be a field of one. */
export function checkField(holder: object, name: string, path: string): void {
  if (name in holder && !Object.hasOwn(holder, name)) {
    throw new ImportError(
      `'${path}': every module has a '${name}' of its own, so this cannot be a field; rename it`
    );
  }
}

const isQConfig = (value: unknown): boolean =>
  value === null || (isPlainObject(value) && isPlainObject(value.activation) && isPlainObject(value.weight));

/** @throws ImportError for what is no recorded qconfig mapping. */
export function checkMapping(value: unknown): void {
  expect('qconfig_mapping', value, 'an object', isPlainObject(value));
  const mapping = value as Record<string, unknown>;
  expect('global', mapping.global, 'a qconfig or null', isQConfig(mapping.global));
  for (const style of ['object_type', 'module_name_regex', 'module_name', 'module_name_object_type_order']) {
    expect(style, mapping[style], 'a list', Array.isArray(mapping[style]));
    (mapping[style] as unknown[]).forEach((row, i) => {
      const where = `${style}[${i}]`;
      expect(where, row, 'a key and a qconfig', Array.isArray(row) && row.length === 2 && isQConfig(row[1]));
      const key: unknown = (row as unknown[])[0];
      const isOrder = style === 'module_name_object_type_order';
      expect(
        `${where}[0]`,
        key,
        isOrder ? 'a path, a type and a number' : 'a text',
        isOrder ? isOrderKey(key) : typeof key === 'string'
      );
    });
  }
}

const isOrderKey = (key: unknown): boolean =>
  Array.isArray(key) &&
  key.length === 3 &&
  typeof key[0] === 'string' &&
  typeof key[1] === 'string' &&
  Number.isSafeInteger(key[2]);

const isText = (value: unknown): boolean => typeof value === 'string';
const isListOf = (item: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(item);
const isPairs = isListOf(pair => isListOf(isText)(pair) && (pair as unknown[]).length === 2);
const isSwaps = (value: unknown): boolean => isPlainObject(value) && Object.values(value).every(isPairs);
const isIndexes = isListOf(index => Number.isSafeInteger(index));

/** What each entry of a recorded custom config is; those of newer recordings may be absent. */
const CUSTOM: readonly (readonly [
  key: string,
  wanted: string,
  fits: (value: unknown) => boolean,
  needed: boolean
])[] = [
  ['standalone_module_name', 'a list of paths', isListOf(isText), true],
  ['standalone_module_class', 'a list of classes', isListOf(isText), false],
  ['non_traceable_module_name', 'a list of paths', isListOf(isText), true],
  ['non_traceable_module_class', 'a list of classes', isListOf(isText), true],
  ['float_to_observed_custom_module_class', 'pairs of classes by quant type', isSwaps, true],
  ['observed_to_quantized_custom_module_class', 'pairs of classes by quant type', isSwaps, true],
  ['input_quantized_idxs', 'a list of whole numbers', isIndexes, true],
  ['output_quantized_idxs', 'a list of whole numbers', isIndexes, true],
  ['preserved_attributes', 'a list of names', isListOf(isText), false],
  ['convert_preserved_attributes', 'a list of names', isListOf(isText), false],
  ['standalone_settings', 'an object', isPlainObject, false]
];

/** @throws ImportError for what is no recorded custom config. */
export function checkCustomConfig(value: unknown): void {
  expect('custom_config', value, 'an object', isPlainObject(value));
  for (const [key, wanted, fits, needed] of CUSTOM) {
    const entry = Object.hasOwn(value as object, key) ? (value as Record<string, unknown>)[key] : undefined;
    expect(`custom_config.${key}`, entry, wanted, (entry === undefined && !needed) || fits(entry));
  }
}
