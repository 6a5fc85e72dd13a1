// Calls by PyTorch's names, for what has no name of its own here: what printed code of imported and
// specialised graphs needs.

import { call, lookupFunction, type Kwargs } from '../tensor/function';
import { callMethod as callNamedMethod } from '../tensor/methods';
import type { Tensor } from '../tensor/tensor';

/** `callFunction('torch._assert', [condition, 'message'])`. @throws TypeError for a function nobody knows. */
export function callFunction<R = Tensor>(target: string, args: readonly unknown[], kwargs: Kwargs = {}): R {
  const fn = lookupFunction(target);
  if (!fn) {
    throw new TypeError(`There is no function '${target}' here; see FEATURES.md for what is supported`);
  }
  return call(fn, [...args], kwargs) as R;
}

/** `callMethod('type_as', [x, y])` is PyTorch's `x.type_as(y)`. */
export function callMethod<R = Tensor>(name: string, args: readonly unknown[], kwargs: Kwargs = {}): R {
  return callNamedMethod(name, [...args], kwargs) as R;
}
