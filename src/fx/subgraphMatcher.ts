// Finds a small graph inside a larger one: `torch.fx.passes.utils.matcher_utils.SubgraphMatcher`. From each
// sink of the pattern it walks towards the inputs in both graphs at once: a value has one producer but many
// readers, so only this direction is unambiguous.

import { Slice } from '../tensor/structures';
import { isPlainObject } from '../tensor/function';
import { Tensor } from '../tensor/tensor';
import type { Graph } from './graph';
import { getAttribute } from './interpreter';
import { Node, type Argument } from './node';

/** One place where the pattern was found. */
export interface InternalMatch {
  /** The pattern's sinks, where the walk began. */
  readonly anchors: readonly Node[];
  /** Pattern node → node of the graph; for an input of the pattern any argument. */
  readonly nodesMap: Map<Node, Argument>;
  /** What the pattern's inputs stand for, in their order. */
  placeholderNodes: Argument[];
  /** Nodes whose values the pattern returns. */
  returningNodes: Node[];
}

/** What must agree in a match. */
export interface SubgraphMatcherOptions {
  /** The pattern's output must match too. */
  matchOutput?: boolean;
  /** The pattern's inputs match inputs only, instead of anything. */
  matchPlaceholder?: boolean;
  /** Of matches that share nodes only the first counts. Default true. */
  removeOverlappingMatches?: boolean;
  /** Numbers and texts need not be equal. */
  ignoreLiterals?: boolean;
}

const isBoundary = (node: Node) => node.op === 'placeholder' || node.op === 'output';

/** Finds where a graph contains a pattern. PyTorch: `SubgraphMatcher`. */
export class SubgraphMatcher {
  readonly patternAnchors: readonly Node[];
  private readonly placeholders: readonly Node[];
  private readonly returning: readonly Node[];
  private readonly options: Required<SubgraphMatcherOptions>;

  /** @throws Error for a pattern that is empty or computes what it does not return. */
  constructor(
    readonly pattern: Graph,
    options: SubgraphMatcherOptions = {}
  ) {
    this.options = {
      matchOutput: options.matchOutput ?? false,
      matchPlaceholder: options.matchPlaceholder ?? false,
      removeOverlappingMatches: options.removeOverlappingMatches ?? true,
      ignoreLiterals: options.ignoreLiterals ?? false
    };
    const output = pattern.outputNode;
    if (!output) {
      throw new Error('SubgraphMatcher: the pattern is empty or has no output');
    }
    for (const node of pattern.nodes) {
      if (!node.isImpure() && node.users.size === 0) {
        throw new Error(`SubgraphMatcher: the pattern never uses its node '${node.name}'; remove it`);
      }
    }
    this.placeholders = pattern.findNodes('placeholder');
    this.returning = output.allInputNodes;
    this.patternAnchors = this.options.matchOutput
      ? [output]
      : this.returning.filter(n => n.users.size === 1);
  }

  /** All places of `graph` that match and whose inner values nobody else reads. */
  match(graph: Graph): InternalMatch[] {
    const candidates = this.patternAnchors
      .map(anchor => [anchor, [...graph.nodes].filter(node => this.nodesAreEqual(anchor, node))] as const)
      .filter(([, nodes]) => nodes.length > 0);
    const found: InternalMatch[] = [];
    const extend = (index: number, nodesMap: Map<Node, Argument>): void => {
      const next = candidates[index];
      if (!next) {
        found.push(this.finish(nodesMap));
        return;
      }
      for (const node of next[1]) {
        const attempt = new Map(nodesMap);
        if (this.matchNodes(next[0], node, attempt)) {
          extend(index + 1, attempt);
        }
      }
    };
    // A sink without any candidate rules a match out.
    if (candidates.length > 0 && candidates.length === this.patternAnchors.length) {
      extend(0, new Map());
    }
    const valid = found.filter(match => this.isContained(match) && isConvex(computeNodes(match)));
    return this.options.removeOverlappingMatches ? withoutOverlaps(valid) : valid;
  }

  private finish(nodesMap: Map<Node, Argument>): InternalMatch {
    return {
      anchors: this.patternAnchors,
      nodesMap,
      placeholderNodes: this.placeholders.map(node => nodesMap.get(node)),
      returningNodes: this.returning.map(node => nodesMap.get(node) as Node)
    };
  }

  private nodesAreEqual(wanted: Node, node: Node): boolean {
    if (!this.options.matchPlaceholder && wanted.op === 'placeholder') {
      return true;
    }
    if (wanted.op !== node.op) {
      return false;
    }
    if (isBoundary(wanted)) {
      return true;
    }
    return wanted.op === 'get_attr' ? sameKindOfAttribute(wanted, node) : wanted.target === node.target;
  }

  private matchNodes(wanted: Node, node: Node, nodesMap: Map<Node, Argument>): boolean {
    if (nodesMap.has(wanted)) {
      return nodesMap.get(wanted) === node;
    }
    if ([...nodesMap.values()].includes(node) || !this.nodesAreEqual(wanted, node)) {
      return false;
    }
    nodesMap.set(wanted, node);
    if (wanted.op === 'placeholder') {
      return true;
    }
    const names = Object.keys(wanted.kwargs);
    return (
      names.join() === Object.keys(node.kwargs).join() &&
      this.matchLists(
        [...wanted.args, ...Object.values(wanted.kwargs)],
        [...node.args, ...Object.values(node.kwargs)],
        nodesMap
      )
    );
  }

  private matchLists(
    wanted: readonly Argument[],
    given: readonly Argument[],
    nodesMap: Map<Node, Argument>
  ): boolean {
    return (
      wanted.length === given.length &&
      wanted.every((item, i) => {
        const other = given[i];
        if (item instanceof Node && other instanceof Node) {
          return this.matchNodes(item, other, nodesMap);
        }
        if (Array.isArray(item) && Array.isArray(other)) {
          return this.matchLists(item as Argument[], other as Argument[], nodesMap);
        }
        return this.matchLiteral(item, other, nodesMap) || this.options.ignoreLiterals;
      })
    );
  }

  private matchLiteral(wanted: Argument, given: Argument, nodesMap: Map<Node, Argument>): boolean {
    if (wanted instanceof Node) {
      if (wanted.op !== 'placeholder') {
        return false;
      }
      if (nodesMap.has(wanted)) {
        return sameLiteral(nodesMap.get(wanted), given);
      }
      nodesMap.set(wanted, given);
      return true;
    }
    return !(given instanceof Node) && sameLiteral(wanted, given);
  }

  /** Values inside the match that it does not return must not be read outside of it. */
  private isContained({ nodesMap }: InternalMatch): boolean {
    const inside = new Set<Argument>();
    for (const [wanted, node] of nodesMap) {
      if (wanted.op !== 'placeholder') {
        inside.add(node);
      }
    }
    return [...nodesMap].every(
      ([wanted, node]) =>
        wanted.op === 'placeholder' ||
        this.returning.includes(wanted) ||
        [...(node as Node).users].every(user => inside.has(user))
    );
  }
}

/** Two fields match where both are tensors; their numbers do not matter. */
function sameKindOfAttribute(wanted: Node, node: Node): boolean {
  const [a, b] = [wanted, node].map(n => {
    if (!n.graph.owningModule) {
      throw new Error(`SubgraphMatcher: cannot look up '${n.name}', its graph belongs to no module`);
    }
    return getAttribute(n.graph.owningModule, n.target as string);
  });
  return a instanceof Tensor && b instanceof Tensor && a.constructor === b.constructor;
}

function sameLiteral(a: Argument, b: Argument): boolean {
  if (a instanceof Slice && b instanceof Slice) {
    return a.start === b.start && a.stop === b.stop && a.step === b.step;
  }
  if (isPlainObject(a) && isPlainObject(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every(key => sameLiteral(a[key] as Argument, b[key] as Argument))
    );
  }
  return a === b || ((a ?? null) === null && (b ?? null) === null);
}

function computeNodes({ nodesMap }: InternalMatch): Node[] {
  return [...nodesMap].flatMap(([wanted, node]) => (isBoundary(wanted) ? [] : [node as Node]));
}

/** False where a path leaves the nodes and comes back: they could not run as one. */
function isConvex(nodes: readonly Node[]): boolean {
  const inside = new Set(nodes);
  const seen = new Set<Node>();
  const queue = nodes.flatMap(node => [...node.users].filter(user => !inside.has(user)));
  for (let node = queue.pop(); node; node = queue.pop()) {
    if (inside.has(node)) {
      return false;
    }
    if (!seen.has(node)) {
      seen.add(node);
      queue.push(...node.users);
    }
  }
  return true;
}

function withoutOverlaps(matches: readonly InternalMatch[]): InternalMatch[] {
  const taken = new Set<Node>();
  return matches.filter(match => {
    const nodes = computeNodes(match);
    if (nodes.some(node => taken.has(node))) {
      return false;
    }
    nodes.forEach(node => taken.add(node));
    return true;
  });
}
