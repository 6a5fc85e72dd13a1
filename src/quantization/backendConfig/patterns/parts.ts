// Short forms the pattern tables are written with.

import { lookupFunction, type TorchFunction } from '../../../tensor/function';
import type { ModuleClass } from '../../../nn/library';
import type { DTypeConfig } from '../dtypes';
import type { Pattern } from '../pattern';
import { BackendPatternConfig } from '../patternConfig';

/** A function by PyTorch's target. @throws Error if the table lacks it: a pattern must name what exists. */
export function fn(target: string): TorchFunction {
  const found = lookupFunction(target);
  if (!found) {
    throw new Error(`backend config: no function ${target}`);
  }
  return found;
}

/** Functions of `torch.nn.functional`. */
export const f = (name: string): TorchFunction => fn(`torch.nn.functional.${name}`);
export const t = (name: string): TorchFunction => fn(`torch.${name}`);

/** Those of the targets that this library has. */
export function known(targets: readonly string[]): TorchFunction[] {
  return targets.flatMap(target => lookupFunction(target) ?? []);
}

export const cls = (c: unknown): ModuleClass => c as ModuleClass;

export function config(pattern: Pattern, dtypeConfigs: readonly DTypeConfig[]): BackendPatternConfig {
  return new BackendPatternConfig(pattern).setDTypeConfigs(dtypeConfigs);
}

export function share(pattern: Pattern, dtypeConfigs: readonly DTypeConfig[]): BackendPatternConfig {
  return config(pattern, dtypeConfigs).setObservationType('output_share_observer_with_input');
}
