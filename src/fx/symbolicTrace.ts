// `torch.fx.symbolic_trace`: the usual way from a model to its graph module.

import { className, isModule, ModuleBase, type Module } from '../nn/module';
import type { Tensor } from '../tensor/tensor';
import { GraphModule } from './graphModule';
import { Tracer, type TraceOptions } from './tracer';

/**
 * Records what `model` does with traced inputs.
 * @throws TraceError naming the module and what to do where that cannot be recorded.
 */
export function symbolicTrace(model: Module | TensorFunction, options: TraceOptions = {}): GraphModule {
  return traceWith(new Tracer(), isModule(model) ? model : asModule(model), options);
}

/** A function of tensors (and whatever `concreteArgs` settles). */
export type TensorFunction = (...inputs: never[]) => unknown;

/** The function as a module without fields. */
function asModule(fn: TensorFunction): Module {
  const cls = class extends ModuleBase {
    override forward(...inputs: never[]): unknown {
      return fn(...inputs);
    }
  };
  Object.defineProperty(cls, 'name', { value: fn.name || 'GraphModule' });
  // Tracers read the names of the inputs from the text of `forward`.
  Object.defineProperty(cls.prototype, 'forward', { value: fn });
  return new cls() as unknown as Module;
}

/** The same with a tracer of your own. */
export function traceWith(tracer: Tracer, model: Module, options: TraceOptions = {}): GraphModule {
  const graph = tracer.trace(model, options);
  return withConstants(model, tracer.tensorConstants, () => new GraphModule(model, graph, className(model)));
}

/** Runs `build` while `model` has the constants a tracer met as fields. */
export function withConstants<T>(model: Module, constants: ReadonlyMap<string, Tensor>, build: () => T): T {
  for (const [name, constant] of constants) {
    Reflect.set(model, name, constant);
  }
  try {
    return build();
  } finally {
    for (const name of constants.keys()) {
      Reflect.deleteProperty(model, name);
    }
  }
}
