// One module for each call of a shared one, where the calls are quantized differently. A quantized module has one
// output grid; PyTorch gives all calls that of the last (D14), and quantizes what one of several calls asks for.

import type { GraphModule, Node } from '../../fx';
import { FusedModule } from '../../nn/intrinsic';
import { classOf } from '../../nn/library';
import { deepCopy } from '../../nn/deepcopy';
import { splitPath, type Module } from '../../nn/module';
import { isQatModule } from '../../nn/qat';
import { recurrentReferences } from '../../nn/reference';
import { compatibility } from '../../tensor/compatibility';
import type { BackendConfig } from '../backendConfig';
import type { ConvertCustomConfig } from '../customConfig';
import { hasOutputGrid } from '../lower/special';
import { ObserverBase } from '../observers';
import { probe } from '../prepare/probe';
import type { PreparedMeta } from '../prepared';
import { qconfigEquals, type QConfig } from '../qconfig';

/** A call, and what its module will be made with. */
interface Use {
  readonly path: string;
  readonly qconfig: QConfig | null;
  /** Of its output; undefined where it has none. */
  readonly observer: ObserverBase | undefined;
}

/** Gives later calls copies of their module (`fc_1` beside `fc`), in place. */
export function separateCalls(
  model: GraphModule,
  meta: PreparedMeta,
  custom: ConvertCustomConfig,
  backend: BackendConfig
): void {
  if (compatibility.reproducePyTorchDefects) {
    return;
  }
  const uses = new Map<string, Use[]>();
  for (const node of model.graph.nodes) {
    const path = node.op === 'call_module' ? (node.target as string) : undefined;
    if (path === undefined || !becomesAnother(model.getSubmodule(path), custom, backend)) {
      continue;
    }
    const qconfig = meta.observedNodeNames.has(node.name)
      ? (meta.qconfigs.get(node.name)?.qconfig ?? null)
      : null;
    const observer = outputObserver(model, node);
    const known = uses.get(path) ?? [];
    // Between integers these are lowered even where their own qconfig asks for nothing.
    const mayHaveGrid = hasOutputGrid(classOf(model.getSubmodule(path)));
    const alike = known.find(use => isAlike(use, qconfig, observer, mayHaveGrid));
    const target = alike?.path ?? (known.length === 0 ? path : copyOf(model, path, qconfig));
    node.target = target;
    uses.set(path, [...known, { path: target, qconfig, observer }]);
  }
}

/** Modules that convert or lowering replaces by another class. */
function becomesAnother(module: Module, custom: ConvertCustomConfig, backend: BackendConfig): boolean {
  const cls = classOf(module);
  return (
    module instanceof FusedModule ||
    isQatModule(module) ||
    backend.referenceClasses.has(cls) ||
    recurrentReferences.has(cls) ||
    custom.customObservedClasses.includes(cls) ||
    hasOutputGrid(cls)
  );
}

/** Float, dynamic and weight-only modules have no output grid. */
function isAlike(
  use: Use,
  qconfig: QConfig | null,
  observer: ObserverBase | undefined,
  mayHaveGrid: boolean
): boolean {
  if (!qconfigEquals(use.qconfig, qconfig)) {
    return false;
  }
  const hasGrid = mayHaveGrid || (qconfig !== null && !probe(qconfig.activation).isDynamic);
  return !hasGrid || use.observer === observer;
}

/** What observes the output, or that of the relu behind. */
function outputObserver(model: GraphModule, node: Node): ObserverBase | undefined {
  const observerIn = (users: Iterable<Node>): ObserverBase | undefined => {
    for (const user of users) {
      const module: unknown =
        user.op === 'call_module' ? model.getSubmodule(user.target as string) : undefined;
      if (module instanceof ObserverBase) {
        return module;
      }
    }
    return undefined;
  };
  const [only] = node.users;
  return observerIn(node.users) ?? (node.users.size === 1 && only ? observerIn(only.users) : undefined);
}

function copyOf(model: GraphModule, path: string, qconfig: QConfig | null): string {
  const [parent, name] = splitPath(path);
  const holder = model.getSubmodule(parent);
  let index = 1;
  while (Reflect.has(holder, `${name}_${index}`)) {
    index += 1;
  }
  const copied = `${path}_${index}`;
  const module = deepCopy(model.getSubmodule(path));
  if (Object.hasOwn(module, 'qconfig')) {
    Reflect.set(module, 'qconfig', qconfig);
  }
  model.setSubmodule(copied, module);
  return copied;
}
