// Element by element functions of the `torch` namespace, and products of matrices.

import { defineFunction } from '../function';
import * as elementwise from '../ops/elementwise';
import { matmul as matmulOp } from '../ops/linear';
import * as pointwise from '../ops/pointwise';
import type { Tensor } from '../tensor';
import { addAny, mulAny } from './arithmetic';
import { binaryFunction, unaryFunction } from './define';
import { params } from './parameters';
import * as any from './unary';

type Operand = elementwise.Operand;

export const relu = unaryFunction('relu', any.relu);
export const sigmoid = unaryFunction('sigmoid', any.sigmoid);
export const tanh = unaryFunction('tanh', any.tanh);
export const abs = unaryFunction('abs', pointwise.abs);
export const neg = unaryFunction('neg', pointwise.neg);
export const exp = unaryFunction('exp', pointwise.exp);
export const log = unaryFunction('log', pointwise.log);
export const sqrt = unaryFunction('sqrt', pointwise.sqrt);
export const rsqrt = unaryFunction('rsqrt', pointwise.rsqrt);
export const erf = unaryFunction('erf', pointwise.erf);
export const sin = unaryFunction('sin', pointwise.sin);
export const cos = unaryFunction('cos', pointwise.cos);
export const floor = unaryFunction('floor', pointwise.floor);

export const div = binaryFunction('div', elementwise.div);
export const maximum = binaryFunction('maximum', elementwise.maximum);
export const minimum = binaryFunction('minimum', elementwise.minimum);
export const pow = binaryFunction('pow', elementwise.pow);
export const gt = binaryFunction('gt', (a, b) => elementwise.compare('gt', a, b));
export const lt = binaryFunction('lt', (a, b) => elementwise.compare('lt', a, b));
export const eq = binaryFunction('eq', (a, b) => elementwise.compare('eq', a, b));

type Scaled = (x: Operand, y: Operand, options?: { alpha?: number }) => Tensor;
/** `x + alpha · y`. */
export const add = defineFunction<Scaled>({
  target: 'torch.add',
  parameters: params('input', 'other', ['alpha', 1]),
  record: 'asWritten',
  forward: addAny
});
export const sub = defineFunction<Scaled>({
  target: 'torch.sub',
  parameters: params('input', 'other', ['alpha', 1]),
  record: 'asWritten',
  forward: elementwise.sub
});
export const mul = binaryFunction('mul', mulAny);
export const matmul = defineFunction<(x: Tensor, y: Tensor) => Tensor>({
  target: 'torch.matmul',
  parameters: params('input', 'other'),
  record: 'asWritten',
  forward: matmulOp
});
export const bmm = defineFunction<(x: Tensor, y: Tensor) => Tensor>({
  target: 'torch.bmm',
  parameters: params('input', 'mat2'),
  record: 'asWritten',
  forward: matmulOp
});
export const where = defineFunction<(condition: Tensor, x: Operand, y: Operand) => Tensor>({
  target: 'torch.where',
  parameters: params('condition', 'input', 'other'),
  record: 'asWritten',
  forward: elementwise.where
});
export const clamp = defineFunction<(x: Tensor, min?: number | null, max?: number | null) => Tensor>({
  target: 'torch.clamp',
  parameters: params('input', ['min', null], ['max', null]),
  record: 'asWritten',
  forward: any.clamp
});
