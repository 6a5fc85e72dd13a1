// `torch.fx.symbolic_trace`: the usual way from a model to its graph module.

import { className, type Module } from '../nn/module';
import { GraphModule } from './graphModule';
import { Tracer, type TraceOptions } from './tracer';

/**
 * Records what `model` does with traced inputs.
 * @throws TraceError naming the module and what to do where that cannot be recorded.
 */
export function symbolicTrace(model: Module, options: TraceOptions = {}): GraphModule {
  return traceWith(new Tracer(), model, options);
}

/** The same with a tracer of your own. */
export function traceWith(tracer: Tracer, model: Module, options: TraceOptions = {}): GraphModule {
  const graph = tracer.trace(model, options);
  for (const [name, constant] of tracer.tensorConstants) {
    Reflect.set(model, name, constant);
  }
  try {
    return new GraphModule(model, graph, className(model));
  } finally {
    for (const name of tracer.tensorConstants.keys()) {
      Reflect.deleteProperty(model, name);
    }
  }
}
