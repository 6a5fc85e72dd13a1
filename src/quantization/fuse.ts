// Fusion: conv + batch norm + relu become one module. Ignores qconfigs, as PyTorch's does. Spec 5.

import { Graph, GraphModule, Node, valueOf, type Argument } from '../fx';
import * as nn from '../nn';
import { className, splitPath, type Module } from '../nn/module';
import { compatibility } from '../tensor/compatibility';
import {
  MatchAllNode,
  type BackendConfig,
  type ComplexPattern,
  type FusedPart,
  type NodePattern
} from './backendConfig';
import { FusionError } from './fusers';
import { findMatches, lastOf, rootOf, type PatternMatch } from './match';

export { FusionError } from './fusers';

/** A graph module with fused modules; `model` must be a copy the pass may change. */
export function fuseGraphModule(model: GraphModule, backend: BackendConfig, isQat = false): GraphModule {
  const found = findMatches(model, backend, config => config.fuserMethod !== null);
  const matches = new Map([...found].filter(([, match]) => foldsAlike(model, match)));
  const graph = new Graph();
  const places = new Places(model, matches);
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
      const copy = graph.nodeCopy(node, translate);
      copies.set(node, copy);
      if (node.op === 'call_module') {
        places.put(copy, node, original => original);
      }
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
      places.put(fused, root, () => fuse(model, match, isQat, places));
    }
  }
  return new GraphModule(model as unknown as Module, graph, model.className);
}

/**
 * Which module stands at which path after fusion. A module that is called several times and fused in one place, or with
 * different modules, becomes as many; PyTorch puts the last fused one in the place of all (D45).
 */
class Places {
  private readonly originals = new Map<string, Module>();
  /** Path → what its calls become part of → path of that. */
  private readonly forms = new Map<string, Map<string, string>>();

  constructor(
    private readonly model: GraphModule,
    private readonly matches: ReadonlyMap<Node, PatternMatch>
  ) {
    for (const node of model.graph.nodes) {
      if (node.op === 'call_module') {
        this.originals.set(node.target as string, model.getSubmodule(node.target as string));
      }
    }
  }

  /** The module a node called before anything was fused. */
  original(node: Node): Module {
    return this.originals.get(node.target as string) ?? this.model.getSubmodule(node.target as string);
  }

  /** Lets `copy`, the fused graph's node for `root`, call what is made of its module. */
  put(copy: Node, root: Node, make: (original: Module) => Module): void {
    copy.target = this.of(root, make);
    if (copy.target !== root.target) {
      copy.meta.modulePath = root.target;
    }
  }

  /** Path of the module for this call, which is made if no other call made the same. */
  private of(root: Node, make: (original: Module) => Module): string {
    const path = root.target as string;
    const forms = this.forms.get(path) ?? new Map<string, string>();
    this.forms.set(path, forms);
    const form = this.formOf(root);
    const known = forms.get(form);
    if (known !== undefined && !compatibility.reproducePyTorchDefects) {
      return known;
    }
    const isFirst = forms.size === 0;
    const place = isFirst || compatibility.reproducePyTorchDefects ? path : this.freePath(path);
    forms.set(form, place);
    const original = this.original(root);
    const module = make(original);
    // With the defects a call that is not fused does not bring back the module as it was.
    if (module !== original || place !== path) {
      this.model.setSubmodule(place, module);
    }
    return place;
  }

  private formOf(root: Node): string {
    const targets = (this.matches.get(root)?.nodes ?? []).map(node =>
      typeof node.target === 'string' ? node.target : node.target.target
    );
    return targets.join(' ');
  }

  private freePath(path: string): string {
    const [parent, name] = splitPath(path);
    const holder = this.model.getSubmodule(parent);
    let index = 1;
    while (Reflect.has(holder, `${name}_${index}`)) {
      index += 1;
    }
    return `${path}_${index}`;
  }
}

/**
 * A linear layer's features are the last dimension, a batch norm's channels the second: they are the same for matrices
 * only. PyTorch folds them whatever the shape, where their numbers agree, and computes something else.
 */
function foldsAlike(model: GraphModule, match: PatternMatch): boolean {
  const modules = match.nodes.flatMap(node =>
    node.op === 'call_module' ? [model.getSubmodule(node.target as string)] : []
  );
  const norm = modules.find((module): module is Module & nn.BatchNorm1d => module instanceof nn.BatchNorm1d);
  const linear = modules.find((module): module is Module & nn.Linear => module instanceof nn.Linear);
  const value = valueOf(rootOf(match));
  if (!norm || !linear || value?.kind !== 'tensor') {
    return true;
  }
  return compatibility.reproducePyTorchDefects
    ? norm.numFeatures === linear.outFeatures
    : value.tensor.shape.length === 2;
}

function fuse(model: GraphModule, match: PatternMatch, isQat: boolean, places: Places): Module {
  const modules = match.nodes.flatMap(node => (node.op === 'call_module' ? [places.original(node)] : []));
  const { fuserMethod, pattern } = match.config;
  const path = rootOf(match).target as string;
  if (!fuserMethod) {
    throw new FusionError(`fuse: '${path}': no fuser for ${modules.map(className).join(' + ')}`, path);
  }
  const modes = new Set(modules.map(m => m.training));
  if (modes.has(true) && !isQat) {
    throw new FusionError(
      `fuse: '${path}' (${modules.map(className).join(' + ')}) is in training mode. ` +
        'Post-training quantization folds running statistics: call model.eval() first, or use prepareQatFx.',
      path
    );
  }
  const parts = partsOf(model, match.shape, match.config.patternComplexFormat, places);
  // A plain pattern's parts are given in the order they run, a nested one's as they are nested.
  const ordered = pattern === null ? parts : flattened(parts).reverse();
  try {
    const fused = fuserMethod(isQat, ...(ordered as never[]));
    fused.train(isQat && modes.has(true));
    return fused;
  } catch (error) {
    throw new FusionError(`fuse: '${path}': ${(error as Error).message}`, path, { cause: error });
  }
}

/** What a fuser gets for the nodes of a pattern, in its shape; where the pattern takes anything, only the place. */
function partsOf(
  model: GraphModule,
  shape: NodePattern,
  pattern: ComplexPattern,
  places: Places
): readonly FusedPart[] {
  const part = (node: NodePattern, item: ComplexPattern): FusedPart => {
    if (Array.isArray(node)) {
      return partsOf(model, node as readonly NodePattern[], item, places);
    }
    return node instanceof Node && item !== MatchAllNode ? partOf(model, node, places) : MatchAllNode;
  };
  const items = (Array.isArray(pattern) ? pattern : [pattern]) as readonly ComplexPattern[];
  const nodes = (Array.isArray(shape) ? shape : [shape]) as readonly NodePattern[];
  return nodes.map((node, i) => part(node, items[i] ?? MatchAllNode));
}

function flattened(parts: readonly FusedPart[]): FusedPart[] {
  return parts.flatMap(part => (Array.isArray(part) ? flattened(part as readonly FusedPart[]) : [part]));
}

function partOf(model: GraphModule, node: Node, places: Places): FusedPart {
  return node.op === 'call_module' ? places.original(node) : (moduleOfCall(model, node) ?? node.target);
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
