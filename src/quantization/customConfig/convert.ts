// What convert is told about single modules. PyTorch: `ConvertCustomConfig`.

import type { ModuleClass } from '../../nn/library';
import {
  applySetters,
  classDict,
  eachClass,
  namesOf,
  requireModuleClass,
  setIn,
  type ClassMap,
  type CustomClassDict,
  type QuantizedCustomClass,
  type QuantType
} from './classes';

/** The same as the dictionary of PyTorch's guide, snake_case keys included. */
export interface ConvertCustomConfigDict {
  observed_to_quantized_custom_module_class?: CustomClassDict<QuantizedCustomClass>;
  preserved_attributes?: string | readonly string[];
}

/** What `convertFx` does besides its rules. PyTorch: `ConvertCustomConfig`. */
export class ConvertCustomConfig {
  readonly observedToQuantizedMapping: ClassMap<QuantizedCustomClass> = new Map();
  preservedAttributes: readonly string[] = [];

  /**
   * Registers the quantized version of a class: of an observed one for static quantization, of the float one, marked
   * non-traceable, for dynamic and weight-only quantization. Adds to what is registered.
   * @throws TypeError for a class without `fromObserved`.
   */
  setObservedToQuantizedMapping(
    observed: ModuleClass,
    quantized: QuantizedCustomClass,
    quantType: QuantType = 'static'
  ): this {
    const setter = 'setObservedToQuantizedMapping';
    requireModuleClass(observed, setter);
    requireModuleClass(quantized, setter);
    if (typeof quantized.fromObserved !== 'function') {
      throw new TypeError(`${setter}: ${quantized.name} has no static fromObserved(module)`);
    }
    setIn(this.observedToQuantizedMapping, quantType, observed, quantized);
    return this;
  }

  /** Fields of the prepared model that the result shall have; those prepare preserved are kept anyway. */
  setPreservedAttributes(names: string | readonly string[]): this {
    this.preservedAttributes = namesOf(names, 'setPreservedAttributes');
    return this;
  }

  get customObservedClasses(): ModuleClass[] {
    return [...this.observedToQuantizedMapping.values()].flatMap(classes => [...classes.keys()]);
  }

  /** The guide's dictionary, snake_case keys as they stand there. @throws TypeError for an unknown key. */
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

  /** What is set, under PyTorch's keys. */
  toDict(): ConvertCustomConfigDict {
    const { observedToQuantizedMapping: classes, preservedAttributes } = this;
    return {
      ...(classes.size > 0 ? { observed_to_quantized_custom_module_class: classDict(classes) } : {}),
      ...(preservedAttributes.length > 0 ? { preserved_attributes: [...preservedAttributes] } : {})
    };
  }
}

export function asConvertCustomConfig(
  config: ConvertCustomConfig | ConvertCustomConfigDict | null | undefined
): ConvertCustomConfig {
  return config instanceof ConvertCustomConfig ? config : ConvertCustomConfig.fromDict(config ?? {});
}
