// Functions of one tensor, element by element: `torch.abs`, the method `abs` and, where it exists, `abs_`.

import type { TorchFunction } from '../function';
import * as compare from '../ops/compare';
import * as pointwise from '../ops/pointwise';
import type { Tensor } from '../tensor';
import { torchFunction, unaryFunction, type Unary } from './define';
import * as any from './unary';

// Signs and rounding.

/** Absolute value. PyTorch: `torch.abs`. */
export const abs = unaryFunction('abs', pointwise.abs);
export const absolute = unaryFunction('absolute', pointwise.abs);
/** −x. PyTorch: `torch.neg`. */
export const neg = unaryFunction('neg', pointwise.neg);
export const negative = unaryFunction('negative', pointwise.neg);
export const positive = unaryFunction('positive', x => x, false);
export const sign = unaryFunction('sign', pointwise.sign);
export const sgn = unaryFunction('sgn', pointwise.sign);
export const square = unaryFunction('square', pointwise.square);
/** Largest whole number not above x. PyTorch: `torch.floor`. */
export const floor = unaryFunction('floor', pointwise.floor);
export const ceil = unaryFunction('ceil', pointwise.ceil);
export const trunc = unaryFunction('trunc', pointwise.trunc);
export const fix = unaryFunction('fix', pointwise.trunc);
export const frac = unaryFunction('frac', pointwise.frac);
/** Half to even. */
export const round = torchFunction<(x: Tensor, options?: { decimals?: number }) => Tensor>(
  'round',
  ['input', ['decimals', 0]],
  (x: Tensor, decimals: number) => pointwise.round(x, decimals),
  { inPlace: true }
);

// Exponentials, logarithms, powers.

/** eˣ. PyTorch: `torch.exp`. */
export const exp = unaryFunction('exp', pointwise.exp);
export const exp2 = unaryFunction('exp2', pointwise.exp2);
export const expm1 = unaryFunction('expm1', pointwise.expm1);
/** Natural logarithm. PyTorch: `torch.log`. */
export const log = unaryFunction('log', pointwise.log);
export const log1p = unaryFunction('log1p', pointwise.log1p);
export const log2 = unaryFunction('log2', pointwise.log2);
export const log10 = unaryFunction('log10', pointwise.log10);
/** Square root. PyTorch: `torch.sqrt`. */
export const sqrt = unaryFunction('sqrt', pointwise.sqrt);
/** 1 / √x. PyTorch: `torch.rsqrt`. */
export const rsqrt = unaryFunction('rsqrt', pointwise.rsqrt);
export const reciprocal = unaryFunction('reciprocal', pointwise.reciprocal);

// Trigonometry.

/** Sine of radians. PyTorch: `torch.sin`. */
export const sin = unaryFunction('sin', pointwise.sin);
/** Cosine of radians. PyTorch: `torch.cos`. */
export const cos = unaryFunction('cos', pointwise.cos);
export const tan = unaryFunction('tan', pointwise.tan);
export const asin = unaryFunction('asin', pointwise.asin);
export const acos = unaryFunction('acos', pointwise.acos);
export const atan = unaryFunction('atan', pointwise.atan);
export const arcsin = unaryFunction('arcsin', pointwise.asin);
export const arccos = unaryFunction('arccos', pointwise.acos);
export const arctan = unaryFunction('arctan', pointwise.atan);
export const sinh = unaryFunction('sinh', pointwise.sinh);
export const cosh = unaryFunction('cosh', pointwise.cosh);
export const asinh = unaryFunction('asinh', pointwise.asinh);
export const acosh = unaryFunction('acosh', pointwise.acosh);
export const atanh = unaryFunction('atanh', pointwise.atanh);
export const sinc = unaryFunction('sinc', pointwise.sinc);
export const deg2rad = unaryFunction('deg2rad', pointwise.deg2rad);
export const rad2deg = unaryFunction('rad2deg', pointwise.rad2deg);

// Special functions.

/** Error function. PyTorch: `torch.erf`. */
export const erf = unaryFunction('erf', pointwise.erf);
export const erfc = unaryFunction('erfc', pointwise.erfc);
export const erfinv = unaryFunction('erfinv', pointwise.erfinv);
export const lgamma = unaryFunction('lgamma', pointwise.lgamma);
export const digamma = unaryFunction('digamma', pointwise.digamma);

// Activations.

/** max(0, x). PyTorch: `torch.relu`. */
export const relu = unaryFunction('relu', any.relu);
/** 1 / (1 + e⁻ˣ). PyTorch: `torch.sigmoid`. */
export const sigmoid = unaryFunction('sigmoid', any.sigmoid);
/** Hyperbolic tangent. PyTorch: `torch.tanh`. */
export const tanh = unaryFunction('tanh', any.tanh);
/** log(x / (1 − x)); x is first clamped to [eps, 1 − eps] if `eps` is given. */
export const logit = torchFunction<(x: Tensor, eps?: number | null) => Tensor>(
  'logit',
  ['input', ['eps', null]],
  (x: Tensor, eps: number | null) => pointwise.logit(x, eps ?? -1),
  { inPlace: true }
);
export const selu = torchFunction<Unary>('selu', ['input'], pointwise.selu, { method: false });
export const celu = torchFunction<(x: Tensor, alpha?: number | { alpha?: number }) => Tensor>(
  'celu',
  ['input', ['alpha', 1]],
  pointwise.celu,
  { method: false }
);
export const threshold = torchFunction<(x: Tensor, threshold: number, value: number) => Tensor>(
  'threshold',
  ['input', 'threshold', 'value'],
  (x: Tensor, limit: number, value: number) => pointwise.threshold(x, limit, value),
  { method: false }
);
export const hardshrink = torchFunction<(x: Tensor, lambd?: number) => Tensor>(
  'hardshrink',
  ['input', ['lambd', 0.5]],
  (x: Tensor, lambda: number) => pointwise.hardshrink(x, lambda),
  { aliases: ['torch.nn.functional.hardshrink'] }
);

// Bounds.

type Bound = number | Tensor | null;
interface Bounds {
  min?: Bound;
  max?: Bound;
}
type Clamp = ((x: Tensor, min?: Bound | Bounds, max?: Bound) => Tensor) & TorchFunction;
const bounds = ['input', ['min', null], ['max', null]] as const;
/** x cut to [min, max]; null for no bound. PyTorch: `torch.clamp`. */
export const clamp: Clamp = torchFunction('clamp', bounds, any.clamp, { inPlace: true });
export const clip: Clamp = torchFunction('clip', bounds, any.clamp, { inPlace: true });
type ClampOne = (x: Tensor, bound: number | Tensor) => Tensor;
export const clampMin = torchFunction<ClampOne>(
  'clamp_min',
  ['input', 'min'],
  (x: Tensor, min: number | Tensor) => any.clamp(x, min, null),
  { inPlace: true }
);
export const clampMax = torchFunction<ClampOne>(
  'clamp_max',
  ['input', 'max'],
  (x: Tensor, max: number | Tensor) => any.clamp(x, null, max),
  { inPlace: true }
);
export const nanToNum = torchFunction<
  (
    x: Tensor,
    nan?: number | null | { nan?: number; posinf?: number; neginf?: number },
    posinf?: number | null,
    neginf?: number | null
  ) => Tensor
>('nan_to_num', ['input', ['nan', null], ['posinf', null], ['neginf', null]], pointwise.nanToNum, {
  inPlace: true
});

// Questions.

const question = (name: string, forward: Unary, inPlace = false) =>
  torchFunction<Unary>(name, ['input'], forward, { inPlace, differentiable: false });
export const isnan = question('isnan', compare.isNaN);
export const isinf = question('isinf', compare.isInf);
export const isfinite = question('isfinite', compare.isFinite);
export const isposinf = question('isposinf', compare.isPosInf);
export const isneginf = question('isneginf', compare.isNegInf);
export const signbit = question('signbit', compare.signBit);
export const logicalNot = question('logical_not', compare.logicalNot, true);
export const bitwiseNot = question('bitwise_not', compare.bitwiseNot, true);
