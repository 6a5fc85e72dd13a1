// The statistics of a prepared model apart from its weights.
// PyTorch: `get_observer_state_dict`, `load_observer_state_dict`.

import type { Module, StateDict } from '../../nn/module';
import type { Tensor } from '../../tensor/tensor';
import { ObserverBase, ObserverError } from './base';

/** The part of a prepared model's state that observers hold: every key with `activation_post_process` in it. */
export function getObserverStateDict(model: Module): StateDict {
  return new Map([...model.stateDict()].filter(([key]) => key.includes('activation_post_process')));
}

/**
 * Puts such statistics back; the keys of `state` that belong to no observer of the model are left.
 * @throws ObserverError naming the keys that are missing. Nothing has been changed then.
 */
export function loadObserverStateDict(model: Module, state: ReadonlyMap<string, Tensor>): void {
  const observers = [...model.namedModules('', false)].filter(([, module]) => module instanceof ObserverBase);
  const missing = observers
    .flatMap(([path, module]) => [...module.stateDict(path).keys()])
    .filter(key => !state.has(key));
  if (missing.length > 0) {
    throw new ObserverError(
      `Missing keys for observer ${[...new Set(missing)].join(', ')} in the state dict`
    );
  }
  for (const [path, module] of observers) {
    const prefix = path === '' ? '' : `${path}.`;
    const own = [...state].filter(([key]) => key.startsWith(prefix));
    module.loadStateDict(new Map(own.map(([key, value]) => [key.slice(prefix.length), value])), {
      strict: false
    });
  }
}
