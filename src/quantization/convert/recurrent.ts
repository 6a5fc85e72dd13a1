// Recurrent modules become reference modules: every weight gets qparams of its own. Spec 7.4.

import { classOf } from '../../nn/library';
import type { Module } from '../../nn/module';
import { recurrentReferences, recurrentWeightNames, type WeightQParams } from '../../nn/reference';
import type { Tensor } from '../../tensor/tensor';
import type { QConfig } from '../qconfig';

/** The qparams an observer finds for a weight. */
export type ObserveWeight = (weight: Tensor, observer: object) => WeightQParams;

/** The reference version, or undefined for a module that is not recurrent. A fresh observer sees each weight. */
export function recurrentReference(
  module: Module,
  qconfig: QConfig,
  observe: ObserveWeight
): Module | undefined {
  const reference = recurrentReferences.get(classOf(module));
  if (!reference) {
    return undefined;
  }
  const qparams = recurrentWeightNames(module).map(
    name => [name, observe(Reflect.get(module, name) as Tensor, qconfig.weight.create())] as const
  );
  return reference.fromFloat(module, new Map(qparams));
}
