// Phase 1: observers, quantize and dequantize nodes become part of the edges they stand on, and operations
// that will be one node become one group. What is left is the same at every stage; so are the places.

import type { LayoutNode, LayoutRequest } from './types';

export interface Group {
  /** Id of the last member: the id the fused node will have. */
  key: string;
  members: LayoutNode[];
  scope: string;
  weight: number;
  index: number;
}

export interface Link {
  from: Group;
  to: Group;
  producer: string;
  consumer: string;
  via: string[];
}

export interface Contracted {
  groups: Group[];
  links: Link[];
  groupOf: Map<string, Group>;
}

const PARAMETER = /_(scale|zero_point)_\d+$/;

const isOnEdge = (node: LayoutNode): boolean =>
  node.role === 'observer' || node.role === 'quantize' || node.role === 'dequantize';

const isHidden = (node: LayoutNode): boolean =>
  node.role === 'attribute' && (node.feedsOnlyQuantize === true || PARAMETER.test(node.name));

export function contract(request: LayoutRequest): Contracted {
  const byId = new Map(request.nodes.map(node => [node.id, node]));
  const drawn = request.nodes.filter(node => !isOnEdge(node) && !isHidden(node));
  const { groups, groupOf } = dock(drawn, byId);
  const links: Link[] = [];
  const seen = new Set<string>();
  for (const node of drawn) {
    const to = groupOf.get(node.id);
    if (!to) continue;
    for (const input of node.inputs) {
      const source = throughEdgeNodes(input, byId);
      const from = source && groupOf.get(source.producer);
      if (!source || !from || from === to) continue;
      // A picture of a graph runs one way; an input recorded later (a malformed file) is not drawn.
      const key = JSON.stringify([source.producer, node.id]);
      if (from.index > to.index || seen.has(key)) continue;
      seen.add(key);
      links.push({ from, to, producer: source.producer, consumer: node.id, via: source.via });
    }
  }
  return { groups, links, groupOf };
}

function throughEdgeNodes(
  id: string,
  byId: Map<string, LayoutNode>
): { producer: string; via: string[] } | undefined {
  const via: string[] = [];
  let node = byId.get(id);
  while (node && isOnEdge(node) && via.length < byId.size) {
    via.unshift(node.id);
    node = node.inputs[0] === undefined ? undefined : byId.get(node.inputs[0]);
  }
  return node && !isHidden(node) ? { producer: node.id, via } : undefined;
}

function dock(
  drawn: LayoutNode[],
  byId: Map<string, LayoutNode>
): { groups: Group[]; groupOf: Map<string, Group> } {
  const lastOf = (node: LayoutNode): string => {
    let last = node;
    const passed = new Set([node.id]);
    for (;;) {
      const next = last.docksTo === undefined ? undefined : byId.get(last.docksTo);
      if (!next || passed.has(next.id) || isOnEdge(next)) return last.id;
      passed.add(next.id);
      last = next;
    }
  };
  const groupOf = new Map<string, Group>();
  const byKey = new Map<string, Group>();
  for (const node of drawn) {
    const key = lastOf(node);
    let group = byKey.get(key);
    if (!group) {
      group = { key, members: [], scope: node.scope, weight: 0, index: 0 };
      byKey.set(key, group);
    }
    group.members.push(node);
    group.weight += node.weight;
    if (node.id === key) group.scope = node.scope;
    groupOf.set(node.id, group);
  }
  // A group stands where its last member stands: everything it reads has been produced by then.
  const groups = [...byKey.values()];
  const position = new Map(drawn.map((node, index) => [node.id, index]));
  const at = (group: Group): number => position.get(group.key) ?? 0;
  groups.sort((a, b) => at(a) - at(b));
  groups.forEach((group, index) => (group.index = index));
  return { groups, groupOf };
}
