// The backend config of PyTorch's own kernels: spec 4.2 and 4.3, in PyTorch's order. `null` backend configs
// mean this one, whatever the engine.

import { convConfigs } from './conv';
import { BackendConfig } from './index';
import { linearConfigs } from './linear';
import { binaryConfigs, normConfigs, singleConfigs } from './ops';
import { embeddingConfigs, recurrentConfigs } from './weights';

let native: BackendConfig | undefined;

/** `get_native_backend_config()`. */
export function getNativeBackendConfig(): BackendConfig {
  native ??= new BackendConfig('native')
    .setBackendPatternConfigs(convConfigs())
    .setBackendPatternConfigs(linearConfigs())
    .setBackendPatternConfigs(binaryConfigs())
    .setBackendPatternConfigs(singleConfigs())
    .setBackendPatternConfigs(normConfigs())
    .setBackendPatternConfigs(recurrentConfigs())
    .setBackendPatternConfigs(embeddingConfigs());
  return native;
}
