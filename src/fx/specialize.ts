// `concrete_args` of torch.fx: parameters of `forward` that keep one value while the graph is recorded. The
// graph takes them all the same and asserts that they are what they were.

import { formatArgument } from './format';
import { parameterNames } from './parameters';
import type { Argument, Node } from './node';
import { makeProxy, type ProxyHost } from './proxy';
import { isPlainObject, lookupFunction, type TorchFunction } from '../tensor/function';

/** Stands for an entry of a concrete list or object that stays an input (`torch.fx.PH`). */
export const PH: unique symbol = Symbol.for('fxquant.fx.PH') as never;

/** How nodes get into the graph. */
export interface Recorder {
  input(name: string): Node;
  call(fn: TorchFunction, args: readonly Argument[]): Node;
}

/** What `forward` gets for a parameter that has the concrete value `value`. */
export function specialize(recorder: Recorder, name: string, value: unknown, host: ProxyHost): unknown {
  let count = 0;
  const visit = (item: unknown): unknown => {
    if (Array.isArray(item)) {
      return (item as unknown[]).map(visit);
    }
    if (isPlainObject(item)) {
      return Object.fromEntries(Object.entries(item).map(([key, entry]) => [key, visit(entry)]));
    }
    count += 1;
    const input = recorder.input(`${name}_${count}`);
    if (item === PH) {
      return makeProxy(input, host);
    }
    assertSame(recorder, name, item, input);
    return item;
  };
  return visit(value);
}

/**
 * The inputs of a model whose `forward` has parameters of fixed value: those are put in where `inputs` leaves them out.
 * @throws Error for a name that is no parameter.
 */
export function completeInputs(
  forward: (...args: never[]) => unknown,
  inputs: readonly unknown[],
  concrete: Readonly<Record<string, unknown>>
): unknown[] {
  const names = parameterNames(forward);
  const unknown = Object.keys(concrete).find(name => !names.includes(name));
  if (unknown !== undefined) {
    throw new Error(
      `concreteArgs: forward has no parameter '${unknown}'; it has ${names.join(', ') || 'none'}`
    );
  }
  const free = names.filter(name => !Object.hasOwn(concrete, name) && !name.startsWith('*'));
  if (Object.keys(concrete).length === 0 || inputs.length > free.length) {
    return [...inputs];
  }
  const rest = [...inputs];
  return names
    .filter(name => !name.startsWith('*'))
    .map(name => (Object.hasOwn(concrete, name) ? concrete[name] : rest.shift()));
}

function assertSame(recorder: Recorder, name: string, value: unknown, input: Node): void {
  const text = typeof value === 'string' ? value : formatArgument(value as Argument);
  const message = `${name} has been specialized to have value ${text} but got another value`;
  if (value == null) {
    recorder.call(functionNamed('torch.fx._symbolic_trace._assert_is_none'), [input, message]);
  } else if (['boolean', 'number', 'string'].includes(typeof value)) {
    const same = recorder.call(functionNamed('operator.eq'), [input, value]);
    recorder.call(functionNamed('torch._assert'), [same, message]);
  }
}

function functionNamed(target: string): TorchFunction {
  const fn = lookupFunction(target);
  if (!fn) {
    throw new Error(`The operator table has no ${target}`);
  }
  return fn;
}
