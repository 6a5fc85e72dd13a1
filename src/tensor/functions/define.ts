// How functions of the `torch` namespace are put in the table. All are PyTorch builtins: recorded with
// arguments as the caller wrote them.

import { defineFunction, type TorchFunction } from '../function';
import type { Operand } from '../ops/elementwise';
import type { Tensor } from '../tensor';
import { params } from './parameters';

export type Dims = number | readonly number[];
export interface Keep {
  keepdim?: boolean;
}
export type Unary = (x: Tensor) => Tensor;
export type Binary = (x: Operand, y: Operand) => Tensor;

export function unaryFunction(name: string, forward: (x: Tensor) => Tensor): Unary & TorchFunction {
  return defineFunction<Unary>({
    target: `torch.${name}`,
    parameters: params('input'),
    record: 'asWritten',
    forward
  });
}

export function binaryFunction(
  name: string,
  forward: (x: Operand, y: Operand) => Tensor
): Binary & TorchFunction {
  return defineFunction<Binary>({
    target: `torch.${name}`,
    parameters: params('input', 'other'),
    record: 'asWritten',
    forward
  });
}
