// Which nodes form which pattern of a backend config. Reverse graph order, longest patterns first, and a
// value inside a pattern may have no other reader. Spec 6.2.

import type { Argument, GraphModule, Node } from '../fx';
import { Node as FxNode } from '../fx';
import { classOf } from '../nn/library';
import type { TorchFunction } from '../tensor/function';
import {
  MatchAllNode,
  type BackendConfig,
  type BackendPatternConfig,
  type ComplexPattern,
  type InputTypeToIndex,
  type NodePattern,
  type PatternItem
} from './backendConfig';
import { patternLength } from './backendConfig/pattern';

export interface PatternMatch {
  readonly config: BackendPatternConfig;
  /** In the order they run. */
  readonly nodes: readonly Node[];
  /** The nodes in the shape of the nested pattern. */
  readonly shape: NodePattern;
  /** The node whose module has the weight, and whose inputs are the pattern's. */
  readonly root: Node;
  /** Inputs beside the root's. */
  readonly extraInputs: readonly Argument[];
  /** Which of the root's arguments are weight and bias: what the function's own entry says, whatever the pattern. */
  readonly inputTypes: InputTypeToIndex;
}

export const rootOf = (match: PatternMatch): Node => match.root;
export const lastOf = (match: PatternMatch): Node => match.nodes[match.nodes.length - 1] as Node;

/** For each node that belongs to a pattern, the pattern it belongs to. Insertion order: last node first. */
export function findMatches(
  model: GraphModule,
  backend: BackendConfig,
  accepts: (config: BackendPatternConfig) => boolean = () => true
): Map<Node, PatternMatch> {
  const configs = sortedConfigs(backend.configs.filter(accepts));
  const matches = new Map<Node, PatternMatch>();
  for (const node of [...model.graph.nodes].reverse()) {
    if (matches.has(node)) {
      continue;
    }
    const match = firstMatch(node, configs, model, backend);
    for (const member of [...(match?.nodes ?? [])].reverse()) {
      if (match && !matches.has(member)) {
        matches.set(member, match);
      }
    }
  }
  return matches;
}

/** Longest first; single operators in the order of the config. */
function sortedConfigs(configs: readonly BackendPatternConfig[]): BackendPatternConfig[] {
  const lengths = new Map(configs.map(c => [c, patternLength(c.patternComplexFormat)]));
  return [...configs].sort((a, b) => (lengths.get(b) ?? 0) - (lengths.get(a) ?? 0));
}

function firstMatch(
  node: Node,
  configs: readonly BackendPatternConfig[],
  model: GraphModule,
  backend: BackendConfig
): PatternMatch | undefined {
  for (const config of configs) {
    const nodes: Node[] = [];
    const shape = matchPattern(node, config.patternComplexFormat, model, nodes);
    if (shape !== undefined) {
      const root = config.rootNodeGetter?.(shape) ?? innermost(shape);
      const own = root.op === 'call_function' ? backend.find(root.target as TorchFunction) : undefined;
      return {
        config,
        nodes,
        shape,
        root,
        extraInputs: config.extraInputsGetter?.(shape) ?? [],
        inputTypes: own?.inputTypeToIndex ?? {}
      };
    }
  }
  return undefined;
}

/** The matched nodes in the pattern's shape, `found` in the order they run; undefined where it does not fit. */
function matchPattern(
  value: Argument,
  pattern: ComplexPattern,
  model: GraphModule,
  found: Node[],
  isInside = false
): NodePattern | undefined {
  if (pattern === MatchAllNode) {
    return value instanceof FxNode ? value : MatchAllNode;
  }
  const [item, ...inputs] = (Array.isArray(pattern) ? pattern : [pattern]) as readonly ComplexPattern[];
  if (!(value instanceof FxNode) || (isInside && value.users.size > 1)) {
    return undefined;
  }
  if (!isOperator(value, item as PatternItem, model)) {
    return undefined;
  }
  if (inputs.length > 0 && inputs.length !== value.args.length) {
    return undefined;
  }
  const shapes: NodePattern[] = [];
  for (const [i, input] of inputs.entries()) {
    const shape = matchPattern(value.args[i] as Argument, input, model, found, true);
    if (shape === undefined) {
      return undefined;
    }
    shapes.push(shape);
  }
  found.push(value);
  return inputs.length > 0 ? [value, ...shapes] : value;
}

/** PyTorch's default root: the last entry, again and again. */
function innermost(shape: NodePattern): Node {
  return Array.isArray(shape)
    ? innermost((shape as readonly NodePattern[]).at(-1) as NodePattern)
    : (shape as Node);
}

function isOperator(node: Node, item: PatternItem, model: GraphModule): boolean {
  if (typeof item === 'string') {
    return node.op === 'call_method' && node.target === item;
  }
  if ('target' in item && 'spec' in item) {
    return node.op === 'call_function' && node.target === item;
  }
  return node.op === 'call_module' && classOf(model.getSubmodule(node.target as string)) === item;
}
