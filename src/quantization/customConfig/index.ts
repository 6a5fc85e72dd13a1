// Marks and custom classes. PyTorch: `torch.ao.quantization.fx.custom_config`.

export {
  QUANT_TYPES,
  type CustomClassDict,
  type ObservedClass,
  type QuantizedCustomClass,
  type QuantType
} from './classes';
export { asConvertCustomConfig, ConvertCustomConfig, type ConvertCustomConfigDict } from './convert';
export { asFuseCustomConfig, FuseCustomConfig, type FuseCustomConfigDict } from './fuse';
export {
  asPrepareCustomConfig,
  PrepareCustomConfig,
  type PrepareCustomConfigDict,
  type StandaloneEntry,
  type StandaloneTuple
} from './prepare';
