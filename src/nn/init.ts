// Initial values of parameters: `torch.nn.init`. With a seeded generator they are PyTorch's numbers.

import { noGrad } from '../tensor/autograd/record';
import { writeInPlace } from '../tensor/autograd/inPlace';
import type { Generator } from '../tensor/generator';
import { erf } from '../tensor/ops/activation';
import { compare, logical } from '../tensor/ops/compare';
import { empty, eye, product } from '../tensor/ops/create';
import { copied, div, filled, mul, sub, where } from '../tensor/ops/elementwise';
import { log, square } from '../tensor/ops/pointwise';
import { normalNumbers, uniformNumbers } from '../tensor/random';
import type { Tensor } from '../tensor/tensor';

// What layers start with.

/** Uniform in ±√(6 / ((1 + a²) · fanIn)) with a = √5, PyTorch's default for weights. */
export function kaimingUniform(shape: readonly number[], fanIn: number): Tensor {
  const gain = calculateGain('leaky_relu', Math.sqrt(5));
  return uniformTensor(shape, fanIn > 0 ? Math.sqrt(3) * (gain / Math.sqrt(fanIn)) : 0);
}

/** Uniform in ±1/√fanIn, PyTorch's default for biases. */
export function uniformBias(size: number, fanIn: number): Tensor {
  return uniformTensor([size], fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0);
}

/** Uniform in ±bound. */
export function uniformTensor(shape: readonly number[], bound: number): Tensor {
  return uniformNumbers(shape, -bound, bound);
}

/** Uniform in ±√(6 / (fanIn + fanOut)) (`xavier_uniform_`), for a matrix `[out, in]`. */
export function xavierUniform(shape: readonly [out: number, inputs: number]): Tensor {
  return uniformTensor(shape, Math.sqrt(3) * Math.sqrt(2 / (shape[0] + shape[1])));
}

// `torch.nn.init`: each fills the tensor it gets and returns it, without recording.

function fill(name: string, x: Tensor, make: (x: Tensor) => Tensor): Tensor {
  return noGrad(() => writeInPlace(name, x, [], make));
}

/** Where random initial values come from. */
export interface InitOptions {
  generator?: Generator | null;
}

/** Uniform numbers in [a, b). PyTorch: `torch.nn.init.uniform_`. */
export function uniform_(x: Tensor, a = 0, b = 1, { generator }: InitOptions = {}): Tensor {
  return fill('uniform_', x, () => uniformNumbers(x.shape, a, b, x.dtype, generator));
}

/** Normal numbers. PyTorch: `torch.nn.init.normal_`. */
export function normal_(x: Tensor, mean = 0, std = 1, { generator }: InitOptions = {}): Tensor {
  return fill('normal_', x, () => normalNumbers(x.shape, mean, std, x.dtype, generator));
}

/** One value everywhere. PyTorch: `torch.nn.init.constant_`. */
export function constant_(x: Tensor, value: number): Tensor {
  return fill('constant_', x, y => filled(y, value));
}
/** Zeros. PyTorch: `torch.nn.init.zeros_`. */
export const zeros_ = (x: Tensor): Tensor => constant_(x, 0);
/** Ones. PyTorch: `torch.nn.init.ones_`. */
export const ones_ = (x: Tensor): Tensor => constant_(x, 1);

/** The identity matrix, cut or widened with zeros. */
export function eye_(x: Tensor): Tensor {
  const [n = 0, m = 0] = x.shape;
  if (x.ndim !== 2) {
    throw new Error(`eye_: expected a matrix, got [${x.shape.join(', ')}]`);
  }
  return fill('eye_', x, y => copied(y, eye(n, m, { dtype: y.dtype })));
}

/** Convolutions start as the identity on as many channels as there are, group by group. */
export function dirac_(x: Tensor, groups = 1): Tensor {
  const [out = 0, perGroup = 0, ...kernel] = x.shape;
  if (x.ndim < 3 || x.ndim > 5 || out % groups !== 0) {
    throw new Error(
      `dirac_: expected a convolution's weight divisible into ${groups} groups, got [${x.shape.join(', ')}]`
    );
  }
  return fill('dirac_', x, y => {
    const result = empty(y.shape, y.dtype);
    const values = result.storage.view();
    const size = product(kernel);
    const center = kernel.reduce((at, k) => at * k + Math.floor(k / 2), 0);
    const channels = out / groups;
    for (let g = 0; g < groups; g++) {
      for (let d = 0; d < Math.min(channels, perGroup); d++) {
        values[((g * channels + d) * perGroup + d) * size + center] = 1;
      }
    }
    return result;
  });
}

/**
 * Normal numbers between a and b. Those outside are drawn again; where most would be outside, uniform numbers are kept
 * as often as their density says.
 */
export function truncNormal_(
  x: Tensor,
  mean = 0,
  std = 1,
  a = -2,
  b = 2,
  { generator }: InitOptions = {}
): Tensor {
  const below = (v: number): number => (1 + erf((v - mean) / std / Math.SQRT2)) / 2;
  const { shape, dtype } = x;
  const draw = (): Tensor => normalNumbers(shape, mean, std, dtype, generator);
  const between = (): Tensor => uniformNumbers(shape, a, b, dtype, generator);
  const redo = (values: Tensor, pending: Tensor, next: () => [Tensor, Tensor]): Tensor => {
    let [result, open] = [values, pending];
    while (open.data().some(v => v !== 0)) {
      const [candidates, refused] = next();
      result = where(open, candidates, result);
      open = logical('logical_and', open, refused);
    }
    return result;
  };
  return fill('truncNormal_', x, () => {
    if (below(b) - below(a) > 0.3) {
      const outside = (v: Tensor) => logical('logical_or', compare('lt', v, a), compare('gt', v, b));
      const again = (): [Tensor, Tensor] => {
        const values = draw();
        return [values, outside(values)];
      };
      return redo(...again(), again);
    }
    const peak = -0.5 * ((Math.max(a, Math.min(mean, b)) - mean) / std) ** 2;
    const density = (v: Tensor) => sub(mul(square(div(sub(v, mean), std)), -0.5), peak);
    const next = (): [Tensor, Tensor] => {
      const values = between();
      return [values, compare('gt', log(uniformNumbers(shape, 0, 1, dtype, generator)), density(values))];
    };
    return redo(...next(), next);
  });
}

/** How many inputs and outputs each element of a weight has. */
export function calculateFans(x: Tensor): readonly [fanIn: number, fanOut: number] {
  const [out = 0, inputs = 0, ...kernel] = x.shape;
  if (x.ndim < 2) {
    throw new Error(`init: fans need a weight of at least two dimensions, got [${x.shape.join(', ')}]`);
  }
  return [inputs * product(kernel), out * product(kernel)];
}

/** Activations and layers a gain is known for. */
export type Nonlinearity =
  | 'linear'
  | 'sigmoid'
  | 'tanh'
  | 'relu'
  | 'leaky_relu'
  | 'selu'
  | `conv${1 | 2 | 3}d`
  | `conv_transpose${1 | 2 | 3}d`;

/** What an activation does to the deviation. */
export function calculateGain(nonlinearity: Nonlinearity, slope = 0.01): number {
  switch (nonlinearity) {
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.SQRT2;
    case 'leaky_relu':
      return Math.sqrt(2 / (1 + slope ** 2));
    case 'selu':
      return 3 / 4;
    default:
      return 1;
  }
}

/** Uniform with deviation gain · √(2 / (fanIn + fanOut)). PyTorch: `torch.nn.init.xavier_uniform_`. */
export function xavierUniform_(x: Tensor, gain = 1, { generator }: InitOptions = {}): Tensor {
  const [fanIn, fanOut] = calculateFans(x);
  const bound = Math.sqrt(3) * (gain * Math.sqrt(2 / (fanIn + fanOut)));
  return uniform_(x, -bound, bound, { generator: generator ?? null });
}

/** Normal with deviation gain · √(2 / (fanIn + fanOut)). PyTorch: `torch.nn.init.xavier_normal_`. */
export function xavierNormal_(x: Tensor, gain = 1, { generator }: InitOptions = {}): Tensor {
  const [fanIn, fanOut] = calculateFans(x);
  return normal_(x, 0, gain * Math.sqrt(2 / (fanIn + fanOut)), { generator: generator ?? null });
}

/** Settings of Kaiming's initialisation, with PyTorch's defaults. */
export interface KaimingOptions extends InitOptions {
  /** Slope of the leaky relu that follows. */
  a?: number;
  mode?: 'fan_in' | 'fan_out';
  nonlinearity?: Nonlinearity;
}

function kaimingDeviation(
  x: Tensor,
  { a = 0, mode = 'fan_in', nonlinearity = 'leaky_relu' }: KaimingOptions
): number {
  const [fanIn, fanOut] = calculateFans(x);
  return calculateGain(nonlinearity, a) / Math.sqrt(mode === 'fan_in' ? fanIn : fanOut);
}

/** Uniform with deviation gain / √fan. PyTorch: `torch.nn.init.kaiming_uniform_`. */
export function kaimingUniform_(x: Tensor, options: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingDeviation(x, options);
  return uniform_(x, -bound, bound, { generator: options.generator ?? null });
}

/** Normal with deviation gain / √fan. PyTorch: `torch.nn.init.kaiming_normal_`. */
export function kaimingNormal_(x: Tensor, options: KaimingOptions = {}): Tensor {
  return normal_(x, 0, kaimingDeviation(x, options), { generator: options.generator ?? null });
}
