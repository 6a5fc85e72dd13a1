import { Tensor } from '../../src';

/** All tensors in nested lists, in order. */
export function elementsOf(values: readonly unknown[]): Tensor[] {
  return values.flatMap(value =>
    value instanceof Tensor ? [value] : Array.isArray(value) ? elementsOf(value as unknown[]) : []
  );
}
