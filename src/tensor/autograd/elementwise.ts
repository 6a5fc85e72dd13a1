// Gradients of arithmetic with broadcasting, of `where` and of conversions between float dtypes.

import * as ops from '../ops/elementwise';
import { mul } from '../ops/elementwise';
import { neg } from '../ops/pointwise';
import { Tensor } from '../tensor';
import { partial, sumTo } from './broadcast';
import { defineGradient } from './record';

/** `gradient()` added up to the operand's shape; null for a number. */
function of(operand: ops.Operand, wanted: boolean, gradient: () => Tensor): Tensor | null {
  return wanted && operand instanceof Tensor ? sumTo(gradient(), operand.shape) : null;
}

defineGradient(ops.add, (dy, [a, b, alpha = 1], { needs }) => [
  of(a, needs(0), () => dy),
  of(b, needs(1), () => (alpha === 1 ? dy : mul(dy, alpha)))
]);
defineGradient(ops.sub, (dy, [a, b, alpha = 1], { needs }) => [
  of(a, needs(0), () => dy),
  of(b, needs(1), () => (alpha === 1 ? neg(dy) : mul(dy, -alpha)))
]);
defineGradient(ops.mul, (dy, [a, b], { needs }) => [
  of(a, needs(0), () => mul(dy, b)),
  of(b, needs(1), () => mul(dy, a))
]);
defineGradient(ops.div, (dy, [a, b], { needs }) => [
  needs(0) ? partial(a, dy, a, b, (g, _, y) => g / y) : null,
  needs(1) ? partial(b, dy, a, b, (g, x, y) => (-g * (x / y)) / y) : null
]);
defineGradient(ops.remainder, (dy, [a, b], { needs }) => [
  of(a, needs(0), () => dy),
  needs(1) ? partial(b, dy, a, b, (g, x, y) => -g * Math.floor(x / y)) : null
]);
defineGradient(ops.pow, (dy, [a, b], { needs }) => [
  needs(0) ? partial(a, dy, a, b, (g, x, y) => (y === 0 ? 0 : g * y * x ** (y - 1))) : null,
  // 0 ** y is constantly 0 for y > 0.
  needs(1) ? partial(b, dy, a, b, (g, x, y) => (x === 0 && y >= 0 ? 0 : g * x ** y * Math.log(x))) : null
]);

/** Equal operands share the gradient. */
const share = (g: number, first: boolean, tie: boolean): number => (tie ? g / 2 : first ? g : 0);
defineGradient(ops.maximum, (dy, [a, b], { needs }) => [
  needs(0) ? partial(a, dy, a, b, (g, x, y) => share(g, x > y, x === y)) : null,
  needs(1) ? partial(b, dy, a, b, (g, x, y) => share(g, y > x, x === y)) : null
]);
defineGradient(ops.minimum, (dy, [a, b], { needs }) => [
  needs(0) ? partial(a, dy, a, b, (g, x, y) => share(g, x < y, x === y)) : null,
  needs(1) ? partial(b, dy, a, b, (g, x, y) => share(g, y < x, x === y)) : null
]);

defineGradient(ops.where, (dy, [condition, a, b], { needs }) => [
  null,
  needs(1) ? partial(a, dy, condition, 0, (g, c) => (c !== 0 ? g : 0)) : null,
  needs(2) ? partial(b, dy, condition, 0, (g, c) => (c !== 0 ? 0 : g)) : null
]);

defineGradient(ops.cast, (dy, [x]) => [ops.cast(dy, x.dtype)]);
