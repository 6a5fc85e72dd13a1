// Which nodes form which pattern of a backend config. Reverse graph order, longest patterns first, and a
// value inside a pattern may have no other reader. Spec 6.2.

import type { GraphModule, Node } from '../fx';
import { Node as FxNode } from '../fx';
import { classOf } from '../nn/library';
import type { BackendConfig, BackendPatternConfig, PatternItem } from './backendConfig';
import { patternItems } from './backendConfig';

export interface PatternMatch {
  readonly config: BackendPatternConfig;
  /** In the order they run; the first is the root. */
  readonly nodes: readonly Node[];
}

export const rootOf = (match: PatternMatch): Node => match.nodes[0] as Node;
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
    const match = firstMatch(node, configs, model);
    for (const member of [...(match?.nodes ?? [])].reverse()) {
      if (match && !matches.has(member)) {
        matches.set(member, match);
      }
    }
  }
  return matches;
}

/** Sequences first, longest first; single operators in the order of the config. */
function sortedConfigs(configs: readonly BackendPatternConfig[]): BackendPatternConfig[] {
  const length = (c: BackendPatternConfig) => patternItems(c.pattern).length;
  return [...configs].sort((a, b) => length(b) - length(a));
}

function firstMatch(
  node: Node,
  configs: readonly BackendPatternConfig[],
  model: GraphModule
): PatternMatch | undefined {
  for (const config of configs) {
    const nodes = matchChain(node, patternItems(config.pattern), model);
    if (nodes) {
      return { config, nodes };
    }
  }
  return undefined;
}

function matchChain(last: Node, items: readonly PatternItem[], model: GraphModule): Node[] | undefined {
  const nodes: Node[] = [];
  let node: Node = last;
  for (let i = items.length - 1; i >= 0; i--) {
    const item = items[i] as PatternItem;
    if (!isOperator(node, item, model)) {
      return undefined;
    }
    nodes.unshift(node);
    if (i > 0) {
      const before = node.args[0];
      if (node.args.length !== 1 || !(before instanceof FxNode) || before.users.size > 1) {
        return undefined;
      }
      node = before;
    }
  }
  return nodes;
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
