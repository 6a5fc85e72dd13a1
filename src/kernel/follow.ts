// Follows cells that call the library themselves: finds the prepared and converted models among the variables that
// were made of a model the panel shows.

import type { Mark } from '../protocol';
import { GraphModule } from '../fx';
import type { Module } from '../nn/module';
import { origin, type PrepareCustomConfig } from '../quantization';
import type { Variables } from './discovery';

export interface Followed {
  readonly prepared: GraphModule;
  readonly converted: GraphModule | undefined;
}

/** What cells have made of each model; of several, the one assigned last. */
export function followCells(variables: Variables): Map<Module, Followed> {
  const found = new Map<Module, Followed>();
  const graphs = Object.values(variables).filter((v): v is GraphModule => v instanceof GraphModule);
  for (const graph of graphs) {
    const prepared = origin.preparedOf(graph) ?? graph;
    const float = origin.floatOf(prepared);
    if (float) {
      const converted = prepared === graph ? undefined : graph;
      const known = found.get(float);
      const isSame = known?.prepared === prepared;
      found.set(float, { prepared, converted: converted ?? (isSame ? known.converted : undefined) });
    }
  }
  return found;
}

/** The settings of a cell as the marks the panel would have drawn. */
export function marksOf(custom: PrepareCustomConfig): Mark[] {
  const observed = [...custom.floatToObservedMapping.values()].flatMap(classes => [...classes]);
  return [
    ...custom.nonTraceableModuleNames.map(target => ({ kind: 'non_traceable_name' as const, target })),
    ...custom.nonTraceableModuleClasses.map(c => ({ kind: 'non_traceable_class' as const, target: c.name })),
    ...custom.leafModuleNames.map(target => ({ kind: 'leaf' as const, target })),
    ...observed.map(([float, to]) => ({
      kind: 'custom' as const,
      target: float.name,
      observedClass: to.name
    }))
  ];
}
