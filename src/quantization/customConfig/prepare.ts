// Marks: what prepare is told about single modules. PyTorch: `PrepareCustomConfig`. Setters replace, as PyTorch's do,
// but mappings and standalone entries, which add.

import type { ModuleClass } from '../../nn/library';
import type { BackendConfig } from '../backendConfig';
import { QConfigMapping, type QConfigDict } from '../qconfigMapping';
import {
  applySetters,
  classDict,
  classesOf,
  eachClass,
  indexesOf,
  namesOf,
  requireModuleClass,
  setIn,
  type ClassMap,
  type CustomClassDict,
  type ObservedClass,
  type QuantType
} from './classes';

/** Settings a standalone module is prepared with. */
export interface StandaloneEntry {
  /** Null: the qconfig that the module around has for it. */
  readonly qconfigMapping: QConfigMapping | null;
  /** None: what the module is called with when the model runs on its own example inputs. */
  readonly exampleInputs: readonly unknown[];
  readonly prepareCustomConfig: PrepareCustomConfig | null;
  /** Null: that of the model around. */
  readonly backendConfig: BackendConfig | null;
}

/** Name or class, then what a `StandaloneEntry` has; the end may be left out. */
export type StandaloneTuple<K> = readonly [
  module: K,
  qconfigMapping?: QConfigMapping | QConfigDict | null,
  exampleInputs?: readonly unknown[] | null,
  prepareCustomConfig?: PrepareCustomConfig | PrepareCustomConfigDict | null,
  backendConfig?: BackendConfig | null
];

/** The same as the dictionary of PyTorch's guide, snake_case keys included. */
export interface PrepareCustomConfigDict {
  standalone_module_name?: readonly StandaloneTuple<string>[];
  standalone_module_class?: readonly StandaloneTuple<ModuleClass>[];
  float_to_observed_custom_module_class?: CustomClassDict<ObservedClass>;
  non_traceable_module_name?: string | readonly string[];
  non_traceable_module_class?: ModuleClass | readonly ModuleClass[];
  input_quantized_idxs?: readonly number[];
  output_quantized_idxs?: readonly number[];
  preserved_attributes?: string | readonly string[];
}

/** Marks, custom modules and quantized inputs and outputs. PyTorch: `PrepareCustomConfig`. */
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

  /** Modules at these paths are one node each, and stay float. */
  setNonTraceableModuleNames(names: string | readonly string[]): this {
    this.nonTraceableModuleNames = namesOf(names, 'setNonTraceableModuleNames');
    return this;
  }

  /** Modules of exactly these classes are one node each, and stay float unless convert has a version of them. */
  setNonTraceableModuleClasses(classes: ModuleClass | readonly ModuleClass[]): this {
    this.nonTraceableModuleClasses = classesOf(classes, 'setNonTraceableModuleClasses');
    return this;
  }

  /** Modules, by path, that become one node and are quantized if the backend knows them. */
  setLeafModuleNames(names: string | readonly string[]): this {
    this.leafModuleNames = namesOf(names, 'setLeafModuleNames');
    return this;
  }

  /** Modules, by exact class, that become one node. */
  setLeafModuleClasses(classes: ModuleClass | readonly ModuleClass[]): this {
    this.leafModuleClasses = classesOf(classes, 'setLeafModuleClasses');
    return this;
  }

  /**
   * Modules of the class `float` are one node, observed around, and become what `observed.fromFloat` makes of them.
   * @throws Error for another quant type than static, the only one with observed modules; TypeError for a class without
   * `fromFloat`.
   */
  setFloatToObservedMapping(
    float: ModuleClass,
    observed: ObservedClass,
    quantType: QuantType = 'static'
  ): this {
    const setter = 'setFloatToObservedMapping';
    requireModuleClass(float, setter);
    requireModuleClass(observed, setter);
    if (quantType !== 'static') {
      throw new Error(
        `${setter}: only static quantization has observed modules, not '${quantType}'. ` +
          'For dynamic and weight-only custom modules mark the float class non-traceable and set setObservedToQuantizedMapping.'
      );
    }
    if (typeof observed.fromFloat !== 'function') {
      throw new TypeError(`${setter}: ${observed.name} has no static fromFloat(module)`);
    }
    setIn(this.floatToObservedMapping, quantType, float, observed);
    return this;
  }

  /** The module at a path is prepared and converted on its own. An entry by path wins over one by class. */
  setStandaloneModuleName(
    name: string,
    qconfigMapping: QConfigMapping | null = null,
    exampleInputs: readonly unknown[] = [],
    prepareCustomConfig: PrepareCustomConfig | null = null,
    backendConfig: BackendConfig | null = null
  ): this {
    const entry = { qconfigMapping, exampleInputs, prepareCustomConfig, backendConfig };
    this.standaloneModuleNames.set(name, entry);
    return this;
  }

  /** The same for every module of exactly this class. */
  setStandaloneModuleClass(
    cls: ModuleClass,
    qconfigMapping: QConfigMapping | null = null,
    exampleInputs: readonly unknown[] = [],
    prepareCustomConfig: PrepareCustomConfig | null = null,
    backendConfig: BackendConfig | null = null
  ): this {
    requireModuleClass(cls, 'setStandaloneModuleClass');
    const entry = { qconfigMapping, exampleInputs, prepareCustomConfig, backendConfig };
    this.standaloneModuleClasses.set(cls, entry);
    return this;
  }

  /** Inputs, counted from 0, that arrive quantized. */
  setInputQuantizedIndexes(indexes: readonly number[]): this {
    this.inputQuantizedIndexes = indexesOf(indexes, 'setInputQuantizedIndexes');
    return this;
  }

  /** Outputs that are returned quantized: 0 for a model that returns one value, else positions in the list it returns. */
  setOutputQuantizedIndexes(indexes: readonly number[]): this {
    this.outputQuantizedIndexes = indexesOf(indexes, 'setOutputQuantizedIndexes');
    return this;
  }

  /** Fields of the model that the prepared and the quantized one shall have too. */
  setPreservedAttributes(names: string | readonly string[]): this {
    this.preservedAttributes = namesOf(names, 'setPreservedAttributes');
    return this;
  }

  /** The same marks with other names. */
  renamed(rename: (setter: string, name: string) => string): PrepareCustomConfig {
    const names = (setter: string, given: readonly string[]) => given.map(name => rename(setter, name));
    return Object.assign(new PrepareCustomConfig(), this, {
      nonTraceableModuleNames: names('setNonTraceableModuleNames', this.nonTraceableModuleNames),
      leafModuleNames: names('setLeafModuleNames', this.leafModuleNames),
      standaloneModuleNames: new Map(
        [...this.standaloneModuleNames].map(([name, entry]) => [
          rename('setStandaloneModuleName', name),
          entry
        ])
      )
    });
  }

  /** Every float class with an observed version, whatever the quant type. */
  get customFloatClasses(): ModuleClass[] {
    return [...this.floatToObservedMapping.values()].flatMap(classes => [...classes.keys()]);
  }

  /** The guide's dictionary, snake_case keys as they stand there. @throws TypeError for an unknown key. */
  static fromDict(dict: PrepareCustomConfigDict): PrepareCustomConfig {
    const config = new PrepareCustomConfig();
    const setters: { [key in keyof Required<PrepareCustomConfigDict>]: (value: never) => void } = {
      standalone_module_name: (v: readonly StandaloneTuple<string>[]) =>
        v.forEach(([name, ...rest]) => config.setStandaloneModuleName(name, ...standaloneArguments(rest))),
      standalone_module_class: (v: readonly StandaloneTuple<ModuleClass>[]) =>
        v.forEach(([cls, ...rest]) => config.setStandaloneModuleClass(cls, ...standaloneArguments(rest))),
      float_to_observed_custom_module_class: (v: CustomClassDict<ObservedClass>) =>
        eachClass(v, (type, from, to) => config.setFloatToObservedMapping(from, to, type)),
      non_traceable_module_name: (v: readonly string[]) => config.setNonTraceableModuleNames(v),
      non_traceable_module_class: (v: readonly ModuleClass[]) => config.setNonTraceableModuleClasses(v),
      input_quantized_idxs: (v: readonly number[]) => config.setInputQuantizedIndexes(v),
      output_quantized_idxs: (v: readonly number[]) => config.setOutputQuantizedIndexes(v),
      preserved_attributes: (v: readonly string[]) => config.setPreservedAttributes(v)
    };
    applySetters(dict, setters, 'PrepareCustomConfig');
    return config;
  }

  /** What is set, under PyTorch's keys. Leaf marks, which PyTorch has not, are left out. */
  toDict(): PrepareCustomConfigDict {
    const all: Required<PrepareCustomConfigDict> = {
      standalone_module_name: [...this.standaloneModuleNames].map(standaloneTuple),
      standalone_module_class: [...this.standaloneModuleClasses].map(standaloneTuple),
      float_to_observed_custom_module_class: classDict(this.floatToObservedMapping),
      non_traceable_module_name: [...this.nonTraceableModuleNames],
      non_traceable_module_class: [...this.nonTraceableModuleClasses],
      input_quantized_idxs: [...this.inputQuantizedIndexes],
      output_quantized_idxs: [...this.outputQuantizedIndexes],
      preserved_attributes: [...this.preservedAttributes]
    };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => Object.keys(value).length > 0));
  }
}

type StandaloneArguments = [
  QConfigMapping | null,
  readonly unknown[],
  PrepareCustomConfig | null,
  BackendConfig | null
];

function standaloneArguments([mapping, inputs, custom, backend]: StandaloneTuple<never> extends readonly [
  unknown,
  ...infer R
]
  ? R
  : never): StandaloneArguments {
  return [
    mapping ? QConfigMapping.from(mapping) : null,
    inputs ?? [],
    custom ? asPrepareCustomConfig(custom) : null,
    backend ?? null
  ];
}

const standaloneTuple = <K>([key, entry]: readonly [K, StandaloneEntry]): StandaloneTuple<K> => [
  key,
  entry.qconfigMapping,
  entry.exampleInputs,
  entry.prepareCustomConfig,
  entry.backendConfig
];

export function asPrepareCustomConfig(
  config: PrepareCustomConfig | PrepareCustomConfigDict | null | undefined
): PrepareCustomConfig {
  return config instanceof PrepareCustomConfig ? config : PrepareCustomConfig.fromDict(config ?? {});
}
