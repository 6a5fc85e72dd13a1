// Recorded quantization settings → ours: qconfig mappings with observer constructors, and custom configs.

import { lookupModuleClass, type ModuleClass } from '../nn/library';
import { Identity } from '../nn/modules/linear';
import { lookupFunction } from '../tensor';
import { isPlainObject } from '../tensor/function';
import {
  ConvertCustomConfig,
  factory,
  ObserverBase,
  PrepareCustomConfig,
  QConfig,
  QConfigMapping,
  type MaybeQConfig,
  type ObjectType,
  type ObserverClass,
  type ObserverFactory,
  type QuantType
} from '../quantization';
import { checkCustomConfig, checkMapping, checkSizes, expect, ImportError } from './recorded';
import { readArgument, recordedClass } from './torchFx';

type Json = Readonly<Record<string, unknown>>;

/** Every style of a mapping, as recorded. */
export interface RecordedMapping {
  readonly global: Json | null;
  readonly object_type: readonly (readonly [string, Json | null])[];
  readonly module_name_regex: readonly (readonly [string, Json | null])[];
  readonly module_name: readonly (readonly [string, Json | null])[];
  readonly module_name_object_type_order: readonly (readonly [
    readonly [string, string, number],
    Json | null
  ])[];
}

/** Recorded marks and custom classes. */
export interface RecordedCustomConfig {
  readonly standalone_module_name: readonly string[];
  readonly non_traceable_module_name: readonly string[];
  readonly non_traceable_module_class: readonly string[];
  readonly float_to_observed_custom_module_class: Readonly<
    Record<string, readonly (readonly [string, string])[]>
  >;
  readonly observed_to_quantized_custom_module_class: Readonly<
    Record<string, readonly (readonly [string, string])[]>
  >;
  readonly input_quantized_idxs: readonly number[];
  readonly output_quantized_idxs: readonly number[];
  readonly standalone_module_class?: readonly string[];
  /** What standalone modules were given, by path or class name; absent or null for nothing. */
  readonly standalone_settings?: Readonly<Record<string, RecordedStandaloneSettings>>;
  readonly preserved_attributes?: readonly string[];
  readonly convert_preserved_attributes?: readonly string[];
}

export interface RecordedStandaloneSettings {
  readonly qconfig_mapping: RecordedMapping | null;
  readonly prepare_custom_config: RecordedCustomConfig | null;
}

/**
 * A mapping as recorded from PyTorch.
 * @param classes of the user, by PyTorch's class name; others a file only names stand for themselves (`importedClass`).
 */
export function readQConfigMapping(
  recorded: RecordedMapping,
  classes: Readonly<Record<string, ModuleClass>> = {}
): QConfigMapping {
  checkMapping(recorded);
  const objectType = (key: string): ObjectType =>
    key.includes('.') ? (lookupFunction(key) ?? recordedClass(key, classes)) : key;
  const mapping = new QConfigMapping().setGlobal(readQConfig(recorded.global));
  eachRow('object_type', recorded.object_type, (key, qconfig) =>
    mapping.setObjectType(objectType(key), qconfig)
  );
  eachRow('module_name_regex', recorded.module_name_regex, (key, q) => mapping.setModuleNameRegex(key, q));
  eachRow('module_name', recorded.module_name, (key, q) => mapping.setModuleName(key, q));
  const order = recorded.module_name_object_type_order;
  eachRow('module_name_object_type_order', order, ([name, key, index], qconfig) =>
    mapping.setModuleNameObjectTypeOrder(name, objectType(key), index, qconfig)
  );
  return mapping;
}

/** @throws ImportError naming the row that a mapping does not take. */
function eachRow<K>(
  style: string,
  rows: readonly (readonly [K, Json | null])[],
  set: (key: K, qconfig: MaybeQConfig) => QConfigMapping
): void {
  for (const [i, [key, qconfig]] of rows.entries()) {
    try {
      set(key, readQConfig(qconfig));
    } catch (error) {
      throw new ImportError(`${style}[${i}]: ${(error as Error).message}`, { cause: error });
    }
  }
}

function readQConfig(recorded: Json | null): MaybeQConfig {
  if (recorded === null) {
    return null;
  }
  return new QConfig(
    readFactory(recorded.activation as Json),
    readFactory(recorded.weight as Json),
    'recorded'
  );
}

function readFactory(recorded: Json): ObserverFactory {
  const { type, ...options } = recorded;
  expect('an observer', type, "a class's name", typeof type === 'string');
  const cls = lookupModuleClass(type as string);
  if (!cls) {
    throw new ImportError(`observer class ${String(type)} is not supported`);
  }
  const made = factory(cls as unknown as ObserverClass, readOptions(options));
  requireObserver(type as string, made);
  return made;
}

/** Makes one, so that settings it does not take are refused here and not while a model is prepared. */
function requireObserver(type: string, made: ObserverFactory): void {
  let observer: unknown;
  try {
    observer = made.create();
  } catch (error) {
    throw new ImportError(`observer ${type}: ${(error as Error).message}`, { cause: error });
  }
  // Embeddings are trained with Identity in the activation's place.
  const fits = observer instanceof ObserverBase || (observer as object).constructor === Identity;
  expect('an observer', type, "an observer's class", fits);
}

function readOptions(options: Json): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => {
      const read = isFactory(value) ? readFactory(value) : readArgument(value, refuseNode);
      checkSizes(name, read);
      return [camelCase(name), read];
    })
  );
}

function isFactory(value: unknown): value is Json {
  return isPlainObject(value) && Object.hasOwn(value, 'type');
}

function refuseNode(name: string): never {
  throw new ImportError(`an observer's settings refer to node '${name}'`);
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Classes of custom modules by PyTorch's class name. */
export type CustomClasses = Readonly<Record<string, ModuleClass>>;

/** Custom settings as recorded from PyTorch. */
export function readCustomConfigs(
  recorded: RecordedCustomConfig,
  classes: CustomClasses
): [PrepareCustomConfig, ConvertCustomConfig] {
  checkCustomConfig(recorded);
  const cls = (name: string): ModuleClass => {
    const found = (Object.hasOwn(classes, name) ? classes[name] : undefined) ?? lookupModuleClass(name);
    if (!found) {
      throw new ImportError(`custom class ${name} is not registered; give a registry file with it`);
    }
    return found;
  };
  const prepare = new PrepareCustomConfig()
    .setNonTraceableModuleNames(recorded.non_traceable_module_name)
    .setNonTraceableModuleClasses(recorded.non_traceable_module_class.map(cls))
    .setInputQuantizedIndexes(recorded.input_quantized_idxs)
    .setOutputQuantizedIndexes(recorded.output_quantized_idxs)
    .setPreservedAttributes(recorded.preserved_attributes ?? []);
  const standalone = (key: string) => standaloneSettings(recorded.standalone_settings?.[key], classes);
  recorded.standalone_module_name.forEach(name => prepare.setStandaloneModuleName(name, ...standalone(name)));
  (recorded.standalone_module_class ?? []).forEach(name =>
    prepare.setStandaloneModuleClass(cls(name), ...standalone(name))
  );
  const convert = new ConvertCustomConfig().setPreservedAttributes(
    recorded.convert_preserved_attributes ?? []
  );
  for (const [type, pairs] of Object.entries(recorded.float_to_observed_custom_module_class)) {
    pairs.forEach(([from, to]) =>
      prepare.setFloatToObservedMapping(cls(from), cls(to) as never, quantType(type))
    );
  }
  for (const [type, pairs] of Object.entries(recorded.observed_to_quantized_custom_module_class)) {
    pairs.forEach(([from, to]) =>
      convert.setObservedToQuantizedMapping(cls(from), cls(to) as never, quantType(type))
    );
  }
  return [prepare, convert];
}

function standaloneSettings(
  recorded: RecordedStandaloneSettings | undefined,
  classes: CustomClasses
): [mapping: QConfigMapping | null, exampleInputs: unknown[], custom: PrepareCustomConfig | null] {
  const { qconfig_mapping: mapping, prepare_custom_config: custom } = recorded ?? {};
  return [
    mapping ? readQConfigMapping(mapping, classes) : null,
    [],
    custom ? readCustomConfigs(custom, classes)[0] : null
  ];
}

function quantType(name: string): QuantType {
  const types: Readonly<Record<string, QuantType>> = {
    static: 'static',
    dynamic: 'dynamic',
    weight_only: 'weight_only'
  };
  const type = Object.hasOwn(types, name) ? types[name] : undefined;
  if (!type) {
    throw new ImportError(`quant type '${name}' is unknown`);
  }
  return type;
}
