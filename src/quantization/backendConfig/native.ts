// The backend config of PyTorch's own kernels: spec 4.2 and 4.3, in PyTorch's order. `null` backend configs
// mean this one, whatever the engine.

import { BackendConfig } from './backendConfig';
import { D8, DYN16, DYN8, LN8, W8, WO4, WO8 } from './dtypes';
import { binaryConfigs, matmulConfigs } from './patterns/binary';
import { convConfigs } from './patterns/conv';
import { linearConfigs } from './patterns/linear';
import * as ops from './patterns/ops';
import { embeddingConfigs, recurrentConfigs } from './patterns/weights';

/** `get_native_backend_config()`: a fresh one, which may be changed. */
export function getNativeBackendConfig(): BackendConfig {
  return new BackendConfig('native')
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
    .setBackendPatternConfigs(ops.layerNormConfigs([LN8]))
    .setBackendPatternConfigs(recurrentConfigs([DYN8, DYN16]))
    .setBackendPatternConfigs(embeddingConfigs([WO8, WO4]));
}
