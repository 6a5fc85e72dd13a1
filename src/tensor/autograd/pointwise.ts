// Gradients of functions of one number: dx = dy · f′(x), element by element. `y` is the function's own value.
// At kinks the derivative is PyTorch's.

import { empty } from '../ops/create';
import { erf, sigmoid } from '../ops/activation';
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

derivative(ops.abs, always(Math.sign));
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
  always((_, y) => (y > 0 ? 1 : 0))
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
derivative(ops.elu, alpha => x => (x > 0 ? 1 : alpha * Math.exp(x)));
derivative(ops.softplus, (beta, threshold) => x => (x * beta > threshold ? 1 : sigmoid(beta * x)));
derivative(ops.clamp, (min, max) => x => (x >= min && x <= max ? 1 : 0));
derivative(ops.hardtanh, (min, max) => x => (x > min && x < max ? 1 : 0));
