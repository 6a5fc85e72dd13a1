// The statistics of a prepared model apart from its weights.
// PyTorch: `get_observer_state_dict`, `load_observer_state_dict`.

import type { Module } from '../../nn/module';
import type { Tensor } from '../../tensor/tensor';
import { ObserverBase, ObserverError } from './base';

/** The part of a prepared model's state that observers hold: every key with `activation_post_process` in it. */
export function getObserverStateDict(model: Module): Map<string, Tensor> {
  return new Map([...model.stateDict().tensors()].filter(([key]) => key.includes('activation_post_process')));
}

/**
 * Puts such statistics back; the keys of `state` that belong to no observer of the model are left.
 * @throws ObserverError naming the keys that are missing. Nothing has been changed then.
 */
export function loadObserverStateDict(model: Module, state: ReadonlyMap<string, Tensor>): void {
  const observers = [...model.namedModules('', false)].filter(([, module]) => module instanceof ObserverBase);
  const keys = new Set(observers.flatMap(([path, module]) => [...module.stateDict(path).keys()]));
  // Older files lack eps.
  const missing = [...keys].filter(key => !state.has(key) && !key.endsWith('.eps'));
  if (missing.length > 0) {
    throw new ObserverError(`Missing keys for observer ${missing.join(', ')} in the state dict`);
  }
  model.loadStateDict(new Map([...state].filter(([key]) => keys.has(key))), { strict: false });
}
