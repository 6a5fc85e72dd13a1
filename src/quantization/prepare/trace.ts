// Tracing for quantization: which modules are one node, and parameters that keep one value. Spec 6.1, steps 2 and 4.

import { GraphModule, traceWith, type Argument, type Scope } from '../../fx';
import type { ModuleClass } from '../../nn/library';
import type { Module } from '../../nn/module';
import type { BackendConfig } from '../backendConfig';
import type { PrepareCustomConfig } from '../customConfig';
import { QuantizationTracer } from '../tracer';
import type { PrepareOptions } from '.';

/** Marked modules are leaves, and those the backend has a pattern for. */
export function makeTracer(
  custom: PrepareCustomConfig,
  backend: BackendConfig | null = null
): QuantizationTracer {
  const names = new Set([
    ...custom.nonTraceableModuleNames,
    ...custom.leafModuleNames,
    ...custom.standaloneModuleNames.keys()
  ]);
  const classes = new Set<ModuleClass>([
    ...custom.nonTraceableModuleClasses,
    ...custom.leafModuleClasses,
    ...custom.standaloneModuleClasses.keys(),
    ...custom.customFloatClasses,
    ...(backend?.moduleClasses ?? [])
  ]);
  return new QuantizationTracer(names, classes);
}

/** The model as a graph, and where each node was recorded. */
export function traceFor(
  model: Module,
  custom: PrepareCustomConfig,
  backend: BackendConfig,
  { scopes, concreteArgs }: PrepareOptions
): { traced: GraphModule; scopes: ReadonlyMap<string, Scope> } {
  if (scopes && model instanceof GraphModule) {
    return { traced: model, scopes };
  }
  const tracer = makeTracer(custom, backend);
  const traced = traceWith(tracer, model, concreteArgs ? { concreteArgs } : {});
  setDefaults(traced, concreteArgs ?? {});
  return { traced, scopes: tracer.nodeNameToScope };
}

/**
 * Inputs of fixed value at the end may be left out of calls. PyTorch wants them all, and checks that they are what
 * they were.
 */
function setDefaults(traced: GraphModule, concrete: Readonly<Record<string, unknown>>): void {
  const values = new Map(
    Object.entries(concrete)
      .filter(([, value]) => value === null || ['boolean', 'number', 'string'].includes(typeof value))
      .map(([name, value]) => [`${name}_1`, value as Argument])
  );
  for (const node of [...traced.graph.nodes].filter(n => n.op === 'placeholder').reverse()) {
    const value = values.get(node.target as string);
    if (value !== undefined) {
      node.args = [value];
    } else if (node.args.length === 0) {
      return;
    }
  }
}
