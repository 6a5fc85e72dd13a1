// What was recorded before tracing stopped, as far as it can be drawn.

import { GraphModule, type Tracer } from '../fx';
import type { Module } from '../nn/module';

/**
 * @param stoppedAt the module to be shown as the one that stops; what it had recorded by itself is left out, unless it
 * had already called modules of its own and is shown as a box.
 * @returns undefined where nothing was recorded.
 */
export function partialGraph(tracer: Tracer, model: Module, stoppedAt: string): GraphModule | undefined {
  const graph = tracer.recorded;
  const isInside = (path: string) => path === stoppedAt || path.startsWith(`${stoppedAt}.`);
  const scopeOf = (name: string) => tracer.nodeNameToScope.get(name)?.path ?? '';
  const nodes = [...graph.nodes];
  const hasCalls = nodes.some(node => node.op === 'call_module' && isInside(String(node.target)));
  if (stoppedAt !== '' && !hasCalls) {
    for (const node of nodes.reverse()) {
      if (isInside(scopeOf(node.name))) {
        graph.eraseNode(node);
      }
    }
  }
  for (const node of [...graph.nodes]) {
    if (node.op === 'get_attr' && tracer.tensorConstants.has(String(node.target))) {
      return undefined;
    }
  }
  return [...graph.nodes].length > 0 ? new GraphModule(model, graph) : undefined;
}
