/**
 * fxquant's public API: `import { nn, F, torch, prepareFx, convertFx } from 'fxquant'`. Safe in a browser;
 * what needs Node is loaded behind a check that bundlers do not follow.
 * @packageDocumentation
 */

export * from './tensor';
/** Modules. PyTorch: `torch.nn`, and `torch.ao.nn` below it. */
export * as nn from './nn';
/** Functions of neural networks. PyTorch: `torch.nn.functional`. */
export * as F from './nn/functional';
/** Graphs: tracing, editing, running. PyTorch: `torch.fx`. */
export * as fx from './fx';
/** Optimizers. PyTorch: `torch.optim`. */
export * as optim from './optim';
/** Functions on tensors. PyTorch: `torch`. */
export * as torch from './torch';
/** Everything of quantization under one name. PyTorch: `torch.ao.quantization`. */
export * as quantization from './quantization';
export * from './quantization';
/** Reports on models: what stands in the way of tracing. */
export * as insight from './insight';
/** Files: safetensors, state dicts, models recorded from PyTorch. */
export * as interchange from './interchange';
export { parseSafetensors, parseStateDict, saveStateDict, writeSafetensors } from './interchange';
export { toBatches } from './batches';

export { panelModel } from './kernel';
import { startKernelSupport } from './kernel';
startKernelSupport();
