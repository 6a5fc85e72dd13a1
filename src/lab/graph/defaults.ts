// Which boxes are open when a graph is first shown: as many levels as leave the picture readable.

import type { GraphDocument } from '../../protocol';
import { indexOf } from './documentIndex';

/** Nodes a person can take in; what is more starts closed. */
const READABLE = 60;

export function defaultCollapsed(document: GraphDocument, readable = READABLE): Set<string> {
  const index = indexOf(document);
  const collapsed = new Set(index.inside.keys());
  const depthOf = (path: string): number => path.split('.').length;
  const paths = [...collapsed].sort((a, b) => depthOf(a) - depthOf(b));
  let visible = index.document.nodes.filter(node => node.scope === '' && node.role === 'op').length + 1;
  // Where tracing stopped is always open, whatever it takes.
  for (const path of index.stopped) collapsed.delete(path);
  for (const path of paths) {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf('.')));
    if (parent !== '' && collapsed.has(parent)) continue;
    const inside = (index.inside.get(path) ?? []).filter(
      node => node.scope === path && node.role === 'op'
    ).length;
    const boxes = (index.childModules.get(path) ?? []).filter(child => index.inside.has(child.path)).length;
    if (visible + inside + boxes > readable) continue;
    visible += inside + boxes;
    collapsed.delete(path);
  }
  return collapsed;
}
