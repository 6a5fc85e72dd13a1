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
export { isModule, Module, Parameter } from './module';
export {
  StateDict,
  StateDictError,
  type IncompatibleKeys,
  type StateField,
  type StateValue
} from './stateDict';
export * as functional from './functional';
export * as init from './init';
export * as intrinsic from './intrinsic';
export * as quantizable from './quantizable';
export * as quantized from './quantized';
export * as reference from './reference';
export { DeQuantStub, QuantStub } from './quantized/quantize';
export * as qat from './qat';
export * as intrinsicQat from './qat/fused';
