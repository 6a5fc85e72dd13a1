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
  needs(1) ? partial(b, dy, a, b, (g, x, y) => -g * floorQuotient(x, y)) : null
]);
defineGradient(ops.pow, (dy, [a, b], { needs }) => [
  needs(0) ? partial(a, dy, a, b, (g, x, y) => (y === 0 ? 0 : g * y * x ** (y - 1))) : null,
  // 0 ** y is constantly 0 for y > 0.
  needs(1)
    ? partial(b, dy, a, b, (g, x, y) => (x === 0 && y >= 0 ? 0 : g * ops.power(x, y) * Math.log(x)))
    : null
]);

const floorQuotient = ops.floorQuotient(v => v);

/** Equal operands share the gradient. */
const share = (g: number, tie: boolean, loses: boolean): number => (tie ? g / 2 : loses ? 0 : g);
defineGradient(ops.maximum, (dy, [a, b], { needs }) => [
  needs(0) ? partial(a, dy, a, b, (g, x, y) => share(g, x === y, x < y)) : null,
  needs(1) ? partial(b, dy, a, b, (g, x, y) => share(g, x === y, y < x)) : null
]);
defineGradient(ops.minimum, (dy, [a, b], { needs }) => [
  needs(0) ? partial(a, dy, a, b, (g, x, y) => share(g, x === y, x > y)) : null,
  needs(1) ? partial(b, dy, a, b, (g, x, y) => share(g, x === y, y > x)) : null
]);

defineGradient(ops.where, (dy, [condition, a, b], { needs }) => [
  null,
  needs(1) ? partial(a, dy, condition, 0, (g, c) => (c !== 0 ? g : 0)) : null,
  needs(2) ? partial(b, dy, condition, 0, (g, c) => (c !== 0 ? 0 : g)) : null
]);

defineGradient(ops.cast, (dy, [x]) => [ops.cast(dy, x.dtype)]);

/** The denominator is at least 10⁻¹², as in PyTorch. */
defineGradient(ops.binaryEntropy, (dy, [a, b], { needs }) => [
  needs(0) ? partial(a, dy, a, b, (g, x, y) => (g * (x - y)) / Math.max(x * (1 - x), 1e-12)) : null,
  needs(1)
    ? partial(b, dy, a, b, (g, x) => g * (Math.max(-100, Math.log1p(-x)) - Math.max(-100, Math.log(x))))
    : null
]);

// Rounded quotients are constant between their jumps.
defineGradient(ops.floorDivide, () => []);
defineGradient(ops.truncDivide, () => []);
defineGradient(ops.fmod, (dy, [a, b], { needs }) => [
  of(a, needs(0), () => dy),
  needs(1) ? partial(b, dy, a, b, (g, x, y) => -g * Math.trunc(x / y)) : null
]);
defineGradient(ops.fmax, (dy, [a, b], { needs }) => [
  needs(0) ? partial(a, dy, a, b, (g, x, y) => (x >= y || y !== y ? g : 0)) : null,
  needs(1) ? partial(b, dy, a, b, (g, x, y) => (x >= y || y !== y ? 0 : g)) : null
]);
defineGradient(ops.fmin, (dy, [a, b], { needs }) => [
  needs(0) ? partial(a, dy, a, b, (g, x, y) => (x <= y || y !== y ? g : 0)) : null,
  needs(1) ? partial(b, dy, a, b, (g, x, y) => (x <= y || y !== y ? 0 : g)) : null
]);
defineGradient(ops.atan2, (dy, [a, b], { needs }) => [
  needs(0) ? partial(a, dy, a, b, (g, x, y) => (x === 0 && y === 0 ? 0 : (g * y) / (x * x + y * y))) : null,
  needs(1) ? partial(b, dy, a, b, (g, x, y) => (x === 0 && y === 0 ? 0 : (-g * x) / (x * x + y * y))) : null
]);
defineGradient(ops.hypot, (dy, [a, b], { needs }) => [
  needs(0) ? partial(a, dy, a, b, (g, x, y) => (g * x) / Math.hypot(x, y)) : null,
  needs(1) ? partial(b, dy, a, b, (g, x, y) => (g * y) / Math.hypot(x, y)) : null
]);
defineGradient(ops.xlogy, (dy, [a, b], { needs }) => [
  needs(0) ? partial(a, dy, a, b, (g, x, y) => (x === 0 && y <= 0 ? 0 : g * Math.log(y))) : null,
  needs(1) ? partial(b, dy, a, b, (g, x, y) => (g * x) / y) : null
]);
defineGradient(ops.copysign, (dy, [a, b], { needs }) => [
  needs(0)
    ? partial(a, dy, a, b, (g, x, y) =>
        x === 0
          ? 0
          : x !== x || Math.abs(x) === Infinity
            ? NaN
            : (y < 0 || Object.is(y, -0)) === x < 0
              ? g
              : -g
      )
    : null,
  null
]);
defineGradient(ops.logaddexp, (dy, [a, b], { needs }) => [
  needs(0) ? partial(a, dy, a, b, (g, x, y) => g / (1 + Math.exp(y - x))) : null,
  needs(1) ? partial(b, dy, a, b, (g, x, y) => g / (1 + Math.exp(x - y))) : null
]);
