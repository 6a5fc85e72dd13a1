// The tensor layer's public names. Importing it fills the tables of functions and methods.

import './autograd';
import './functions/fakeQuantize';
import './functions/methods';
import './functions/operators';
import './functions/quantizedOps';

export {
  DTYPES,
  integerRange,
  isDType,
  isFloatingDType,
  isQuantizedDType,
  QSCHEMES,
  type DType,
  type QScheme
} from './dtype';
export { enableGrad, isGradEnabled, noGrad, type GradNode } from './autograd';
export { defineFunction, lookupFunction, type FunctionSpec, type TorchFunction } from './function';
export { fromData, tensor, type CreateOptions, type NestedNumbers } from './ops/create';
export { arange, full, ones, zeros } from './functions/create';
export {
  ConvPackedParams,
  EmbeddingPackedParams,
  LinearPackedParams,
  LinearPackedParamsFp16
} from './quantized/packed';
export { quantizedBackends, type QuantizedEngine } from './quantized/engine';
export { ellipsis, slice, Slice, tuple, Tuple } from './structures';
export { Tensor, type Index, type Quantizer } from './tensor';
export { Generator, manualSeed, type RandomOptions } from './random';
export { rand, randint, randn, randperm } from './functions/random';
/** Functions on tensors. PyTorch: `torch`. */
export * as functions from './functions/torch';
export { compatibility } from './compatibility';
export { operator } from './functions/namespaces';
