// Copies of modules: `copy.deepcopy`. A module is a function made by its constructor, so a copy is a new
// function with the same prototype whose fields are copies; constructors do not run again. What occurs
// twice in the original occurs twice in the copy.

import { Tensor } from '../tensor/tensor';
import { isPlainObject } from '../tensor/function';
import { isModule, Parameter, shellOf, type Module } from './module';

/** Original → copy, for everything copied so far. */
export type CopyMemo = Map<unknown, unknown>;

/** Classes that know better how to copy what they hold (a graph, for one). */
export const COPY_FIELDS: unique symbol = Symbol.for('fxquant.copyFields') as never;

interface CopiesItself {
  [COPY_FIELDS](copy: Module, memo: CopyMemo): void;
}

/** A copy that shares nothing; what occurs twice occurs twice in it. PyTorch: `copy.deepcopy`. */
export function deepCopy<M extends Module>(module: M, memo: CopyMemo = new Map()): M {
  const before = memo.get(module);
  if (before !== undefined) {
    return before as M;
  }
  const copy = shellOf(module) as M;
  memo.set(module, copy);
  for (const key of Reflect.ownKeys(module)) {
    const descriptor = Object.getOwnPropertyDescriptor(module, key);
    if (descriptor && 'value' in descriptor) {
      Object.defineProperty(copy, key, { ...descriptor, value: copyValue(descriptor.value, memo) });
    } else if (descriptor) {
      Object.defineProperty(copy, key, descriptor);
    }
  }
  if (COPY_FIELDS in module) {
    (module as unknown as CopiesItself)[COPY_FIELDS](copy, memo);
  }
  return copy;
}

function copyValue(value: unknown, memo: CopyMemo): unknown {
  if (memo.has(value)) {
    return memo.get(value);
  }
  const copy = copyOf(value, memo);
  if (copy !== value) {
    memo.set(value, copy);
  }
  return copy;
}

function copyOf(value: unknown, memo: CopyMemo): unknown {
  if (isModule(value)) {
    return deepCopy(value, memo);
  }
  if (value instanceof Parameter) {
    return new Parameter(value.detach().clone(), value.requiresGrad);
  }
  if (value instanceof Tensor) {
    return value.detach().clone();
  }
  if (Array.isArray(value)) {
    return value.map(item => copyValue(item, memo));
  }
  if (value instanceof Map) {
    return new Map([...value].map(([key, item]) => [key, copyValue(item, memo)]));
  }
  if (value instanceof Set) {
    return new Set([...value].map(item => copyValue(item, memo)));
  }
  if (isPlainObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyValue(item, memo)]));
  }
  // Everything else is immutable, or shared on purpose: numbers, texts, functions, configurations.
  return value;
}
