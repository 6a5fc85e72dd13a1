// The backend config of TensorRT, for reference models that are lowered elsewhere: signed throughout.
// PyTorch: `get_tensorrt_backend_config`.

import { BackendConfig } from './backendConfig';
import { DTypeConfig } from './dtypes';
import { binaryConfigs, matmulConfigs } from './patterns/binary';
import { convConfigs } from './patterns/conv';
import { linearConfigs } from './patterns/linear';
import * as ops from './patterns/ops';
import { config, known } from './patterns/parts';

/** PyTorch: `get_tensorrt_backend_config`. */
export function getTensorrtBackendConfig(): BackendConfig {
  const plain = new DTypeConfig({ inputDtype: 'qint8', outputDtype: 'qint8' });
  const weighted = new DTypeConfig({ ...plain, weightDtype: 'qint8', biasDtype: 'float32' });
  const addmm = known(['torch.addmm']).map(fn =>
    config(fn, [weighted]).setInputTypeToIndex({ bias: 0, input: 1, weight: 2 })
  );
  return new BackendConfig('tensorrt')
    .setBackendPatternConfigs(convConfigs([weighted]))
    .setBackendPatternConfigs(addmm)
    .setBackendPatternConfigs(ops.catConfigs([plain]))
    .setBackendPatternConfigs(linearConfigs([weighted]))
    .setBackendPatternConfigs(binaryConfigs([weighted]))
    .setBackendPatternConfigs(matmulConfigs([weighted]))
    .setBackendPatternConfigs(ops.shareConfigs([plain]))
    .setBackendPatternConfigs(ops.tensorInfoConfigs([plain]));
}
