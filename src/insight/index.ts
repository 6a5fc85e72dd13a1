// Reports on models: what cannot be traced, and later what quantization does to them.

import * as functional from '../nn/functional';
import * as nn from '../nn';
import { isLibraryModule } from '../nn/library';
import { Tracer } from '../fx';
import type { Module } from '../nn/module';
import { functions } from '../tensor';
import { lookupFunction } from '../tensor/function';
import { traceabilityReport, type TraceabilityReport } from './traceability';

export type { ObstacleKind, SourceRange, TraceabilityReport, TraceObstacle } from './traceability';

const LIBRARY: ReadonlySet<unknown> = new Set<unknown>([
  ...Object.values(functional),
  ...Object.values(functions),
  ...Object.values(nn),
  ...Object.values(nn.intrinsic),
  ...Object.values(nn.quantized)
]);

/** True for functions and classes of this library. */
function isLibraryFunction(fn: unknown): boolean {
  const target: unknown = typeof fn === 'function' ? Reflect.get(fn, 'target') : undefined;
  return LIBRARY.has(fn) || (typeof target === 'string' && lookupFunction(target) === fn);
}

/** What the report may be told. */
export interface TraceabilityArguments {
  /** Modules the tracer would not look into. Default: those of a plain `Tracer`. */
  isLeaf?: (module: Module, path: string) => boolean;
  /** Values of names the model's code takes from outside, for instance a notebook's variables. */
  resolve?: (name: string) => { value: unknown } | undefined;
  concreteArgs?: ReadonlyMap<number, unknown>;
}

/** Every place in the model's code that tracing could not record, in one pass and without running it. */
export function traceability(model: Module, args: TraceabilityArguments = {}): TraceabilityReport {
  const tracer = new Tracer();
  const isLeaf = args.isLeaf ?? ((module: Module, path: string) => tracer.isLeafModule(module, path));
  return traceabilityReport(model, {
    isLeaf: (module, path) =>
      isLeaf(module, path) || (isLibraryModule(module) && tracer.isLeafModule(module, path)),
    isLibraryFunction,
    ...(args.resolve ? { resolve: args.resolve } : {}),
    ...(args.concreteArgs ? { concreteArgs: args.concreteArgs } : {})
  });
}
