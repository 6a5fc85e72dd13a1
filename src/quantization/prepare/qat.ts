// Float modules become those that are trained with rounded weights. Spec 6.1 step 7.

import type { GraphModule, Node } from '../../fx';
import { classOf } from '../../nn/library';
import { className, type Module } from '../../nn/module';
import type { BackendConfig } from '../backendConfig';
import type { PreparedMeta } from '../prepared';
import { QuantizationError } from '../report';

interface FromFloat {
  fromFloat(module: Module): Module;
}

/** Modules without a qconfig stay as they are. Inside custom modules too: `fromFloat` gets them as they are trained. */
export function swapForTraining(
  model: GraphModule,
  backend: BackendConfig,
  qconfigs: PreparedMeta['qconfigs'],
  custom: ReadonlySet<Node>
): void {
  for (const node of model.graph.nodes) {
    if (node.op !== 'call_module') {
      continue;
    }
    const path = node.target as string;
    const module = model.getSubmodule(path);
    const trained = qconfigs.get(node.name)?.qconfig ? trainedVersion(module, backend, path) : undefined;
    if (trained) {
      model.setSubmodule(path, trained);
    } else if (custom.has(node)) {
      swapInside(module, backend, path);
    }
  }
}

function swapInside(module: Module, backend: BackendConfig, path: string): void {
  for (const [name, child] of [...module.namedChildren()]) {
    const trained = child.qconfig ? trainedVersion(child, backend, `${path}.${name}`) : undefined;
    if (trained) {
      module.addModule(name, trained);
    } else {
      swapInside(child, backend, `${path}.${name}`);
    }
  }
}

/** @throws QuantizationError naming the module where its qconfig is none that can be trained with. */
function trainedVersion(module: Module, backend: BackendConfig, path: string): Module | undefined {
  const qat = backend.find(classOf(module))?.qatModule as unknown as FromFloat | undefined;
  try {
    const trained = qat?.fromFloat(module);
    trained?.train(module.training);
    return trained;
  } catch (error) {
    throw new QuantizationError(
      `prepareQatFx: '${path}' (${className(module)}): ${(error as Error).message}`,
      path,
      { cause: error }
    );
  }
}
