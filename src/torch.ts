// The `torch` namespace: functions and constructors under PyTorch's names.

export { enableGrad, isGradEnabled, noGrad } from './tensor/autograd';
export * from './tensor/functions/torch';
export * from './tensor/functions/fakeQuantize';
export { ops } from './tensor/functions/namespaces';
export { tensor } from './tensor/ops/create';
export { promoteTypes, resultType } from './tensor/ops/promote';
export { Generator, manualSeed } from './tensor/random';
export { quantizedBackends } from './tensor';
