// What tests of reports and sharp edges share: small models, calibration, and PyTorch's defects switched on for one call.

import {
  compatibility,
  convertFx,
  getDefaultQConfigMapping,
  prepareFx,
  torch,
  type fx,
  type PrepareCustomConfig,
  type QConfigMapping,
  type Tensor
} from '../../src';
import type { Module } from '../../src/nn/module';

export const G = (): QConfigMapping => getDefaultQConfigMapping('fbgemm');

/** Prepared for fbgemm and calibrated with the example inputs. */
export function calibrated(
  model: unknown,
  inputs: readonly Tensor[],
  mapping = G(),
  custom: PrepareCustomConfig | null = null
) {
  const prepared = prepareFx((model as Module).eval(), mapping, inputs, custom);
  prepared(...inputs);
  return prepared;
}

export function quantized(model: unknown, inputs: readonly Tensor[], mapping = G()) {
  return convertFx(calibrated(model, inputs, mapping));
}

/** Runs with PyTorch's defects, as recorded runs are replayed. */
export function asPyTorch<T>(run: () => T): T {
  compatibility.reproducePyTorchDefects = true;
  try {
    return run();
  } finally {
    compatibility.reproducePyTorchDefects = false;
  }
}

/** Greatest absolute difference. */
export function maxError(a: Tensor, b: Tensor): number {
  return a.sub(b).abs().max().item();
}

export const nodeNames = (model: fx.GraphModule): string[] => [...model.graph.nodes].map(node => node.name);

/** What nodes call: PyTorch's target for functions, class for modules. */
export const targets = (model: fx.GraphModule): string[] =>
  [...model.graph.nodes].map(node =>
    node.op === 'call_module'
      ? model.getSubmodule(node.target as string).constructor.name
      : typeof node.target === 'string'
        ? node.target
        : node.target.target
  );

export const x26 = (): Tensor => {
  torch.manualSeed(7);
  return torch.randn([2, 6]);
};
