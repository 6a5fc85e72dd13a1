// Keyword arguments of module calls. JavaScript has none, so a call may end in a plain object: in camelCase as users
// write it, in snake_case as graphs of PyTorch hold it. A class that declares PyTorch's parameters of `forward` gets
// them in order, defaults filled in.

import { bind, isPlainObject, snakeCase, type Kwargs, type ParameterSpec } from '../tensor/function';
import { params, type ParameterEntry } from '../tensor/functions/parameters';

const PARAMETERS: unique symbol = Symbol('forwardParameters');

/** Declares PyTorch's parameters of `forward`, for a class and its subclasses. */
export function declareForward(cls: object, ...entries: ParameterEntry[]): void {
  Reflect.set(cls, PARAMETERS, params(...entries));
}

function declared(module: object): readonly ParameterSpec[] | undefined {
  return Reflect.get((module as { constructor: object }).constructor, PARAMETERS) as
    readonly ParameterSpec[] | undefined;
}

/** Positional and keyword arguments of a call, the latter under PyTorch's names. */
export function splitForward(module: object, args: readonly unknown[]): readonly [unknown[], Kwargs] {
  const last = args.at(-1);
  if (!isPlainObject(last) || !declared(module)) {
    return [[...args], {}];
  }
  const entries = Object.entries(last).filter(([, value]) => value !== undefined);
  return [args.slice(0, -1), Object.fromEntries(entries.map(([name, value]) => [snakeCase(name), value]))];
}

/** The arguments `forward` gets. @throws TypeError naming the class for one it does not have. */
export function bindForward(module: object, args: readonly unknown[]): readonly unknown[] {
  const parameters = isPlainObject(args.at(-1)) ? declared(module) : undefined;
  if (!parameters) {
    return args;
  }
  const [positional, kwargs] = splitForward(module, args);
  const target = (module as { constructor: { name: string } }).constructor.name;
  return bind({ target, parameters, record: 'asWritten', forward: () => undefined }, positional, kwargs);
}
