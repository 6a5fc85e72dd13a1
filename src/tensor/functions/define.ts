// How functions of the `torch` namespace, and the methods of the same name, are put in their tables. Builtins are
// recorded with arguments as the caller wrote them.

import { writeInPlace } from '../autograd/inPlace';
import { bind, defineFunction, type FunctionSpec, type TorchFunction } from '../function';
import { defineMethod, defineMethodLike } from '../methods';
import type { Operand } from '../ops/elementwise';
import type { Tensor } from '../tensor';
import { params, type ParameterEntry } from './parameters';

export type Dims = number | readonly number[];
export interface Keep {
  keepdim?: boolean;
}
export type Unary = (x: Tensor) => Tensor;
export type Binary = (x: Operand, y: Operand) => Tensor;

/** In which forms a function exists besides `torch.name`, and what else its row says. */
export interface Forms extends Partial<
  Pick<FunctionSpec, 'record' | 'aliases' | 'variadic' | 'differentiable'>
> {
  /** The method of the same name, with the same parameters. Default: true. */
  readonly method?: boolean;
  /** The method that writes its result into the tensor: `name_`. */
  readonly inPlace?: boolean;
}

type Forward = (...values: never[]) => unknown;

/** `torch.name`, by default with the method `name`. */
export function torchFunction<F extends (...args: never[]) => unknown>(
  name: string,
  entries: readonly ParameterEntry[],
  forward: Forward,
  forms: Forms = {}
): F & TorchFunction {
  const { method = true, inPlace = false, ...spec } = forms;
  const parameters = params(...entries);
  if (method) {
    defineMethodLike(name, { parameters, forward });
  }
  if (inPlace) {
    inPlaceMethod(name, entries, forward);
  }
  return defineFunction<F>({
    target: `torch.${name}`,
    record: 'asWritten',
    ...spec,
    parameters,
    forward
  });
}

/** The method `name_`: writes what `forward` makes of the tensor into it. */
export function inPlaceMethod(name: string, entries: readonly ParameterEntry[], forward: Forward): void {
  const spec: FunctionSpec = {
    target: `Tensor.${name}_`,
    record: 'asWritten',
    parameters: params(...entries),
    forward
  };
  defineMethod(`${name}_`, (args, kwargs) => {
    const [x, ...rest] = bind(spec, args, kwargs);
    return writeInPlace(
      `${name}_`,
      x as Tensor,
      rest,
      source => forward(...([source, ...rest] as never[])) as Tensor
    );
  });
}

/** `name(x)` with its method, and `name_` unless told. */
export function unaryFunction(name: string, forward: Unary, inPlace = true): Unary & TorchFunction {
  return torchFunction<Unary>(name, ['input'], forward, { inPlace });
}

/** Of two operands; the method is there unless it is Python's operator anyway. */
export function binaryFunction(name: string, forward: Binary, inPlace = true): Binary & TorchFunction {
  return torchFunction<Binary>(name, ['input', 'other'], forward, { inPlace });
}
