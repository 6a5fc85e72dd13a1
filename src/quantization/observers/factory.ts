// What a qconfig holds instead of observers: something that makes them, comparable with others.
// PyTorch: `_PartialWrapper`, `with_args`, `with_callable_args`.

import type { ObserverBase } from './base';

/** A class of observers. */
export type ObserverClass<T = ObserverBase> = new (options?: never) => T;

/** Settings that are worked out anew for each observer made. */
export type CallableOptions = Readonly<Record<string, () => unknown>>;

/** Makes a fresh observer per place. Two of the same class with the same options are equal. */
export interface ObserverFactory<T = ObserverBase> {
  readonly cls: ObserverClass<T>;
  readonly options: Readonly<Record<string, unknown>>;
  /** A fresh observer with the settings bound. */
  create(): T;
  /** The same with more options; a later value replaces an earlier one. */
  withArgs(options: Readonly<Record<string, unknown>>): ObserverFactory<T>;
  /** The same with options that are functions, called at each `create()`. They take no part in comparisons. */
  withCallableArgs(options: CallableOptions): ObserverFactory<T>;
}

/** A factory of `cls` with options bound. */
export function factory<T>(
  cls: ObserverClass<T>,
  options: Readonly<Record<string, unknown>> = {},
  callables: CallableOptions = {}
): ObserverFactory<T> {
  return {
    cls,
    options,
    create: () => new cls({ ...options, ...evaluate(callables, options) } as never),
    withArgs: more => factory(cls, { ...options, ...more }, callables),
    withCallableArgs: more => factory(cls, options, { ...callables, ...more })
  };
}

/** A bound option goes before a callable of the same name. */
function evaluate(callables: CallableOptions, bound: Readonly<Record<string, unknown>>) {
  const missing = Object.entries(callables).filter(([name]) => !(name in bound));
  return Object.fromEntries(missing.map(([name, make]) => [name, make()]));
}
