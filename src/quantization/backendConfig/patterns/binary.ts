// Arithmetic of two values, alone and followed by a relu. Spec 4.3. PyTorch: `_get_binary_op_configs`.

import * as nn from '../../../nn';
import type { DTypeConfig } from '../dtypes';
import type { BackendPatternConfig } from '../patternConfig';
import { cls, config, f, fn, t } from './parts';

export const BINARY = ['operator.add', 'torch.add', 'operator.mul', 'torch.mul'] as const;

/** With one tensor the output keeps its scale; with two it gets its own. */
export const BY_TENSOR_COUNT = {
  0: 'output_use_different_observer_as_input',
  1: 'output_share_observer_with_input',
  2: 'output_use_different_observer_as_input'
} as const;

export function* binaryConfigs(
  dtypes: readonly DTypeConfig[],
  targets: readonly string[] = BINARY
): Generator<BackendPatternConfig> {
  for (const op of targets.map(fn)) {
    for (const relu of [cls(nn.ReLU), f('relu'), t('relu')]) {
      yield config([op, relu], dtypes).setNumTensorArgsToObservationType(BY_TENSOR_COUNT);
    }
    yield config(op, dtypes).setNumTensorArgsToObservationType(BY_TENSOR_COUNT);
  }
}

export function* matmulConfigs(dtypes: readonly DTypeConfig[]): Generator<BackendPatternConfig> {
  yield config(t('matmul'), dtypes);
}
