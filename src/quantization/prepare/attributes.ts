// Attributes that graphs do not name, and a person wants to keep all the same. Spec 11.6.

import type { GraphModule } from '../../fx';
import { isModule, type Module } from '../../nn/module';

/** Fields of the model that the result shall have too; methods stay those of the model. */
export function preserveAttributes(from: Module, to: GraphModule, names: readonly string[]): void {
  for (const name of names) {
    if (name in from) {
      const value = Reflect.get(from, name) as unknown;
      const isMethod = typeof value === 'function' && !isModule(value);
      Object.defineProperty(to, name, {
        value: isMethod ? (value.bind(from) as unknown) : value,
        writable: true,
        enumerable: true,
        configurable: true
      });
    }
  }
}
