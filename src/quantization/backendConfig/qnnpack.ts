// The backend config of QNNPACK's kernels: signed activations first, for XNNPACK; no layer norm, no sizes.
// PyTorch: `get_qnnpack_backend_config`.

import { BackendConfig } from './backendConfig';
import { D8, DYN16, DYN8, S8, SW8, W8, WO4, WO8 } from './dtypes';
import { binaryConfigs, matmulConfigs } from './patterns/binary';
import { convConfigs } from './patterns/conv';
import { linearConfigs } from './patterns/linear';
import * as ops from './patterns/ops';
import { embeddingConfigs, recurrentConfigs } from './patterns/weights';

/** For ARM phones; symmetric qint8 too. PyTorch: `get_qnnpack_backend_config`. */
export function getQnnpackBackendConfig(): BackendConfig {
  const both = [S8, D8];
  return new BackendConfig('qnnpack')
    .setBackendPatternConfigs(convConfigs([SW8, W8]))
    .setBackendPatternConfigs(linearConfigs([SW8, W8, DYN8, DYN16]))
    .setBackendPatternConfigs(binaryConfigs(both))
    .setBackendPatternConfigs(matmulConfigs(both))
    .setBackendPatternConfigs(ops.catConfigs(both))
    .setBackendPatternConfigs(ops.defaultConfigs(both))
    .setBackendPatternConfigs(ops.fixedConfigs(both))
    .setBackendPatternConfigs(ops.shareConfigs(both))
    .setBackendPatternConfigs(ops.batchNormConfigs(both))
    .setBackendPatternConfigs(recurrentConfigs([DYN8, DYN16]))
    .setBackendPatternConfigs(embeddingConfigs([WO8, WO4]));
}
