// The traceability report: every place in a model's code that torch.fx could not record, found in one pass
// by reading `forward` instead of running it. Where PyTorch stops at the first `if` on a tensor with a
// message that names neither module nor line, this lists all of them.

import { className, type Module } from '../../nn/module';
import { Analysis, BudgetSpent, type TraceabilityOptions } from './analysis';
import { callModule } from './calls';
import type { TraceObstacle } from './obstacle';
import { Scope } from './scope';
import { UNDEFINED, known, traced, type AbstractValue, type Frame } from './values';

/** All obstacles of a model. */
export interface TraceabilityReport {
  /** In the order the code runs. Several obstacles on one line of one module stand together. */
  readonly obstacles: readonly TraceObstacle[];
  /** False where the analysis gave up before the end. */
  readonly complete: boolean;
}

/**
 * Reads the model's code and lists what cannot be traced.
 * @param concreteArgs values of `forward` parameters that stay what they are, by position.
 */
export function traceabilityReport(
  model: Module,
  options: TraceabilityOptions & { concreteArgs?: ReadonlyMap<number, unknown> }
): TraceabilityReport {
  const paths = new Map([...model.namedModules()].map(([path, module]) => [module, path]));
  // The root is traced even where its class would make it a leaf.
  const isLeaf = (module: Module, path: string) => module !== model && options.isLeaf(module, path);
  const analysis = new Analysis({ ...options, isLeaf }, paths);
  const caller: Frame = {
    modulePath: '',
    className: className(model),
    functionName: '',
    source: '',
    prefix: 0,
    self: UNDEFINED,
    home: null,
    depth: 0
  };
  const context = { analysis, frame: caller, scope: new Scope() };
  try {
    callModule(model, inputsOf(model, options.concreteArgs), context);
    return { obstacles: analysis.obstacles, complete: true };
  } catch (error) {
    if (error instanceof BudgetSpent) {
      return { obstacles: analysis.obstacles, complete: false };
    }
    throw error;
  }
}

/** One traced value per parameter, also for those with defaults, as the tracer makes them. */
function inputsOf(model: Module, concrete?: ReadonlyMap<number, unknown>): AbstractValue[] {
  const count = Math.max(16, model.forward.length);
  return Array.from({ length: count }, (_, i) =>
    concrete?.has(i) ? known(concrete.get(i)) : traced('tensor')
  );
}
