// What fusion alone is told. PyTorch: `FuseCustomConfig`.

import { applySetters, namesOf } from './classes';

/** The same as a dictionary, snake_case keys included. */
export interface FuseCustomConfigDict {
  preserved_attributes?: string | readonly string[];
}

/** What `fuseFx` does besides its rules. PyTorch: `FuseCustomConfig`. */
export class FuseCustomConfig {
  preservedAttributes: readonly string[] = [];

  /** Fields of the model that the fused one shall have too. */
  setPreservedAttributes(names: string | readonly string[]): this {
    this.preservedAttributes = namesOf(names, 'setPreservedAttributes');
    return this;
  }

  /** @throws TypeError for an unknown key. */
  static fromDict(dict: FuseCustomConfigDict): FuseCustomConfig {
    const config = new FuseCustomConfig();
    const setters: { [key in keyof Required<FuseCustomConfigDict>]: (value: never) => void } = {
      preserved_attributes: (v: readonly string[]) => config.setPreservedAttributes(v)
    };
    applySetters(dict, setters, 'FuseCustomConfig');
    return config;
  }

  /** As a plain object. PyTorch: `to_dict`. */
  toDict(): FuseCustomConfigDict {
    const { preservedAttributes } = this;
    return preservedAttributes.length > 0 ? { preserved_attributes: [...preservedAttributes] } : {};
  }
}

export function asFuseCustomConfig(
  config: FuseCustomConfig | FuseCustomConfigDict | null | undefined
): FuseCustomConfig {
  return config instanceof FuseCustomConfig ? config : FuseCustomConfig.fromDict(config ?? {});
}
