// Fusion: conv + batch norm + relu become one module. Ignores qconfigs, as PyTorch's does. Spec 5.

import { Graph, GraphModule, Node, type Argument } from '../fx';
import * as nn from '../nn';
import { className, type Module } from '../nn/module';
import { MatchAllNode, type BackendConfig, type FusedPart, type NodePattern } from './backendConfig';
import { FusionError } from './fusers';
import { findMatches, lastOf, rootOf, type PatternMatch } from './match';

export { FusionError } from './fusers';

/** A graph module with fused modules; `model` must be a copy the pass may change. */
export function fuseGraphModule(model: GraphModule, backend: BackendConfig, isQat = false): GraphModule {
  const matches = findMatches(model, backend, config => config.fuserMethod !== null);
  const graph = new Graph();
  const copies = new Map<Node, Node>();
  const translate = (node: Node): Argument => {
    const copy = copies.get(node);
    if (!copy) {
      throw new FusionError(`fuse: '${node.name}' was fused away but is still read`);
    }
    return copy;
  };
  // As it was before the first fusion: a module that is called twice is fused for each call, the last one stays.
  const modules = new Map([...matches.keys()].flatMap(node => moduleEntry(model, node)));
  for (const node of model.graph.nodes) {
    const match = matches.get(node);
    if (!match) {
      copies.set(node, graph.nodeCopy(node, translate));
      continue;
    }
    if (node === lastOf(match)) {
      const root = rootOf(match);
      const fused = graph.nodeCopy(root, translate);
      const extra = match.extraInputs.map(input => (input instanceof Node ? translate(input) : input));
      if (extra.length > 0) {
        fused.setArguments([...fused.args, ...extra], fused.kwargs);
      }
      fused.meta.covers = match.nodes.flatMap(n => (n.meta.covers as string[] | undefined) ?? [n.name]);
      if (node.meta.value !== undefined) {
        fused.meta.value = node.meta.value;
      }
      copies.set(node, fused);
      installFused(model, match, modules, isQat);
    }
  }
  return new GraphModule(model as unknown as Module, graph, model.className);
}

type Modules = ReadonlyMap<Node, Module>;

const moduleEntry = (model: GraphModule, node: Node): [Node, Module][] =>
  node.op === 'call_module' ? [[node, model.getSubmodule(node.target as string)]] : [];

function installFused(model: GraphModule, match: PatternMatch, all: Modules, isQat: boolean): void {
  const modules = match.nodes.flatMap(node => all.get(node) ?? []);
  const { fuserMethod, pattern } = match.config;
  const path = rootOf(match).target as string;
  if (!fuserMethod) {
    throw new FusionError(`fuse: '${path}': no fuser for ${modules.map(className).join(' + ')}`);
  }
  const modes = new Set(modules.map(m => m.training));
  if (modes.has(true) && !isQat) {
    throw new FusionError(
      `fuse: '${path}' (${modules.map(className).join(' + ')}) is in training mode. ` +
        'Post-training quantization folds running statistics: call model.eval() first, or use prepareQatFx.'
    );
  }
  const parts = partsOf(model, match.shape, all);
  // A plain pattern's parts are given in the order they run, a nested one's as they are nested.
  const ordered = pattern === null ? parts : flattened(parts).reverse();
  const fused = fuserMethod(isQat, ...(ordered as never[]));
  fused.train(isQat && modes.has(true));
  model.setSubmodule(path, fused);
}

/** What a fuser gets for the nodes of a pattern, in their shape. */
function partsOf(model: GraphModule, shape: NodePattern, modules: Modules): readonly FusedPart[] {
  const part = (node: NodePattern): FusedPart => {
    if (Array.isArray(node)) {
      return partsOf(model, node as readonly NodePattern[], modules);
    }
    return node instanceof Node
      ? (modules.get(node) ?? moduleOfCall(model, node) ?? node.target)
      : MatchAllNode;
  };
  return Array.isArray(shape) ? (shape as readonly NodePattern[]).map(part) : [part(shape)];
}

function flattened(parts: readonly FusedPart[]): FusedPart[] {
  return parts.flatMap(part => (Array.isArray(part) ? flattened(part as readonly FusedPart[]) : [part]));
}

/** Functional activations become modules of their own. PyTorch does so for relu, and fails for the others. */
function moduleOfCall(model: GraphModule, node: Node): Module | undefined {
  const target = typeof node.target === 'string' ? '' : node.target.target;
  const make: Readonly<Record<string, () => unknown>> = {
    'torch.nn.functional.relu': () => new nn.ReLU(),
    'torch.relu': () => new nn.ReLU(),
    'torch.tanh': () => new nn.Tanh(),
    'torch.nn.functional.leaky_relu': () =>
      new nn.LeakyReLU((node.args[1] ?? node.kwargs.negative_slope ?? 0.01) as number)
  };
  const module = make[target]?.() as Module | undefined;
  module?.train(model.training);
  return module;
}
