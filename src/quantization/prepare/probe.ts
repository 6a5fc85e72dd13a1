// What an observer of some kind is like, read off one that observes nothing.

import { isQuantizedDType, type DType } from '../../tensor/dtype';
import { FakeQuantizeBase } from '../fakeQuantize';
import type { ObserverBase, ObserverFactory } from '../observers';

const probes = new WeakMap<ObserverFactory, ObserverBase>();

/** An observer of that kind to read settings from. */
export function probe(observer: ObserverFactory): ObserverBase {
  const known = probes.get(observer) ?? observer.create();
  probes.set(observer, known);
  return known;
}

/** The observer inside a fake-quantize module, or the observer itself. */
export function unwrapped(observer: ObserverBase): ObserverBase {
  return observer instanceof FakeQuantizeBase ? observer.activation_post_process : observer;
}

export function dtypeOf(observer: ObserverFactory | null): DType | null {
  return observer ? probe(observer).dtype : null;
}

/** dtypes that are observed at all. */
export function isObservedDType(dtype: DType | null): boolean {
  return (
    dtype !== null &&
    (isQuantizedDType(dtype) || ['float16', 'uint8', 'int8', 'int16', 'int32'].includes(dtype))
  );
}
