// fxquant's public API: `import { nn, F, torch, prepareFx, convertFx } from 'fxquant'`. Safe in a browser;
// what needs Node is loaded behind a check that bundlers do not follow.

export * from './tensor';
export * as nn from './nn';
export * as F from './nn/functional';
export * as fx from './fx';
export * as optim from './optim';
export * as torch from './torch';
export * as quantization from './quantization';
export * from './quantization';
export * as insight from './insight';
export * as interchange from './interchange';
export { parseSafetensors, parseStateDict, saveStateDict, writeSafetensors } from './interchange';
export { toBatches } from './batches';

export { panelModel } from './kernel';
import { startKernelSupport } from './kernel';
startKernelSupport();
