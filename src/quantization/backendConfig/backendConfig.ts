// A named list of pattern configs, one per pattern. PyTorch: `BackendConfig`.

import type { ModuleClass } from '../../nn/library';
import type { MatchAllNode } from './pattern';
import { reversedPattern, type ComplexPattern, type Pattern, type PatternItem } from './pattern';
import { BackendPatternConfig, type BackendPatternConfigDict } from './patternConfig';

/** PyTorch's keys. */
export interface BackendConfigDict {
  readonly name?: string;
  readonly configs?: readonly (BackendPatternConfigDict | BackendPatternConfig)[];
}

/** Which patterns a backend quantizes, and with which dtypes. PyTorch: `BackendConfig`. */
export class BackendConfig {
  private readonly byPattern = new Map<string, BackendPatternConfig>();
  private readonly ids = new Map<unknown, number>();

  constructor(public name = '') {}

  /** Names the backend. PyTorch: `set_name`. */
  setName(name: string): this {
    this.name = name;
    return this;
  }

  /** Adds a pattern; one that is there already is replaced where it stands. @throws Error without a pattern. */
  setBackendPatternConfig(config: BackendPatternConfig): this {
    this.byPattern.set(this.keyOf(config.patternComplexFormat), config);
    return this;
  }

  /** Adds patterns; one that is there already is replaced. PyTorch: `set_backend_pattern_configs`. */
  setBackendPatternConfigs(configs: Iterable<BackendPatternConfig>): this {
    for (const config of configs) {
      this.setBackendPatternConfig(config);
    }
    return this;
  }

  get configs(): readonly BackendPatternConfig[] {
    return [...this.byPattern.values()];
  }

  /** The config of exactly this pattern, in forward order. */
  find(pattern: Pattern): BackendPatternConfig | undefined {
    return this.byPattern.get(this.keyOf(reversedPattern(pattern)));
  }

  /** Classes that stand in patterns; each is one operator, so tracing does not look into it. */
  get moduleClasses(): readonly ModuleClass[] {
    const classesOf = (pattern: ComplexPattern): ModuleClass[] =>
      Array.isArray(pattern)
        ? (pattern as readonly ComplexPattern[]).flatMap(classesOf)
        : isModuleClass(pattern)
          ? [pattern]
          : [];
    return [...new Set(this.configs.flatMap(config => classesOf(config.patternComplexFormat)))];
  }

  /** Float class with a weight → reference class. */
  get referenceClasses(): ReadonlyMap<ModuleClass, ModuleClass> {
    const classes = new Map<ModuleClass, ModuleClass>();
    for (const { rootModule, referenceQuantizedModule } of this.configs) {
      if (rootModule && referenceQuantizedModule) {
        classes.set(rootModule, referenceQuantizedModule);
      }
    }
    return classes;
  }

  /** As a plain object. PyTorch: `to_dict`. */
  toDict(): BackendConfigDict {
    return { name: this.name, configs: this.configs.map(config => config.toDict()) };
  }

  /** From the plain object `toDict` makes. PyTorch: `from_dict`. */
  static fromDict(dict: BackendConfigDict): BackendConfig {
    const configs = dict.configs ?? [];
    return new BackendConfig(dict.name).setBackendPatternConfigs(
      configs.map(c => (c instanceof BackendPatternConfig ? c : BackendPatternConfig.fromDict(c)))
    );
  }

  private keyOf(pattern: ComplexPattern): string {
    if (Array.isArray(pattern)) {
      return `(${(pattern as readonly ComplexPattern[]).map(part => this.keyOf(part)).join(',')})`;
    }
    const item = pattern as PatternItem | typeof MatchAllNode;
    const id = this.ids.get(item) ?? this.ids.size;
    this.ids.set(item, id);
    return String(id);
  }
}

function isModuleClass(item: ComplexPattern): item is ModuleClass {
  return typeof item === 'function' && !('spec' in item);
}
