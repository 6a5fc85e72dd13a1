// The backend config of x86's kernels: native's without layer norm. PyTorch: `get_x86_backend_config`.

import { BackendConfig } from './backendConfig';
import { D8, DYN16, DYN8, W8, WO4, WO8 } from './dtypes';
import { binaryConfigs, matmulConfigs } from './patterns/binary';
import { convConfigs } from './patterns/conv';
import { linearConfigs } from './patterns/linear';
import * as ops from './patterns/ops';
import { embeddingConfigs, recurrentConfigs } from './patterns/weights';

/** The default of x86. PyTorch: `get_x86_backend_config`. */
export function getX86BackendConfig(): BackendConfig {
  return new BackendConfig('x86')
    .setBackendPatternConfigs(convConfigs([W8]))
    .setBackendPatternConfigs(linearConfigs([W8, DYN8, DYN16]))
    .setBackendPatternConfigs(binaryConfigs([W8]))
    .setBackendPatternConfigs(matmulConfigs([W8]))
    .setBackendPatternConfigs(ops.catConfigs([D8]))
    .setBackendPatternConfigs(ops.defaultConfigs([D8]))
    .setBackendPatternConfigs(ops.fixedConfigs([W8]))
    .setBackendPatternConfigs(ops.shareConfigs([D8]))
    .setBackendPatternConfigs(ops.tensorInfoConfigs([D8]))
    .setBackendPatternConfigs(ops.batchNormConfigs([D8]))
    .setBackendPatternConfigs(recurrentConfigs([DYN8, DYN16]))
    .setBackendPatternConfigs(embeddingConfigs([WO8, WO4]));
}
