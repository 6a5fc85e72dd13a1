// What backend configs are written with: the dtype combinations of spec 4.2 and short forms of their rows.

import { lookupFunction, type TorchFunction } from '../../tensor/function';
import type { ModuleClass } from '../../nn/library';
import type { BackendPatternConfig, DTypeConfig, ObservationType, PatternItem } from './index';

export const W8: DTypeConfig = {
  inputDtype: { dtype: 'quint8' },
  outputDtype: { dtype: 'quint8' },
  weightDtype: { dtype: 'qint8' },
  biasDtype: 'float32'
};
export const D8: DTypeConfig = { inputDtype: { dtype: 'quint8' }, outputDtype: { dtype: 'quint8' } };
export const DYN8: DTypeConfig = {
  inputDtype: { dtype: 'quint8' },
  outputDtype: { dtype: 'float32' },
  weightDtype: { dtype: 'qint8' },
  biasDtype: 'float32',
  isDynamic: true
};
export const DYN16: DTypeConfig = {
  inputDtype: { dtype: 'float16' },
  outputDtype: { dtype: 'float32' },
  weightDtype: { dtype: 'float16' },
  biasDtype: 'float32',
  isDynamic: true
};
export const LN8: DTypeConfig = { ...D8, weightDtype: { dtype: 'float32' }, biasDtype: 'float32' };
export const weightOnly = (dtype: 'quint8' | 'quint4x2'): DTypeConfig => ({
  inputDtype: { dtype: 'float32' },
  outputDtype: { dtype: 'float32' },
  weightDtype: { dtype }
});
export function fixed(scale: number, zeroPoint: number): DTypeConfig {
  const side = {
    dtype: 'quint8',
    quantMinLowerBound: 0,
    quantMaxUpperBound: 255,
    scaleExactMatch: scale,
    zeroPointExactMatch: zeroPoint
  } as const;
  return { inputDtype: { dtype: 'quint8' }, outputDtype: side };
}
export const FIX01 = fixed(1 / 256, 0);
export const FIX11 = fixed(2 / 256, 128);
export const LINEAR = [W8, DYN8, DYN16];

export const DIFFERENT: ObservationType = 'output_use_different_observer_as_input';
export const SHARE: ObservationType = 'output_share_observer_with_input';

/** A function by PyTorch's target. @throws Error if the table lacks it: a pattern must name what exists. */
export function fn(target: string): TorchFunction {
  const found = lookupFunction(target);
  if (!found) {
    throw new Error(`backend config: no function ${target}`);
  }
  return found;
}

export const f = (name: string) => fn(`torch.nn.functional.${name}`);
export const cls = (c: unknown) => c as ModuleClass;

export type Extra = Omit<BackendPatternConfig, 'pattern' | 'observationType' | 'dtypeConfigs'>;

export function config(
  pattern: PatternItem | readonly PatternItem[],
  dtypeConfigs: readonly DTypeConfig[],
  extra: Extra = {},
  observationType: ObservationType = DIFFERENT
): BackendPatternConfig {
  return { pattern, observationType, dtypeConfigs, ...extra };
}

/** Where linear and convolution functions take weight and bias. */
export const functional: Extra = { weightIndex: 1, biasIndex: 2 };
