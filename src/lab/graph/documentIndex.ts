// A graph document with what the view asks of it again and again, looked up once. Pure; one per document.

import type { GraphDocument, GraphNode, MarkKind, ModuleInfo } from '../../protocol';
import { isUnreached, unreachedPath, withReach, type Reach } from './failure';
import { isModuleKey, modulePathOf } from './types';

export interface DocumentIndex extends Reach {
  byId: ReadonlyMap<string, GraphNode>;
  modules: ReadonlyMap<string, ModuleInfo>;
  /** Readers by id, edge nodes (observers, quantize) included. */
  readers: ReadonlyMap<string, readonly string[]>;
  /** Producer → its observer; only those that serve every reader. */
  observerOf: ReadonlyMap<string, string>;
  /** Module path → nodes inside, at any depth. */
  inside: ReadonlyMap<string, readonly GraphNode[]>;
  childModules: ReadonlyMap<string, readonly ModuleInfo[]>;
  obstacles: ReadonlyMap<string, number>;
}

const cache = new WeakMap<GraphDocument, DocumentIndex>();

export function indexOf(document: GraphDocument): DocumentIndex {
  let index = cache.get(document);
  if (!index) cache.set(document, (index = makeIndex(document)));
  return index;
}

function makeIndex(original: GraphDocument): DocumentIndex {
  const reach = withReach(original);
  const { document } = reach;
  const readers = new Map<string, string[]>();
  const observerOf = new Map<string, string>();
  const inside = new Map<string, GraphNode[]>();
  const childModules = new Map<string, ModuleInfo[]>();
  for (const node of document.nodes) {
    for (const input of node.inputs) push(readers, input, node.id);
    if (node.role === 'observer' && !node.id.includes('>')) {
      const observed = node.observes ?? node.inputs[0];
      if (observed !== undefined) observerOf.set(observed, node.id);
    }
    for (let at = node.scope; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.'))))
      push(inside, at, node);
  }
  for (const module of document.modules) {
    if (module.path !== '')
      push(childModules, module.path.slice(0, Math.max(0, module.path.lastIndexOf('.'))), module);
  }
  const obstacles = new Map<string, number>();
  for (const { modulePath } of original.obstacles ?? [])
    obstacles.set(modulePath, (obstacles.get(modulePath) ?? 0) + 1);
  return {
    ...reach,
    byId: new Map(document.nodes.map(node => [node.id, node])),
    modules: new Map(document.modules.map(module => [module.path, module])),
    readers,
    observerOf,
    inside,
    childModules,
    obstacles
  };
}

function push<K, V>(into: Map<K, V[]>, key: K, value: V): void {
  const list = into.get(key);
  if (list) list.push(value);
  else into.set(key, [value]);
}

/** Class of a module for a person: a container of like modules says what of. */
export function moduleClass(index: DocumentIndex, path: string): string {
  const module = index.modules.get(path);
  if (!module) return '';
  const children = index.childModules.get(path) ?? [];
  const [first] = children;
  const isAlike = children.length > 1 && children.every(child => child.type === first?.type);
  if (first && isAlike && /^(Sequential|ModuleList|ModuleDict)$/.test(module.type))
    return `${children.length} × ${first.type}`;
  return module.type;
}

/** Everything the value of `start` comes from, or goes to, by node id; `start` itself not included. */
export function reachFrom(index: DocumentIndex, start: string, way: 'up' | 'down'): Set<string> {
  const found = new Set<string>();
  const waiting = [start];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const next = way === 'up' ? index.byId.get(id)?.inputs : index.readers.get(id);
    for (const other of next ?? []) {
      if (found.has(other)) continue;
      found.add(other);
      waiting.push(other);
    }
  }
  return found;
}

/**
 * The module an id of the view is about: a box's own, a module call's target, else the module whose code made the
 * node. What a mark set on that id would name.
 */
export function modulePathFor(document: GraphDocument, id: string): string {
  if (isModuleKey(id)) return modulePathOf(id);
  if (isUnreached(id)) return unreachedPath(id);
  const { byId } = indexOf(document);
  const node = byId.get(byId.get(id)?.observes ?? id.replace(/^obs:/, ''));
  return node ? (node.op === 'call_module' ? node.target : node.scope) : '';
}

export const markWord = (kind: MarkKind): 'leaf' | 'non-traceable' | 'custom' | 'standalone' =>
  kind === 'non_traceable_name' || kind === 'non_traceable_class' ? 'non-traceable' : kind;
