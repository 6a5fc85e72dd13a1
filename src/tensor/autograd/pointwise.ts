// Gradients of functions of one number: dx = dy · f′(x), element by element. `y` is the function's own value.
// At kinks the derivative is PyTorch's.

import { empty } from '../ops/create';
import { erf, sigmoid } from '../ops/activation';
import { digamma, trigamma } from '../ops/special';
import * as ops from '../ops/pointwise';
import { defineGradient } from './record';

type Derivative = (x: number, y: number) => number;

function derivative<P extends readonly number[]>(
  operator: ops.Pointwise<P>,
  bind: (...parameters: P) => Derivative
): void {
  defineGradient(operator, (dy, [x, ...parameters], { result }) => {
    const slope = bind(...(parameters as unknown as P));
    const gradient = empty(x.shape, dy.dtype);
    const out = gradient.storage.view();
    const [upper, inputs, outputs] = [dy.data(), x.data(), result.data()];
    for (let i = 0; i < out.length; i++) {
      out[i] = (upper[i] as number) * slope(inputs[i] as number, outputs[i] as number);
    }
    return [gradient];
  });
}

const always = (slope: Derivative) => () => slope;
const TWO_BY_ROOT_PI = 2 / Math.sqrt(Math.PI);
const ROOT_TWO_BY_PI = Math.sqrt(2 / Math.PI);

derivative(
  ops.abs,
  always(x => (x !== x ? 0 : Math.sign(x)))
);
derivative(
  ops.neg,
  always(() => -1)
);
derivative(
  ops.square,
  always(x => 2 * x)
);
derivative(
  ops.floor,
  always(() => 0)
);
derivative(
  ops.exp,
  always((_, y) => y)
);
derivative(
  ops.log,
  always(x => 1 / x)
);
derivative(
  ops.sqrt,
  always((_, y) => 1 / (2 * y))
);
derivative(
  ops.rsqrt,
  always((_, y) => -0.5 * y ** 3)
);
derivative(
  ops.erf,
  always(x => TWO_BY_ROOT_PI * Math.exp(-x * x))
);
derivative(ops.sin, always(Math.cos));
derivative(
  ops.cos,
  always(x => -Math.sin(x))
);

derivative(
  ops.relu,
  always((_, y) => (y <= 0 ? 0 : 1))
);
derivative(
  ops.sigmoid,
  always((_, y) => y * (1 - y))
);
derivative(
  ops.tanh,
  always((_, y) => 1 - y * y)
);
derivative(
  ops.hardsigmoid,
  always(x => (x > -3 && x < 3 ? 1 / 6 : 0))
);
derivative(
  ops.hardswish,
  always(x => (x <= -3 ? 0 : x < 3 ? x / 3 + 0.5 : 1))
);
derivative(
  ops.logSigmoid,
  always(x => sigmoid(-x))
);
derivative(
  ops.silu,
  always(x => {
    const s = sigmoid(x);
    return s * (1 + x * (1 - s));
  })
);
derivative(
  ops.mish,
  always(x => {
    const t = Math.tanh(x > 20 ? x : Math.log1p(Math.exp(x)));
    return t + x * (1 - t * t) * sigmoid(x);
  })
);
derivative(
  ops.gelu,
  always(x => {
    const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
    return 0.5 * (1 + erf(x / Math.SQRT2)) + x * density;
  })
);
derivative(
  ops.geluTanh,
  always(x => {
    const t = Math.tanh(ROOT_TWO_BY_PI * (x + 0.044715 * x ** 3));
    const inner = ROOT_TWO_BY_PI * (1 + 3 * 0.044715 * x * x);
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner;
  })
);
derivative(ops.leakyRelu, slope => x => (x > 0 ? 1 : slope));
derivative(
  ops.elu,
  (alpha = 1, scale = 1, inputScale = 1) =>
    x =>
      x > 0 ? scale : scale * alpha * inputScale * Math.exp(x * inputScale)
);
derivative(ops.softplus, (beta, threshold) => x => (x * beta > threshold ? 1 : sigmoid(beta * x)));
derivative(ops.clampNumbers, (min, max) => x => (x >= min && x <= max ? 1 : 0));
derivative(ops.hardtanh, (min, max) => x => (x > min && x < max ? 1 : 0));

// The others of mathematics.

const LN_10 = Math.log(10);
const slopes: readonly (readonly [ops.Pointwise, Derivative])[] = [
  [ops.ceil, () => 0],
  [ops.trunc, () => 0],
  [ops.sign, () => 0],
  [ops.frac, () => 1],
  [ops.exp2, (_, y) => y * Math.LN2],
  [ops.expm1, (_, y) => y + 1],
  [ops.log1p, x => 1 / (1 + x)],
  [ops.log2, x => 1 / (x * Math.LN2)],
  [ops.log10, x => 1 / (x * LN_10)],
  [ops.reciprocal, (_, y) => -y * y],
  [ops.tan, (_, y) => 1 + y * y],
  [ops.asin, x => 1 / Math.sqrt(1 - x * x)],
  [ops.acos, x => -1 / Math.sqrt(1 - x * x)],
  [ops.atan, x => 1 / (1 + x * x)],
  [ops.sinh, x => Math.cosh(x)],
  [ops.cosh, x => Math.sinh(x)],
  [ops.asinh, x => 1 / Math.sqrt(x * x + 1)],
  [ops.acosh, x => 1 / Math.sqrt(x * x - 1)],
  [ops.atanh, x => 1 / (1 - x * x)],
  [ops.sinc, (x, y) => (x === 0 ? 0 : (Math.cos(Math.PI * x) - y) / x)],
  [ops.deg2rad, () => Math.PI / 180],
  [ops.rad2deg, () => 180 / Math.PI],
  [ops.erfc, x => -TWO_BY_ROOT_PI * Math.exp(-x * x)],
  [ops.erfinv, (_, y) => Math.exp(y * y) / TWO_BY_ROOT_PI],
  [ops.lgamma, digamma],
  [ops.digamma, trigamma],
  [ops.softsign, x => 1 / (1 + Math.abs(x)) ** 2],
  [ops.tanhshrink, x => Math.tanh(x) ** 2]
];
for (const [operator, slope] of slopes) {
  derivative(operator, always(slope));
}
derivative(
  ops.round,
  always(() => 0)
);
derivative(ops.hardshrink, lambda => x => (x >= -lambda && x <= lambda ? 0 : 1));
derivative(ops.softshrink, lambda => x => (x >= -lambda && x <= lambda ? 0 : 1));
derivative(ops.threshold, limit => x => (x <= limit ? 0 : 1));
derivative(
  ops.logit,
  (eps = -1) =>
    x =>
      eps < 0 ? (x < 0 || x > 1 ? NaN : 1 / (x * (1 - x))) : x < eps || x > 1 - eps ? 0 : 1 / (x * (1 - x))
);
derivative(ops.replaceNonFinite, () => x => (Number.isFinite(x) ? 1 : 0));
