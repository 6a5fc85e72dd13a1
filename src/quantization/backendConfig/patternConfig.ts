// How one pattern of operators is quantized: observers, dtypes, the classes that take its place.
// PyTorch: `BackendPatternConfig`. Setters change the config and return it.

import type { Argument, Node } from '../../fx';
import type { ModuleClass } from '../../nn/library';
import type { Module } from '../../nn/module';
import type { TorchFunction } from '../../tensor/function';
import { DTypeConfig } from './dtypes';
import {
  reversedPattern,
  type ComplexPattern,
  type MatchAllNode,
  type NodePattern,
  type Pattern
} from './pattern';

/** How the output of an operator is observed. */
export const ObservationType = {
  /** By an observer of its own: conv, linear, softmax. */
  OUTPUT_USE_DIFFERENT_OBSERVER_AS_INPUT: 'output_use_different_observer_as_input',
  /** By its input's: it keeps scale and zero point, as pooling and cat do. */
  OUTPUT_SHARE_OBSERVER_WITH_INPUT: 'output_share_observer_with_input',
  /** Not at all: sizes. */
  INPUT_OUTPUT_NOT_OBSERVED: 'input_output_not_observed'
} as const;
export type ObservationType = (typeof ObservationType)[keyof typeof ObservationType];

/** What a fuser gets for each place of a pattern: the module, the function of a call, or nothing but its place. */
export type FusedPart = Module | TorchFunction | string | typeof MatchAllNode | readonly FusedPart[];

/**
 * Makes one module of a matched sequence. Its parts come in forward order, `(isQat, conv, bn, relu)`; those of a nested
 * pattern in the pattern's own shape, `(isQat, relu, [add, conv, MatchAllNode])`.
 */
export type FuserMethod = (isQat: boolean, ...parts: never[]) => Module;

/** Positions of weight and bias (and input) among a function's arguments. */
export interface InputTypeToIndex {
  readonly input?: number;
  readonly weight?: number;
  readonly bias?: number;
}

/** A class with a static `fromFloat`, for training. */
export type BackendModuleClass = ModuleClass;

/** PyTorch's keys. */
export type BackendPatternConfigDict = Readonly<Record<string, unknown>>;

/** How one pattern is observed and quantized. PyTorch: `BackendPatternConfig`. */
export class BackendPatternConfig {
  pattern: Pattern | null;
  observationType: ObservationType = ObservationType.OUTPUT_USE_DIFFERENT_OBSERVER_AS_INPUT;
  dtypeConfigs: readonly DTypeConfig[] = [];
  /** The float class with the weight, whose reference class computes the pattern. */
  rootModule: ModuleClass | null = null;
  /** What the module becomes to be trained (`fromFloat`). */
  qatModule: ModuleClass | null = null;
  /** What the root becomes in convert: a class with `fromFloat(float, weightQParams)`. */
  referenceQuantizedModule: ModuleClass | null = null;
  fusedModule: ModuleClass | null = null;
  fuserMethod: FuserMethod | null = null;
  /** What lowering puts in its place: a class with `fromReference(module, scale, zeroPoint)`. Not in PyTorch. */
  quantizedModule: ModuleClass | null = null;
  /** What lowering calls instead, scale and zero point being added at the end. Not in PyTorch. */
  quantizedFunction: TorchFunction | null = null;
  numTensorArgsToObservationType: Readonly<Record<number, ObservationType>> | null = null;
  inputTypeToIndex: InputTypeToIndex = {};
  /** Which node of a match has the weight. */
  rootNodeGetter: ((nodes: NodePattern) => Node) | null = null;
  /** Which inputs a fused node takes besides the first. */
  extraInputsGetter: ((nodes: NodePattern) => readonly Argument[]) | null = null;
  private nested: ComplexPattern | null = null;

  /** @param pattern a class, function or method name, or several in the order they run. */
  constructor(pattern: Pattern | null = null) {
    this.pattern = pattern;
  }

  /** The nested reversed form, which every pattern has. @throws Error if no pattern was set. */
  get patternComplexFormat(): ComplexPattern {
    const complex = this.nested ?? (this.pattern === null ? null : reversedPattern(this.pattern));
    if (complex === null) {
      throw new Error('BackendPatternConfig: no pattern; give it to the constructor or setPattern');
    }
    return complex;
  }

  /** @throws Error if a nested pattern was set. */
  setPattern(pattern: Pattern): this {
    if (this.nested !== null) {
      throw new Error("BackendPatternConfig: only one of 'pattern' and 'patternComplexFormat' can be set");
    }
    this.pattern = pattern;
    return this;
  }

  /** For operators with several inputs. @throws Error if a plain pattern was set. */
  setPatternComplexFormat(pattern: ComplexPattern): this {
    if (this.pattern !== null) {
      throw new Error("BackendPatternConfig: only one of 'pattern' and 'patternComplexFormat' can be set");
    }
    this.nested = pattern;
    return this;
  }

  /** Where observers go. PyTorch: `set_observation_type`. */
  setObservationType(type: ObservationType): this {
    this.observationType = type;
    return this;
  }

  /** Adds a combination of dtypes. PyTorch: `add_dtype_config`. */
  addDTypeConfig(config: DTypeConfig): this {
    this.dtypeConfigs = [...this.dtypeConfigs, config];
    return this;
  }

  /** Sets the combinations of dtypes. PyTorch: `set_dtype_configs`. */
  setDTypeConfigs(configs: readonly DTypeConfig[]): this {
    this.dtypeConfigs = [...configs];
    return this;
  }

  /** The float module with the weight. PyTorch: `set_root_module`. */
  setRootModule(cls: ModuleClass): this {
    this.rootModule = cls;
    return this;
  }

  /** What takes its place in quantization aware training. PyTorch: `set_qat_module`. */
  setQatModule(cls: ModuleClass): this {
    this.qatModule = cls;
    return this;
  }

  /** What takes its place in reference models. PyTorch: `set_reference_quantized_module`. */
  setReferenceQuantizedModule(cls: ModuleClass): this {
    this.referenceQuantizedModule = cls;
    return this;
  }

  /** What the pattern is fused to. PyTorch: `set_fused_module`. */
  setFusedModule(cls: ModuleClass): this {
    this.fusedModule = cls;
    return this;
  }

  /** How it is fused. PyTorch: `set_fuser_method`. */
  setFuserMethod(fuser: FuserMethod): this {
    this.fuserMethod = fuser;
    return this;
  }

  /** What it is lowered to. */
  setQuantizedModule(cls: ModuleClass): this {
    this.quantizedModule = cls;
    return this;
  }

  /** The function it is lowered to. */
  setQuantizedFunction(fn: TorchFunction): this {
    this.quantizedFunction = fn;
    return this;
  }

  /** Observation by the number of tensor arguments, where it depends on them (add, mul). */
  setNumTensorArgsToObservationType(types: Readonly<Record<number, ObservationType>>): this {
    this.numTensorArgsToObservationType = types;
    return this;
  }

  /** Which argument is the weight or the bias. PyTorch: `_set_input_type_to_index`. */
  setInputTypeToIndex(indices: InputTypeToIndex): this {
    this.inputTypeToIndex = indices;
    return this;
  }

  /** Which of the matched nodes calls the root module; the innermost unless set. */
  setRootNodeGetter(getter: (nodes: NodePattern) => Node): this {
    this.rootNodeGetter = getter;
    return this;
  }

  /** Inputs of the fused node after those of the root. */
  setExtraInputsGetter(getter: (nodes: NodePattern) => readonly Argument[]): this {
    this.extraInputsGetter = getter;
    return this;
  }

  /** As a plain object. PyTorch: `to_dict`. */
  toDict(): BackendPatternConfigDict {
    const entries = KEYS.flatMap(([snake, key]): [string, unknown][] => {
      const value = this[key];
      return value === null || (key === 'inputTypeToIndex' && Object.keys(value).length === 0)
        ? []
        : [[snake, value]];
    });
    return {
      ...Object.fromEntries(entries),
      dtype_configs: this.dtypeConfigs.map(c => c.toDict()),
      ...(this.nested === null ? {} : { pattern_complex_format: this.nested })
    };
  }

  /** @throws Error for a key that means nothing. */
  static fromDict(dict: BackendPatternConfigDict): BackendPatternConfig {
    const config = new BackendPatternConfig();
    const known = new Map<string, string>(KEYS);
    for (const [snake, value] of Object.entries(dict)) {
      const key = known.get(snake);
      if (snake === 'dtype_configs') {
        const configs = value as readonly (DTypeConfig | Readonly<Record<string, unknown>>)[];
        config.setDTypeConfigs(configs.map(c => (c instanceof DTypeConfig ? c : DTypeConfig.fromDict(c))));
      } else if (snake === 'pattern_complex_format') {
        config.setPatternComplexFormat(value as ComplexPattern);
      } else if (key) {
        Reflect.set(config, key, value);
      } else {
        throw new Error(
          `BackendPatternConfig.fromDict: unknown key '${snake}'; one of ${[...known.keys()].join(', ')}`
        );
      }
    }
    return config;
  }
}

const KEYS = [
  ['pattern', 'pattern'],
  ['observation_type', 'observationType'],
  ['root_module', 'rootModule'],
  ['qat_module', 'qatModule'],
  ['reference_quantized_module_for_root', 'referenceQuantizedModule'],
  ['fused_module', 'fusedModule'],
  ['fuser_method', 'fuserMethod'],
  ['quantized_module', 'quantizedModule'],
  ['quantized_function', 'quantizedFunction'],
  ['root_node_getter', 'rootNodeGetter'],
  ['extra_inputs_getter', 'extraInputsGetter'],
  ['num_tensor_args_to_observation_type', 'numTensorArgsToObservationType'],
  ['input_type_to_index', 'inputTypeToIndex']
] as const;
