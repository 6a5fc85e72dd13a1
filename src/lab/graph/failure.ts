// A trace that stopped: the document holds what was recorded before. Here the module at which it stopped, and
// what follows it by order of definition, are added as nodes, so that a person sees where and how much is missing.

import type { GraphDocument, GraphNode, ModuleInfo } from '../../protocol';

export interface Reach {
  document: GraphDocument;
  /** Node ids at which tracing stopped. */
  failed: ReadonlySet<string>;
  notReached: ReadonlySet<string>;
  /** Paths of modules that contain the place, and the innermost of them. */
  stopped: ReadonlySet<string>;
  stoppedAt?: string;
}

const UNREACHED = 'unreached:';

/** Module path of a node added here. */
export const unreachedPath = (id: string): string => id.slice(UNREACHED.length);

/** Ids of the nodes added here. */
export const isUnreached = (id: string): boolean => id.startsWith(UNREACHED);

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')));
const lastPart = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

export function withReach(document: GraphDocument): Reach {
  const obstacle = document.obstacles?.[0];
  if (!obstacle) return { document, failed: new Set(), notReached: new Set(), stopped: new Set() };
  const path = obstacle.modulePath;
  const stopped = new Set(ancestors(path));
  const own = document.nodes.find(node => node.op === 'call_module' && node.target === path);
  const isEntered = document.nodes.some(node => node.scope === path || node.scope.startsWith(`${path}.`));
  const nodes = [...document.nodes];
  const failed = new Set<string>();
  let previous = lastValue(nodes);
  const append = (module: Pick<ModuleInfo, 'path' | 'type'>): string => {
    const node = stub(module, previous);
    nodes.push(node);
    previous = node.id;
    return node.id;
  };
  if (own) failed.add(own.id);
  else if (isEntered && path !== '') stopped.add(path);
  else failed.add(append({ path, type: obstacle.className }));

  const drawn = new Set(document.nodes.flatMap(node => [node.target, ...ancestors(node.target), node.scope]));
  const notReached = new Set<string>();
  for (const module of following(document.modules, path, drawn)) notReached.add(append(module));
  const stoppedAt = own || !isEntered || path === '' ? parentOf(path) : path;
  return { document: { ...document, nodes }, failed, notReached, stopped, stoppedAt };
}

function ancestors(path: string): string[] {
  const found: string[] = [];
  for (let at = parentOf(path); at !== ''; at = parentOf(at)) found.push(at);
  return found;
}

/** Later siblings of the place and of what contains it, from the inside out, not yet in the graph. */
function following(modules: readonly ModuleInfo[], path: string, drawn: ReadonlySet<string>): ModuleInfo[] {
  const found: ModuleInfo[] = [];
  for (const inside of [path, ...ancestors(path)]) {
    if (inside === '') continue;
    const index = modules.findIndex(module => module.path === inside);
    const parent = parentOf(inside);
    for (const module of modules.slice(index + 1)) {
      if (parentOf(module.path) === parent && module.path !== '' && !drawn.has(module.path))
        found.push(module);
    }
  }
  return found;
}

const lastValue = (nodes: readonly GraphNode[]): string | undefined =>
  nodes.filter(node => node.role === 'op' || node.role === 'input').at(-1)?.id;

const stub = (module: Pick<ModuleInfo, 'path' | 'type'>, input: string | undefined): GraphNode => ({
  id: `${UNREACHED}${module.path}`,
  name: module.path,
  op: 'call_module',
  target: module.path,
  role: 'op',
  family: 'opaque',
  label: module.path === '' ? module.type : lastPart(module.path),
  type: module.type,
  scope: parentOf(module.path),
  args: [],
  kwargs: {},
  inputs: input === undefined ? [] : [input],
  value: { kind: 'other' },
  quantized: false,
  covers: [module.path]
});
