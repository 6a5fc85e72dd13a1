// Marks: what prepare and convert are told about single modules. PyTorch: `PrepareCustomConfig`,
// `ConvertCustomConfig`. Setters replace, as PyTorch's do, but mappings and standalone entries, which add.

import type { ModuleClass } from '../nn/library';
import type { QConfigMapping } from './qconfigMapping';
import type { BackendConfig } from './backendConfig';

/** How a custom module is quantized. PyTorch: `QuantType`. */
export const QUANT_TYPES = ['static', 'dynamic', 'weight_only'] as const;
export type QuantType = (typeof QUANT_TYPES)[number];

/** A class that `prepare` can make from a float module. */
export type ObservedClass = ModuleClass & { fromFloat(module: never): unknown };
/** A class that `convert` can make from an observed module. */
export type QuantizedCustomClass = ModuleClass & { fromObserved(module: never): unknown };

type ClassMap<V> = Map<QuantType, Map<ModuleClass, V>>;

export interface StandaloneEntry {
  readonly qconfigMapping: QConfigMapping | null;
  readonly exampleInputs: readonly unknown[];
  readonly prepareCustomConfig: PrepareCustomConfig | null;
  readonly backendConfig: BackendConfig | null;
}

export class PrepareCustomConfig {
  nonTraceableModuleNames: readonly string[] = [];
  nonTraceableModuleClasses: readonly ModuleClass[] = [];
  /** Ours: one node, quantized if the backend knows the class. */
  leafModuleNames: readonly string[] = [];
  leafModuleClasses: readonly ModuleClass[] = [];
  readonly floatToObservedMapping: ClassMap<ObservedClass> = new Map();
  readonly standaloneModuleNames = new Map<string, StandaloneEntry>();
  readonly standaloneModuleClasses = new Map<ModuleClass, StandaloneEntry>();
  inputQuantizedIndexes: readonly number[] = [];
  outputQuantizedIndexes: readonly number[] = [];
  preservedAttributes: readonly string[] = [];

  setNonTraceableModuleNames(names: readonly string[]): this {
    this.nonTraceableModuleNames = [...names];
    return this;
  }

  setNonTraceableModuleClasses(classes: readonly ModuleClass[]): this {
    this.nonTraceableModuleClasses = [...classes];
    return this;
  }

  setLeafModuleNames(names: readonly string[]): this {
    this.leafModuleNames = [...names];
    return this;
  }

  setLeafModuleClasses(classes: readonly ModuleClass[]): this {
    this.leafModuleClasses = [...classes];
    return this;
  }

  /** @throws Error for another quant type than static, the only one with observed modules. */
  setFloatToObservedMapping(
    float: ModuleClass,
    observed: ObservedClass,
    quantType: QuantType = 'static'
  ): this {
    if (quantType !== 'static') {
      throw new Error(
        `setFloatToObservedMapping: only static quantization has observed modules, not '${quantType}'. ` +
          'For dynamic and weight-only custom modules mark the float class non-traceable and set setObservedToQuantizedMapping.'
      );
    }
    if (typeof observed.fromFloat !== 'function') {
      throw new TypeError(`setFloatToObservedMapping: ${observed.name} has no static fromFloat(module)`);
    }
    setIn(this.floatToObservedMapping, quantType, float, observed);
    return this;
  }

  setStandaloneModuleName(
    name: string,
    qconfigMapping: QConfigMapping | null,
    exampleInputs: readonly unknown[],
    prepareCustomConfig: PrepareCustomConfig | null = null,
    backendConfig: BackendConfig | null = null
  ): this {
    this.standaloneModuleNames.set(name, {
      qconfigMapping,
      exampleInputs,
      prepareCustomConfig,
      backendConfig
    });
    return this;
  }

  setStandaloneModuleClass(
    cls: ModuleClass,
    qconfigMapping: QConfigMapping | null,
    exampleInputs: readonly unknown[],
    prepareCustomConfig: PrepareCustomConfig | null = null,
    backendConfig: BackendConfig | null = null
  ): this {
    this.standaloneModuleClasses.set(cls, {
      qconfigMapping,
      exampleInputs,
      prepareCustomConfig,
      backendConfig
    });
    return this;
  }

  setInputQuantizedIndexes(indexes: readonly number[]): this {
    this.inputQuantizedIndexes = [...indexes];
    return this;
  }

  setOutputQuantizedIndexes(indexes: readonly number[]): this {
    this.outputQuantizedIndexes = [...indexes];
    return this;
  }

  setPreservedAttributes(names: readonly string[]): this {
    this.preservedAttributes = [...names];
    return this;
  }

  /** The same marks with other names. */
  renamed(rename: (setter: string, name: string) => string): PrepareCustomConfig {
    const names = (setter: string, given: readonly string[]) => given.map(name => rename(setter, name));
    const result = new PrepareCustomConfig();
    Object.assign(result, this, {
      nonTraceableModuleNames: names('setNonTraceableModuleNames', this.nonTraceableModuleNames),
      leafModuleNames: names('setLeafModuleNames', this.leafModuleNames),
      standaloneModuleNames: new Map(
        [...this.standaloneModuleNames].map(([name, entry]) => [
          rename('setStandaloneModuleName', name),
          entry
        ])
      )
    });
    return result;
  }

  /** Every float class with an observed version, whatever the quant type. */
  get customFloatClasses(): ModuleClass[] {
    return [...this.floatToObservedMapping.values()].flatMap(classes => [...classes.keys()]);
  }

  /** The guide's dictionary, snake_case keys as they stand there. @throws TypeError for an unknown key. */
  static fromDict(dict: PrepareCustomConfigDict): PrepareCustomConfig {
    const config = new PrepareCustomConfig();
    const setters: { [key in keyof Required<PrepareCustomConfigDict>]: (value: never) => void } = {
      non_traceable_module_name: (v: readonly string[]) => config.setNonTraceableModuleNames(v),
      non_traceable_module_class: (v: readonly ModuleClass[]) => config.setNonTraceableModuleClasses(v),
      float_to_observed_custom_module_class: (v: CustomClassDict<ObservedClass>) =>
        eachClass(v, (type, from, to) => config.setFloatToObservedMapping(from, to, type)),
      input_quantized_idxs: (v: readonly number[]) => config.setInputQuantizedIndexes(v),
      output_quantized_idxs: (v: readonly number[]) => config.setOutputQuantizedIndexes(v),
      preserved_attributes: (v: readonly string[]) => config.setPreservedAttributes(v)
    };
    applySetters(dict, setters, 'PrepareCustomConfig');
    return config;
  }
}

export class ConvertCustomConfig {
  readonly observedToQuantizedMapping: ClassMap<QuantizedCustomClass> = new Map();
  preservedAttributes: readonly string[] = [];

  /** @throws TypeError for a class without `fromObserved`. */
  setObservedToQuantizedMapping(
    observed: ModuleClass,
    quantized: QuantizedCustomClass,
    quantType: QuantType = 'static'
  ): this {
    if (typeof quantized.fromObserved !== 'function') {
      throw new TypeError(
        `setObservedToQuantizedMapping: ${quantized.name} has no static fromObserved(module)`
      );
    }
    setIn(this.observedToQuantizedMapping, quantType, observed, quantized);
    return this;
  }

  setPreservedAttributes(names: readonly string[]): this {
    this.preservedAttributes = [...names];
    return this;
  }

  get customObservedClasses(): ModuleClass[] {
    return [...this.observedToQuantizedMapping.values()].flatMap(classes => [...classes.keys()]);
  }

  static fromDict(dict: ConvertCustomConfigDict): ConvertCustomConfig {
    const config = new ConvertCustomConfig();
    const setters: { [key in keyof Required<ConvertCustomConfigDict>]: (value: never) => void } = {
      observed_to_quantized_custom_module_class: (v: CustomClassDict<QuantizedCustomClass>) =>
        eachClass(v, (type, from, to) => config.setObservedToQuantizedMapping(from, to, type)),
      preserved_attributes: (v: readonly string[]) => config.setPreservedAttributes(v)
    };
    applySetters(dict, setters, 'ConvertCustomConfig');
    return config;
  }
}

/** Classes by quant type, as a Map or as pairs: JavaScript objects cannot have classes as keys. */
export type CustomClassDict<V> = {
  readonly [T in QuantType]?: ReadonlyMap<ModuleClass, V> | readonly (readonly [ModuleClass, V])[];
};

export interface PrepareCustomConfigDict {
  non_traceable_module_name?: readonly string[];
  non_traceable_module_class?: readonly ModuleClass[];
  float_to_observed_custom_module_class?: CustomClassDict<ObservedClass>;
  input_quantized_idxs?: readonly number[];
  output_quantized_idxs?: readonly number[];
  preserved_attributes?: readonly string[];
}

export interface ConvertCustomConfigDict {
  observed_to_quantized_custom_module_class?: CustomClassDict<QuantizedCustomClass>;
  preserved_attributes?: readonly string[];
}

export function asPrepareCustomConfig(
  config: PrepareCustomConfig | PrepareCustomConfigDict | null | undefined
): PrepareCustomConfig {
  return config instanceof PrepareCustomConfig ? config : PrepareCustomConfig.fromDict(config ?? {});
}

export function asConvertCustomConfig(
  config: ConvertCustomConfig | ConvertCustomConfigDict | null | undefined
): ConvertCustomConfig {
  return config instanceof ConvertCustomConfig ? config : ConvertCustomConfig.fromDict(config ?? {});
}

function setIn<V>(map: ClassMap<V>, quantType: QuantType, key: ModuleClass, value: V): void {
  const classes = map.get(quantType) ?? new Map<ModuleClass, V>();
  map.set(quantType, classes.set(key, value));
}

function eachClass<V>(
  dict: CustomClassDict<V>,
  use: (type: QuantType, from: ModuleClass, to: V) => void
): void {
  for (const [type, classes] of Object.entries(dict)) {
    if (!(QUANT_TYPES as readonly string[]).includes(type)) {
      throw new TypeError(
        `custom module classes: '${type}' is no quant type; one of ${QUANT_TYPES.join(', ')}`
      );
    }
    for (const [from, to] of classes ?? []) {
      use(type as QuantType, from, to);
    }
  }
}

function applySetters(
  dict: object,
  setters: Readonly<Record<string, (value: never) => void>>,
  name: string
): void {
  for (const [key, value] of Object.entries(dict)) {
    const set = setters[key];
    if (!set) {
      throw new TypeError(`${name}: unknown key '${key}'; it knows ${Object.keys(setters).join(', ')}`);
    }
    set(value as never);
  }
}
