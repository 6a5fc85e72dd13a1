// What a backend can compute with integers, as data. PyTorch: `torch.ao.quantization.backend_config`.

export { BackendConfig, type BackendConfigDict } from './backendConfig';
export { DTypeConfig, type DTypeConfigOptions, type DTypeWithConstraints } from './dtypes';
export {
  BackendPatternConfig,
  ObservationType,
  type BackendPatternConfigDict,
  type FusedPart,
  type FuserMethod,
  type InputTypeToIndex
} from './patternConfig';
export {
  MatchAllNode,
  patternItems,
  reversedPattern,
  type ComplexPattern,
  type NodePattern,
  type Pattern,
  type PatternItem
} from './pattern';
export { getExecutorchBackendConfig } from './executorch';
export { getFbgemmBackendConfig } from './fbgemm';
export { getNativeBackendConfig } from './native';
export { getOnednnBackendConfig } from './onednn';
export { getQnnpackBackendConfig } from './qnnpack';
export { getTensorrtBackendConfig } from './tensorrt';
export { getX86BackendConfig } from './x86';
export { getFxquantBackendConfig } from './fxquant';
