// What concerns the model as a whole: submodules that are left out (D22), training flags that were recorded as
// constants (D13).

import type { GraphModule } from '../../fx';
import { className, splitPath, type Module } from '../../nn/module';
import type { ModelEntry } from './entry';

/**
 * @param called paths of modules the graph stands for, with all that contain them.
 * @param leaves those of them that are one node, and are there with all they contain.
 */
export function modelRemarks(
  model: Module,
  traced: GraphModule,
  called: ReadonlySet<string>,
  leaves: ReadonlySet<string>
): ModelEntry[] {
  return [...droppedModules(model, called, leaves), ...frozenTraining(traced)];
}

function droppedModules(
  model: Module,
  called: ReadonlySet<string>,
  leaves: ReadonlySet<string>
): ModelEntry[] {
  const isDropped = ([path, module]: readonly [string, Module]) => {
    const [parent] = splitPath(path);
    return path !== '' && !called.has(path) && called.has(parent) && !leaves.has(parent) && hasState(module);
  };
  return [...model.namedModules()].filter(isDropped).map(([path, module]) => ({
    subject: 'model',
    kind: 'droppedModule',
    level: 'info',
    about: path,
    text: `forward never calls this ${className(module)}; the result does not have it, nor its parameters`,
    remedy: path.includes('.')
      ? 'Remove it, or call it'
      : `List '${path}' in setPreservedAttributes to keep it`
  }));
}

const hasState = (module: Module): boolean => module.stateDict().size > 0;

/** `F.dropout(x, { training: this.training })`, traced in training mode, drops out for ever. */
function frozenTraining(traced: GraphModule): ModelEntry[] {
  return [...traced.graph.nodes]
    .filter(node => node.op === 'call_function' && node.kwargs.training === true)
    .map(node => ({
      subject: 'model',
      kind: 'frozenTraining',
      level: 'warning',
      about: node.name,
      text: 'training was true while tracing and is a constant of the graph now; eval() does not change it',
      remedy:
        'Use the module (nn.Dropout, nn.BatchNorm2d) instead of the function, or trace in evaluation mode'
    }));
}
