// What a backend can compute with integers, as data: patterns of operators, how their values are observed,
// and which dtypes fit. PyTorch: `torch.ao.quantization.backend_config`.

import type { TorchFunction } from '../../tensor/function';
import type { DType } from '../../tensor/dtype';
import type { ModuleClass } from '../../nn/library';

/** One operator: a module class, a function, or a method name. */
export type PatternItem = ModuleClass | TorchFunction | string;
/** Operators in the order they run. */
export type Pattern = PatternItem | readonly PatternItem[];

/** How the output of an operator is observed. PyTorch: `ObservationType`. */
export type ObservationType =
  'output_use_different_observer_as_input' | 'output_share_observer_with_input' | 'input_output_not_observed';

/** PyTorch: `DTypeWithConstraints`. */
export interface DTypeWithConstraints {
  readonly dtype: DType;
  readonly quantMinLowerBound?: number;
  readonly quantMaxUpperBound?: number;
  readonly scaleMinLowerBound?: number;
  readonly scaleExactMatch?: number;
  readonly zeroPointExactMatch?: number;
}

/** One combination of dtypes; what is absent is not constrained. */
export interface DTypeConfig {
  readonly inputDtype?: DTypeWithConstraints;
  readonly outputDtype?: DTypeWithConstraints;
  readonly weightDtype?: DTypeWithConstraints;
  readonly biasDtype?: DType;
  readonly isDynamic?: boolean;
}

export interface BackendPatternConfig {
  readonly pattern: Pattern;
  readonly observationType: ObservationType;
  readonly dtypeConfigs: readonly DTypeConfig[];
  /** Observation by the number of tensor arguments, where it depends on them (add, mul). */
  readonly numTensorArgsToObservationType?: Readonly<Record<number, ObservationType>>;
  /** Positions of weight and bias among a function's arguments. */
  readonly weightIndex?: number;
  readonly biasIndex?: number;
  /** The float class whose reference version computes the pattern. */
  readonly rootModule?: ModuleClass;
  readonly qatModule?: ModuleClass;
  /** Name of the fuser in `fuse/fusers.ts`, for patterns that become one module. */
  readonly fuser?: string;
  readonly fusedModule?: ModuleClass;
}

export class BackendConfig {
  private readonly byPattern = new Map<string, BackendPatternConfig>();
  private readonly ids = new Map<PatternItem, number>();

  constructor(readonly name: string) {}

  /** Adds a pattern; one that is there already is replaced where it stands. */
  setBackendPatternConfig(config: BackendPatternConfig): this {
    this.byPattern.set(this.keyOf(config.pattern), config);
    return this;
  }

  setBackendPatternConfigs(configs: Iterable<BackendPatternConfig>): this {
    for (const config of configs) {
      this.setBackendPatternConfig(config);
    }
    return this;
  }

  get configs(): readonly BackendPatternConfig[] {
    return [...this.byPattern.values()];
  }

  find(pattern: Pattern): BackendPatternConfig | undefined {
    return this.byPattern.get(this.keyOf(pattern));
  }

  private keyOf(pattern: Pattern): string {
    return patternItems(pattern)
      .map(item => {
        const id = this.ids.get(item) ?? this.ids.size;
        this.ids.set(item, id);
        return id;
      })
      .join(',');
  }
}

export function patternItems(pattern: Pattern): readonly PatternItem[] {
  return Array.isArray(pattern) ? (pattern as readonly PatternItem[]) : [pattern as PatternItem];
}
