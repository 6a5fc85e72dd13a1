// The backend config of fbgemm's kernels: native's without layer norm. PyTorch: `get_fbgemm_backend_config`.

import { BackendConfig } from './backendConfig';
import { D8, DYN16, DYN8, W8, WO4, WO8 } from './dtypes';
import { binaryConfigs, matmulConfigs } from './patterns/binary';
import { convConfigs } from './patterns/conv';
import { linearConfigs } from './patterns/linear';
import * as ops from './patterns/ops';
import { embeddingConfigs, recurrentConfigs } from './patterns/weights';

/** For x86 servers. PyTorch: `get_fbgemm_backend_config`. */
export function getFbgemmBackendConfig(): BackendConfig {
  return new BackendConfig('fbgemm')
    .setBackendPatternConfigs(convConfigs([W8]))
    .setBackendPatternConfigs(linearConfigs([W8, DYN8, DYN16]))
    .setBackendPatternConfigs(binaryConfigs([D8]))
    .setBackendPatternConfigs(matmulConfigs([D8]))
    .setBackendPatternConfigs(ops.catConfigs([D8]))
    .setBackendPatternConfigs(ops.defaultConfigs([D8]))
    .setBackendPatternConfigs(ops.fixedConfigs([D8]))
    .setBackendPatternConfigs(ops.shareConfigs([D8]))
    .setBackendPatternConfigs(ops.tensorInfoConfigs([D8]))
    .setBackendPatternConfigs(ops.batchNormConfigs([D8]))
    .setBackendPatternConfigs(recurrentConfigs([DYN8, DYN16]))
    .setBackendPatternConfigs(embeddingConfigs([WO8, WO4]));
}
