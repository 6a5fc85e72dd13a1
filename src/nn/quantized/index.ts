// `torch.ao.nn.quantized` and its intrinsic and dynamic parts: modules that compute with integers. Made from
// reference modules by lowering (`fromReference`) or from observed float modules by users (`fromFloat`).

export { OutputModule, QuantizedModule, type ObservedFloat, type QuantizedClass } from './base';
export * from './linear';
export * from './conv';
export * from './activation';
export * from './norm';
export * from './onednn';
export * from './dynamic';
export * from './embedding';
export * from './functional';
export * from './quantize';
export { LSTM } from './lstm';
export { MultiheadAttention } from './attention';

/** Float in, float out, integer weights. PyTorch: `torch.ao.nn.quantized.dynamic`. */
export * as dynamic from './dynamicNamespace';
