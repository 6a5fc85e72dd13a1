// Float modules become those that are trained with rounded weights. Spec 6.1 step 7.

import type { GraphModule } from '../../fx';
import { classOf } from '../../nn/library';
import type { Module } from '../../nn/module';
import type { BackendConfig } from '../backendConfig';
import type { PreparedMeta } from '../prepared';

interface FromFloat {
  fromFloat(module: Module): Module;
}

/** Modules without a qconfig stay as they are. */
export function swapForTraining(
  model: GraphModule,
  backend: BackendConfig,
  qconfigs: PreparedMeta['qconfigs']
): void {
  for (const node of model.graph.nodes) {
    if (node.op !== 'call_module') {
      continue;
    }
    const path = node.target as string;
    const module = model.getSubmodule(path);
    const qat = backend.find(classOf(module))?.qatModule as unknown as FromFloat | undefined;
    if (qat && qconfigs.get(node.name)?.qconfig) {
      const swapped = qat.fromFloat(module);
      swapped.train(module.training);
      model.setSubmodule(path, swapped);
    }
  }
}
