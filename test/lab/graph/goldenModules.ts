// Test helper: the modules of a golden case as a graph document lists them.

import type { ArgValue, GraphNode, ModuleInfo } from '../../../src/protocol';

export interface GoldenNode {
  name: string;
  op: GraphNode['op'];
  target: string;
  args: ArgValue[];
  kwargs: { [key: string]: ArgValue };
  module_type?: string;
}
export interface Golden {
  name: string;
  modules: { path: string; type: string; config?: unknown }[];
  float: { nodes: GoldenNode[] };
  prepared: { nodes: GoldenNode[] };
  quantized: { nodes: GoldenNode[] };
}

export const lastPart = (text: string): string => text.slice(text.lastIndexOf('.') + 1);

export function modulesOf(
  golden: Golden,
  types: Map<string, string>,
  scopeOf: Map<string, string>
): ModuleInfo[] {
  const withNodes = new Set<string>();
  for (const scope of scopeOf.values()) {
    const parts = scope.split('.');
    parts.forEach((_, i) => withNodes.add(parts.slice(0, i + 1).join('.')));
  }
  return golden.modules.map(module => {
    const type = types.get(module.path) ?? '';
    const inner = golden.modules
      .filter(other => other.path.startsWith(`${module.path}.`))
      .map(
        other =>
          `${other.path.slice(module.path.length)}:${JSON.stringify(other.config ?? lastPart(other.type))}`
      );
    return {
      path: module.path,
      type,
      isLibrary: /^torch\.nn/.test(module.type),
      isLeaf: !withNodes.has(module.path),
      structureKey: withNodes.has(module.path) ? `${type}(${inner.join(',')})` : '',
      parameterCount: 1000
    };
  });
}

export function parameterBytes(golden: Golden, path: string): number {
  const config = golden.modules.find(module => module.path === path)?.config as
    { in_channels?: number; out_channels?: number; in_features?: number; out_features?: number } | undefined;
  if (!config) return 0;
  if (config.out_channels !== undefined) return (config.in_channels ?? 1) * config.out_channels * 9 * 4;
  return (config.in_features ?? 0) * (config.out_features ?? 0) * 4;
}
