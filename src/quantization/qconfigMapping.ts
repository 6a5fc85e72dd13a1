// Which qconfig each operator gets: `torch.ao.quantization.QConfigMapping`. Priority, low to high:
// global < object type < module name regex < module name < module name + object type + order.
// A null that wins means: do not quantize. It does not fall through.

import { compatibility } from '../tensor/compatibility';
import type { TorchFunction } from '../tensor/function';
import { hasMethod } from '../tensor/methods';
import { moduleTypeName, type ModuleClass } from '../nn/library';
import type { QConfig } from './qconfig';

/** A module class, a function of the table, or a method's PyTorch name. */
export type ObjectType = ModuleClass | TorchFunction | string;
/** A qconfig, or null for "do not quantize". */
export type MaybeQConfig = QConfig | null;

/** Name, type and how-manieth of that type in the module called name. */
export interface OrderKey {
  readonly name: string;
  readonly type: ObjectType;
  readonly index: number;
}

/** The setting that won for a node and those that lost to it, most specific first. */
export interface QConfigExplanation {
  readonly qconfig: MaybeQConfig;
  readonly from: string;
  readonly lost: readonly { readonly qconfig: MaybeQConfig; readonly from: string }[];
}

/** A mapping as plain data. PyTorch: `QConfigMapping.to_dict()`. */
export interface QConfigDict {
  /** The global qconfig. */
  readonly ''?: MaybeQConfig;
  readonly object_type?: readonly (readonly [ObjectType, MaybeQConfig])[];
  readonly module_name_regex?: readonly (readonly [string, MaybeQConfig])[];
  readonly module_name?: readonly (readonly [string, MaybeQConfig])[];
  /** Module path, type, how-manieth of that type there, qconfig. */
  readonly module_name_object_type_order?: readonly (readonly [string, ObjectType, number, MaybeQConfig])[];
}

const STYLES: readonly (keyof QConfigDict)[] = [
  '',
  'object_type',
  'module_name_regex',
  'module_name',
  'module_name_object_type_order'
];

/**
 * Which qconfig which part of a model gets. Later styles win: global, object type, module name regex,
 * module name, order. PyTorch: `QConfigMapping`.
 */
export class QConfigMapping {
  globalQConfig: MaybeQConfig = null;
  readonly objectTypeQConfigs = new Map<ObjectType, MaybeQConfig>();
  readonly moduleNameRegexQConfigs = new Map<string, MaybeQConfig>();
  readonly moduleNameQConfigs = new Map<string, MaybeQConfig>();
  readonly moduleNameObjectTypeOrderQConfigs: { readonly key: OrderKey; qconfig: MaybeQConfig }[] = [];
  /** Settings that decided for no node are reported; these did. */
  readonly used = new Set<unknown>();

  /** For everything no other row is for. PyTorch: `set_global`. */
  setGlobal(qconfig: MaybeQConfig): this {
    this.globalQConfig = qconfig;
    return this;
  }

  /**
   * For a module class, a function (`F.relu`, `torch.add`) or a method name (`'reshape'`).
   * @throws Error for a text that is no method's name: a class is given itself, not by name (D4).
   */
  setObjectType(type: ObjectType, qconfig: MaybeQConfig): this {
    if (typeof type === 'string' && !compatibility.reproducePyTorchDefects && !isMethodName(type)) {
      throw new Error(
        `QConfigMapping.setObjectType: no tensor method is called '${type}'. Text names methods only; ` +
          'give a class or a function itself: setObjectType(nn.Linear, …), setObjectType(F.relu, …).'
      );
    }
    this.objectTypeQConfigs.set(type, qconfig);
    return this;
  }

  /**
   * `regex` is matched at the start of the path, as Python's `re.match` does: `layer1` also matches `layer10`. End it
   * with `$` to match whole paths (D26).
   * @throws Error for what is no regular expression.
   */
  setModuleNameRegex(regex: string, qconfig: MaybeQConfig): this {
    try {
      new RegExp(regex);
    } catch (error) {
      throw new Error(
        `QConfigMapping.setModuleNameRegex: '${regex}' is no regular expression: ${(error as Error).message}`,
        { cause: error }
      );
    }
    this.moduleNameRegexQConfigs.set(regex, qconfig);
    return this;
  }

  /** For the module at a path and everything below it. */
  setModuleName(name: string, qconfig: MaybeQConfig): this {
    this.moduleNameQConfigs.set(name, qconfig);
    return this;
  }

  /** For the index-th operator of a type in a module. PyTorch: `set_module_name_object_type_order`. */
  setModuleNameObjectTypeOrder(name: string, type: ObjectType, index: number, qconfig: MaybeQConfig): this {
    const entry = this.moduleNameObjectTypeOrderQConfigs.find(
      e => e.key.name === name && e.key.type === type && e.key.index === index
    );
    if (entry) {
      entry.qconfig = qconfig;
    } else {
      this.moduleNameObjectTypeOrderQConfigs.push({ key: { name, type, index }, qconfig });
    }
    return this;
  }

  /** Every style with its rows, under PyTorch's keys. */
  toDict(): QConfigDict {
    return {
      '': this.globalQConfig,
      object_type: [...this.objectTypeQConfigs],
      module_name_regex: [...this.moduleNameRegexQConfigs],
      module_name: [...this.moduleNameQConfigs],
      module_name_object_type_order: this.moduleNameObjectTypeOrderQConfigs.map(
        ({ key, qconfig }) => [key.name, key.type, key.index, qconfig] as const
      )
    };
  }

  /** @throws Error for a key that is no style: it would be ignored. */
  static fromDict(dict: QConfigDict): QConfigMapping {
    const unknown = Object.keys(dict).filter(key => !STYLES.includes(key as keyof QConfigDict));
    if (unknown.length > 0) {
      throw new Error(
        `QConfigMapping.fromDict: unknown key '${unknown.join("', '")}'; the keys are '${STYLES.join("', '")}'`
      );
    }
    const mapping = new QConfigMapping().setGlobal(dict[''] ?? null);
    dict.object_type?.forEach(([type, qconfig]) => mapping.setObjectType(type, qconfig));
    dict.module_name_regex?.forEach(([regex, qconfig]) => mapping.setModuleNameRegex(regex, qconfig));
    dict.module_name?.forEach(([name, qconfig]) => mapping.setModuleName(name, qconfig));
    dict.module_name_object_type_order?.forEach(([name, type, index, qconfig]) =>
      mapping.setModuleNameObjectTypeOrder(name, type, index, qconfig)
    );
    return mapping;
  }

  /** The mapping itself, or what a dictionary says: `{ '': defaultQConfig, module_name: [['fc', null]] }`. */
  static from(mapping: QConfigMapping | QConfigDict): QConfigMapping {
    return mapping instanceof QConfigMapping ? mapping : QConfigMapping.fromDict(mapping);
  }

  /** A mapping with the same rows. */
  copy(): QConfigMapping {
    return QConfigMapping.fromDict(this.toDict());
  }
}

/** Names of tensor methods, those of in-place versions too. */
const isMethodName = (name: string): boolean =>
  hasMethod(name) || (name.endsWith('_') && hasMethod(name.slice(0, -1)));

/** `torch.nn.modules.conv.Conv2d` → `Conv2d`; for messages. */
export function objectTypeLabel(type: ObjectType): string {
  const name = typeof type === 'string' ? type : 'target' in type ? type.target : moduleTypeName(type);
  return name.slice(name.lastIndexOf('.') + 1);
}
