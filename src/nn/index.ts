// `torch.nn`.

export * from './modules/activation';
export * from './modules/attention';
export * from './modules/container';
export * from './modules/conv';
export * from './modules/distance';
export * from './modules/dropout';
export * from './modules/linear';
export * from './modules/loss';
export * from './modules/norm';
export * from './modules/padding';
export * from './modules/moreLosses';
export * from './modules/pool';
export * from './modules/rarePools';
export * from './modules/windows';
export * from './modules/rareActivations';
export * from './modules/responseNorm';
export * from './modules/rnn';
export * from './modules/rnnCells';
export * from './modules/shape';
export * from './modules/sparse';
export * from './modules/transformer';
export * from './modules/transformerLayers';
export { deepCopy } from './deepcopy';
export { isModule, Module, ModuleBase, Parameter } from './module';
export type { CalculatedQParams, ObserverLike, QConfigLike } from './qconfig';
export {
  StateDict,
  StateDictError,
  type IncompatibleKeys,
  type StateField,
  type StateValue
} from './stateDict';
/** Functions of neural networks. PyTorch: `torch.nn.functional`. */
export * as functional from './functional';
/** Initial values of parameters. PyTorch: `torch.nn.init`. */
export * as init from './init';
/** Modules fused of others. PyTorch: `torch.ao.nn.intrinsic`. */
export * as intrinsic from './intrinsic';
/** Modules that can be observed inside. PyTorch: `torch.ao.nn.quantizable`. */
export * as quantizable from './quantizable';
/** Modules that compute with integers. PyTorch: `torch.ao.nn.quantized`. */
export * as quantized from './quantized';
/** Float modules that round their weight. PyTorch: `torch.ao.nn.quantized.reference`. */
export * as reference from './reference';
export { DeQuantStub, QuantStub } from './quantized/quantize';
/** Modules that round their weight while they train. PyTorch: `torch.ao.nn.qat`. */
export * as qat from './qat';
/** Fused modules that round their weight. PyTorch: `torch.ao.nn.intrinsic.qat`. */
export * as intrinsicQat from './qat/fused';
