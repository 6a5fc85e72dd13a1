// Replaces every occurrence of one small graph by another: `torch.fx.subgraph_rewriter`.

import { deepCopy } from '../nn/deepcopy';
import type { Module } from '../nn/module';
import { Graph } from './graph';
import { copyAttribute, GraphModule } from './graphModule';
import { getAttribute } from './interpreter';
import { Node, type Argument } from './node';
import { SubgraphMatcher, type InternalMatch } from './subgraphMatcher';
import { symbolicTrace, type TensorFunction } from './symbolicTrace';

/** A graph, a module, or a function of tensors, which is traced. */
export type Pattern = Graph | Module | TensorFunction;

/** Which matches are replaced. */
export interface ReplacePatternOptions {
  /** A match counts only if all of these accept it. */
  matchFilters?: readonly ((match: InternalMatch, original: Graph, pattern: Graph) => boolean)[];
  /** Numbers and texts of the pattern need not be equal. */
  ignoreLiterals?: boolean;
  /** Makes the replacement for one match; `replacement` is then null. */
  replacementCallback?: (match: InternalMatch, original: Graph, pattern: Graph) => Graph;
}

/** One place where the pattern was found, and what took its place. PyTorch: `ReplacedPatterns`. */
export interface Match {
  /** The pattern's sink from which the match was found. */
  readonly anchor: Node;
  /** Pattern node → node of the graph as it was. */
  readonly nodesMap: ReadonlyMap<Node, Argument>;
  /** Nodes that came in. */
  readonly replacements: readonly Node[];
}

/**
 * Replaces the non-overlapping matches of `pattern` in the module's graph, in place.
 * @throws Error where pattern and replacement differ in their numbers of inputs or results.
 * PyTorch: `replace_pattern`, with the options of `replace_pattern_with_filters`.
 */
export function replacePattern(
  module: GraphModule,
  pattern: Pattern,
  replacement: Pattern | null,
  options: ReplacePatternOptions = {}
): Match[] {
  const { graph } = module;
  const [patternGraph] = graphOf(pattern);
  const matcher = new SubgraphMatcher(patternGraph, { ignoreLiterals: options.ignoreLiterals ?? false });
  const matches = matcher
    .match(graph)
    .filter(match => (options.matchFilters ?? []).every(accept => accept(match, graph, patternGraph)));
  const [common, owner] = replacement ? graphOf(replacement) : [null, null];
  const replaced = new Map<Node, Node>();
  const result = matches.map(match => {
    const other = common ?? options.replacementCallback?.(match, graph, patternGraph);
    if (!other) {
      throw new TypeError('replacePattern: expected a replacement or a replacementCallback');
    }
    return replaceMatch(graph, patternGraph, other, match, replaced);
  });
  if (owner) {
    copyMissing(module, owner);
  }
  return result;
}

function replaceMatch(
  graph: Graph,
  pattern: Graph,
  replacement: Graph,
  match: InternalMatch,
  replaced: Map<Node, Node>
): Match {
  const inputs = replacement.findNodes('placeholder');
  if (inputs.length !== match.placeholderNodes.length) {
    throw new Error(
      `replacePattern: the pattern has ${match.placeholderNodes.length} inputs, the replacement ${inputs.length}`
    );
  }
  // An earlier match may have replaced what this one reads.
  const current = (value: Argument): Argument =>
    value instanceof Node ? (replaced.get(value) ?? value) : value;
  const valMap = new Map<Node, Argument>(
    inputs.map((input, i) => [input, current(match.placeholderNodes[i])])
  );
  const before = graph.insertingBefore(insertionPoint(graph, match), () =>
    graph.graphCopy(replacement, valMap)
  );
  const values = before instanceof Node ? [before] : (before as readonly Argument[]);
  if (values.length !== match.returningNodes.length) {
    throw new Error(
      `replacePattern: the pattern returns ${match.returningNodes.length} values, the replacement ${values.length}`
    );
  }
  match.returningNodes.forEach((node, i) => {
    const value = values[i] as Node;
    node.replaceAllUsesWith(value);
    replaced.set(node, value);
  });
  for (const node of [...pattern.nodes].reverse()) {
    if (node.op !== 'placeholder' && node.op !== 'output') {
      graph.eraseNode(match.nodesMap.get(node) as Node);
    }
  }
  const known = new Set(inputs);
  const replacements = [...valMap].flatMap(([node, copy]) => (known.has(node) ? [] : [copy as Node]));
  return { anchor: match.anchors[0] as Node, nodesMap: match.nodesMap, replacements };
}

/** Before the first reader of what the match returns; without readers, right after the last such node. */
function insertionPoint(graph: Graph, match: InternalMatch): Node {
  const nodes = [...graph.nodes];
  const reader = nodes.find(node => match.returningNodes.some(returned => returned.users.has(node)));
  const last = Math.max(...match.returningNodes.map(node => nodes.indexOf(node)));
  return reader ?? (nodes[last + 1] as Node);
}

/** The graph, and the module its paths lead into where it has one. */
function graphOf(pattern: Pattern): [graph: Graph, owner: Module | null] {
  if (pattern instanceof Graph) {
    return [pattern, pattern.owningModule];
  }
  if (pattern instanceof GraphModule) {
    return [pattern.graph, pattern as unknown as Module];
  }
  const traced = symbolicTrace(pattern);
  return [traced.graph, traced as unknown as Module];
}

/** Copies what the replacement brought along; what the module has at the same path stays. */
function copyMissing(module: GraphModule, owner: Module): void {
  module.deleteAllUnusedSubmodules();
  const target = module as unknown as Module;
  for (const node of module.graph.nodes) {
    if (node.op !== 'call_module' && node.op !== 'get_attr') {
      continue;
    }
    const path = node.target as string;
    if (!has(target, path) && has(owner, path)) {
      copyAttribute(deepCopy(owner), target, path);
    }
  }
  module.lint();
}

function has(module: Module, path: string): boolean {
  try {
    return (getAttribute(module, path) ?? null) !== null;
  } catch {
    return false;
  }
}
