// Small graphs by notation: `request('a; b<a; c<b,a @m.0')` is a node a, b reading a, c in module m.0 reading both.

import type {
  LayoutModule,
  LayoutNode,
  LayoutRequest,
  LayoutResult,
  Rect
} from '../../../../src/lab/graph/layout';

export function request(text: string, more: Partial<LayoutRequest> = {}): LayoutRequest {
  const nodes = text.split(';').map(part => {
    const match = /^\s*([\w:>]+)(?:<([\w:>,]+))?(?:\s*@([\w.]+))?(?:\s*->(\w+))?(?:\s*x(\d+))?\s*$/.exec(
      part
    );
    if (!match) throw new Error(`cannot read ${part}`);
    const [, id = '', inputs, scope = '', dock, weight] = match;
    const role: LayoutNode['role'] = id.startsWith('obs:')
      ? 'observer'
      : id.startsWith('q:')
        ? 'quantize'
        : id === 'x'
          ? 'input'
          : id === 'out'
            ? 'output'
            : 'op';
    return {
      id,
      name: id,
      role,
      label: id,
      scope,
      inputs: inputs ? inputs.split(',') : [],
      weight: Number(weight ?? 1),
      ...(dock === undefined ? {} : { docksTo: dock })
    };
  });
  return { nodes, modules: modulesOf(nodes), collapsed: [], folds: [], distinct: [], ...more };
}

export function modulesOf(nodes: readonly LayoutNode[]): LayoutModule[] {
  const paths = new Set<string>();
  for (const { scope } of nodes) {
    const parts = scope === '' ? [] : scope.split('.');
    parts.forEach((_, i) => paths.add(parts.slice(0, i + 1).join('.')));
  }
  return [...paths].map(path => ({ path, type: 'Block', structureKey: '', isLeaf: false }));
}

export const overlap = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

export const contains = (outer: Rect, inner: Rect): boolean =>
  outer.x <= inner.x &&
  outer.y <= inner.y &&
  inner.x + inner.w <= outer.x + outer.w &&
  inner.y + inner.h <= outer.y + outer.h;

export const nodeOf = (result: LayoutResult, id: string) => {
  const found = result.nodes.find(node => node.id === id);
  if (!found) throw new Error(`no node ${id}`);
  return found;
};
export const boxOf = (result: LayoutResult, path: string) => {
  const found = result.boxes.find(box => box.path === path);
  if (!found) throw new Error(`no box ${path}`);
  return found;
};
