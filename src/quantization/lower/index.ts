// From the reference form to integer kernels: a list of passes, each one file. Spec 8.

import { GraphModule } from '../../fx';
import type { Module } from '../../nn/module';
import type { BackendConfig } from '../backendConfig';
import type { PreparedMeta } from '../prepared';
import { lowerBackendModules, lowerBackendFunctions } from './backend';
import { lowerBinary } from './binary';
import { foldPackedWeights, lowerDynamicFunctionals, lowerStaticFunctionals } from './functional';
import { loweringContext, type LoweringContext } from './context';
import { lowerDynamicModules, lowerStaticModules, lowerWeightOnlyModules } from './modules';
import { lowerOnednnModules } from './onednn';
import { lowerSpecial, lowerTensorInfo } from './special';

/** In the order they run. */
const PASSES: readonly ((context: LoweringContext) => void)[] = [
  lowerBackendModules,
  lowerBackendFunctions,
  lowerOnednnModules,
  lowerStaticModules,
  lowerDynamicModules,
  lowerWeightOnlyModules,
  lowerStaticFunctionals,
  lowerDynamicFunctionals,
  lowerBinary,
  lowerTensorInfo,
  lowerSpecial,
  foldPackedWeights
];

export function lower(reference: GraphModule, meta: PreparedMeta, backend: BackendConfig): GraphModule {
  const context = loweringContext(reference, meta, backend);
  PASSES.forEach(pass => pass(context));
  reference.graph.eliminateDeadCode();
  return new GraphModule(reference as unknown as Module, reference.graph, reference.className).lint();
}
