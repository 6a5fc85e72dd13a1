// `torch.ao.quantization`.

export * from './observers';
export * from './fakeQuantize';
export * from './qconfig';
export * from './qatQConfig';
export * from './defaultMappings';
export {
  QConfigMapping,
  objectTypeLabel,
  type MaybeQConfig,
  type ObjectType,
  type QConfigDict,
  type QConfigExplanation
} from './qconfigMapping';
export {
  ConvertCustomConfig,
  PrepareCustomConfig,
  type ConvertCustomConfigDict,
  type PrepareCustomConfigDict,
  type QuantType
} from './customConfig';
export {
  BackendConfig,
  type BackendPatternConfig,
  type DTypeConfig,
  type DTypeWithConstraints,
  type ObservationType
} from './backendConfig';
export { getNativeBackendConfig } from './backendConfig/native';
export {
  convertFx,
  convertToReferenceFx,
  fuseFx,
  preparationNotices,
  prepareFx,
  prepareQatFx
} from './quantizeFx';
export type { ConvertFxOptions } from './convert';
export { origin } from './origin';
export { preparedMeta, type PreparedMeta } from './prepared';
export { QuantizationTracer } from './tracer';
export { makeTracer } from './prepare';
export { QuantizationError, type QuantizationNotice } from './report';
