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
  FuseCustomConfig,
  PrepareCustomConfig,
  type ConvertCustomConfigDict,
  type CustomClassDict,
  type FuseCustomConfigDict,
  type ObservedClass,
  type PrepareCustomConfigDict,
  type QuantizedCustomClass,
  type StandaloneEntry,
  type StandaloneTuple,
  type QuantType
} from './customConfig';
export * from './backendConfig';
export { FusionError } from './fusers';
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
export { makeTracer, type PrepareOptions } from './prepare';
export {
  QuantizationError,
  QuantizationReport,
  reportOf,
  type ModelEntry,
  type ModelKind,
  type OperatorEntry,
  type OperatorKind,
  type QuantizationNotice,
  type Reported,
  type ReportEntry,
  type ReportKind,
  type SettingEntry,
  type SettingKind
} from './report';
