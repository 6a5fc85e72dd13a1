// Which modules have which `qconfig`: those that are called that of their node, parts of fused modules theirs, and
// modules inside a custom one what the settings say of them, since its `fromFloat` reads it. Spec 3.5.

import type { GraphModule, Node } from '../../fx';
import { FusedModule } from '../../nn/intrinsic';
import { classOf } from '../../nn/library';
import { joinPath, type Module } from '../../nn/module';
import type { PreparedMeta } from '../prepared';
import type { MaybeQConfig, QConfigMapping } from '../qconfigMapping';

export function assignQConfigs(
  model: GraphModule,
  custom: ReadonlySet<Node>,
  qconfigs: PreparedMeta['qconfigs'],
  mapping: QConfigMapping
): void {
  for (const node of model.graph.nodes) {
    if (node.op !== 'call_module') {
      continue;
    }
    const path = node.target as string;
    const module = model.getSubmodule(path);
    const qconfig = qconfigs.get(node.name)?.qconfig ?? null;
    setQConfig(module, qconfig);
    if (custom.has(node)) {
      propagate(module, path, qconfig, mapping);
    } else if (module instanceof FusedModule) {
      [...module.children()].forEach(part => setQConfig(part, qconfig));
    }
  }
}

/** Type before name, and what is above where there is neither. PyTorch: `propagate_qconfig_`. */
function propagate(module: Module, path: string, qconfig: MaybeQConfig, mapping: QConfigMapping): void {
  for (const [name, child] of module.namedChildren()) {
    const childPath = joinPath(path, name);
    const byType = mapping.objectTypeQConfigs.get(classOf(child));
    const byName = mapping.moduleNameQConfigs.get(childPath);
    const chosen = byName !== undefined ? byName : byType !== undefined ? byType : qconfig;
    if (byName !== undefined) {
      mapping.used.add(`name:${childPath}`);
    } else if (byType !== undefined) {
      mapping.used.add(classOf(child));
    }
    setQConfig(child, chosen);
    propagate(child, childPath, chosen, mapping);
  }
}

function setQConfig(module: Module, qconfig: MaybeQConfig): void {
  Object.defineProperty(module, 'qconfig', {
    value: qconfig,
    writable: true,
    configurable: true,
    enumerable: false
  });
}
