// Fusion: conv + batch norm + relu become one module. Ignores qconfigs, as PyTorch's does. Spec 5.

import type { Node } from '../fx';
import { Graph, GraphModule, type Argument } from '../fx';
import * as nn from '../nn';
import { fuseConvBnEval, fuseLinearBnEval } from '../nn/intrinsic';
import { className, type Module } from '../nn/module';
import type { BackendConfig, BackendPatternConfig } from './backendConfig';
import { findMatches, lastOf, rootOf, type PatternMatch } from './match';

export class FusionError extends Error {
  override readonly name = 'FusionError';
}

type Fuser = (modules: readonly Module[], config: BackendPatternConfig) => Module;

type Constructor = new (...modules: readonly Module[]) => Module;
const make = (config: BackendPatternConfig, ...modules: Module[]): Module =>
  new (config.fusedModule as unknown as Constructor)(...modules);

/** What a matched sequence of modules becomes in evaluation mode. */
const FUSERS: Readonly<Record<string, Fuser>> = {
  convReLU: ([conv, relu], config) => make(config, conv as Module, relu as Module),
  linearReLU: ([linear, relu], config) => make(config, linear as Module, relu as Module),
  bnReLU: ([bn, relu], config) => make(config, bn as Module, relu as Module),
  convBn: ([conv, bn]) => fuseConvBnEval(conv as never, bn as never) as unknown as Module,
  convTransposeBn: ([conv, bn]) => fuseConvBnEval(conv as never, bn as never) as unknown as Module,
  linearBn: ([linear, bn]) => fuseLinearBnEval(linear as never, bn as never) as unknown as Module,
  convBnReLU: ([conv, bn, relu], config) =>
    make(config, fuseConvBnEval(conv as never, bn as never) as unknown as Module, relu as Module)
};

const { intrinsic } = nn;
const dimensionsOf = (conv: Module): 1 | 2 | 3 => (conv as unknown as { dims: 1 | 2 | 3 }).dims;
const CONV_BN = { 1: intrinsic.ConvBn1d, 2: intrinsic.ConvBn2d, 3: intrinsic.ConvBn3d } as const;
const CONV_BN_RELU = {
  1: intrinsic.ConvBnReLU1d,
  2: intrinsic.ConvBnReLU2d,
  3: intrinsic.ConvBnReLU3d
} as const;
const construct = (cls: unknown, ...modules: (Module | undefined)[]): Module =>
  new (cls as Constructor)(...(modules as Module[]));

/** And what it becomes to be trained: batch norms stay, beside what they normalise. */
const TRAIN_FUSERS: Readonly<Record<string, Fuser>> = {
  ...FUSERS,
  convBn: ([conv, bn]) => construct(CONV_BN[dimensionsOf(conv as Module)], conv, bn),
  convBnReLU: ([conv, bn, relu]) => construct(CONV_BN_RELU[dimensionsOf(conv as Module)], conv, bn, relu),
  linearBn: ([linear, bn]) => construct(intrinsic.LinearBn1d, linear, bn),
  convTransposeBn: ([conv]) => {
    throw new FusionError(
      `fuse: ${className(conv as Module)} with a batch norm cannot be trained as one; PyTorch has no such module. ` +
        'Set its qconfig to null, or quantize after training.'
    );
  }
};

/** A graph module with fused modules; `model` must be a copy the pass may change. */
export function fuseGraphModule(model: GraphModule, backend: BackendConfig, isQat = false): GraphModule {
  const matches = findMatches(model, backend, config => config.fuser !== undefined);
  const graph = new Graph();
  const copies = new Map<Node, Node>();
  const translate = (node: Node): Argument => {
    const copy = copies.get(node);
    if (!copy) {
      throw new FusionError(`fuse: '${node.name}' was fused away but is still read`);
    }
    return copy;
  };
  for (const node of model.graph.nodes) {
    const match = matches.get(node);
    if (!match) {
      copies.set(node, graph.nodeCopy(node, translate));
      continue;
    }
    if (node === lastOf(match)) {
      const root = rootOf(match);
      const fused = graph.nodeCopy(root, translate);
      fused.meta.covers = match.nodes.flatMap(n => (n.meta.covers as string[] | undefined) ?? [n.name]);
      if (node.meta.value !== undefined) {
        fused.meta.value = node.meta.value;
      }
      copies.set(node, fused);
      installFused(model, match, isQat);
    }
  }
  return new GraphModule(model as unknown as Module, graph, model.className);
}

function installFused(model: GraphModule, match: PatternMatch, isQat: boolean): void {
  const modules = match.nodes.map(node => moduleOf(model, node));
  const { fuser } = match.config;
  const fuse = fuser === undefined ? undefined : (isQat ? TRAIN_FUSERS : FUSERS)[fuser];
  const path = rootOf(match).target as string;
  if (!fuse) {
    throw new FusionError(
      `fuse: '${path}': no fuser '${fuser ?? ''}' for ${modules.map(className).join(' + ')}`
    );
  }
  const modes = new Set(modules.map(m => m.training));
  if (modes.has(true) && !isQat) {
    throw new FusionError(
      `fuse: '${path}' (${modules.map(className).join(' + ')}) is in training mode. ` +
        'Post-training quantization folds running statistics: call model.eval() first, or use prepareQatFx.'
    );
  }
  const fused = fuse(modules, match.config);
  fused.train(isQat && modes.has(true));
  model.setSubmodule(path, fused);
}

/** The module a node calls; a functional relu becomes a module of its own. */
function moduleOf(model: GraphModule, node: Node): Module {
  if (node.op === 'call_module') {
    return model.getSubmodule(node.target as string);
  }
  return new nn.ReLU().train(model.training) as unknown as Module;
}
