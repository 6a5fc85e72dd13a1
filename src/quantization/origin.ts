// Which model a prepared or converted one was made of. Kept beside the models, not in them: it is for views that
// follow what a cell does, and must neither be copied with a model nor keep another one alive.

import type { GraphModule } from '../fx';
import type { Module } from '../nn/module';

const floatModels = new WeakMap<GraphModule, WeakRef<Module>>();
const preparedModels = new WeakMap<GraphModule, WeakRef<GraphModule>>();

/** From a converted model back to the prepared one, and to the model both were made of. */
export const origin = {
  /** The model given to `prepareFx`. */
  floatOf: (prepared: GraphModule): Module | undefined => floatModels.get(prepared)?.deref(),
  /** The model given to `convertFx`. */
  preparedOf: (converted: GraphModule): GraphModule | undefined => preparedModels.get(converted)?.deref(),
  /** Notes what a prepared model was made of. */
  notePrepared: (prepared: GraphModule, float: Module): void => {
    floatModels.set(prepared, new WeakRef(float));
  },
  /** Notes what a converted model was made of. */
  noteConverted: (converted: GraphModule, prepared: GraphModule): void => {
    preparedModels.set(converted, new WeakRef(prepared));
  }
};
