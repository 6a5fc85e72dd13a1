// Functions of one number, applied to every element: `exp`, `relu`, `clamp` … Each is a differentiable operator.

import { differentiable, type Differentiable } from '../autograd/record';
import type { Tensor } from '../tensor';
import * as activation from './activation';
import { mapElements } from './elementwise';

/** A tensor and the function's parameters. */
export type Pointwise<P extends readonly number[] = readonly []> = Differentiable<[Tensor, ...P], Tensor>;

/** `keepsInteger`: whole numbers stay such; else they become float32. */
function pointwise(op: string, fn: (v: number) => number, keepsInteger = false): Pointwise {
  return differentiable(op, (x: Tensor) => mapElements(x, fn, keepsInteger));
}

function parametric<P extends readonly number[]>(
  op: string,
  bind: (...parameters: P) => (v: number) => number,
  keepsInteger = false
): Pointwise<P> {
  return differentiable(op, (x: Tensor, ...parameters: P) =>
    mapElements(x, bind(...parameters), keepsInteger)
  );
}

export const abs = pointwise('abs', Math.abs, true);
export const neg = pointwise('neg', v => -v, true);
export const square = pointwise('square', v => v * v, true);
export const floor = pointwise('floor', Math.floor, true);
export const exp = pointwise('exp', Math.exp);
export const log = pointwise('log', Math.log);
export const sqrt = pointwise('sqrt', Math.sqrt);
export const rsqrt = pointwise('rsqrt', v => 1 / Math.sqrt(v));
export const erf = pointwise('erf', activation.erf);
export const sin = pointwise('sin', Math.sin);
export const cos = pointwise('cos', Math.cos);

export const relu = pointwise('relu', activation.relu, true);
export const sigmoid = pointwise('sigmoid', activation.sigmoid);
export const tanh = pointwise('tanh', Math.tanh);
export const hardsigmoid = pointwise('hardsigmoid', activation.hardsigmoid);
export const hardswish = pointwise('hardswish', activation.hardswish);
/** log(sigmoid(v)) without overflow. */
export const logSigmoid = pointwise('logSigmoid', v => Math.min(0, v) - Math.log1p(Math.exp(-Math.abs(v))));
export const silu = pointwise('silu', activation.silu);
export const mish = pointwise('mish', activation.mish);
export const gelu = pointwise('gelu', activation.gelu);
export const geluTanh = pointwise('geluTanh', activation.geluTanh);
export const leakyRelu = parametric('leakyRelu', activation.leakyRelu);
export const elu = parametric('elu', activation.elu);
export const softplus = parametric(
  'softplus',
  (beta: number, threshold: number) => (v: number) =>
    v * beta > threshold ? v : Math.log1p(Math.exp(v * beta)) / beta
);
/** The gradient passes at the bounds. */
export const clamp = parametric('clamp', activation.hardtanh, true);
/** The same numbers as `clamp`, but no gradient at the bounds. */
export const hardtanh = parametric('hardtanh', activation.hardtanh, true);
