// Functions of one number, applied to every element: `exp`, `relu`, `clamp` … Each is a differentiable operator.

import { differentiable, type Differentiable } from '../autograd/record';
import { isFloatingDType } from '../dtype';
import { Tensor } from '../tensor';
import * as activation from './activation';
import { compare, where } from './compare';
import { add, div, maximum, minimum, mul, sub } from './elementwise';
import { cast, mapElements } from './map';
import { resultType, rounder, roundHalfToEven } from './promote';
import * as special from './special';

/** A tensor and the function's parameters. */
export type Pointwise<P extends readonly number[] = readonly []> = Differentiable<[Tensor, ...P], Tensor>;

/** What a function makes of whole numbers: float32, the same dtype, or an error for both these and booleans. */
type Whole = 'float' | 'keep' | 'refuse';

function pointwise(op: string, fn: (v: number) => number, whole: Whole | boolean = 'float'): Pointwise {
  return parametric(op, () => fn, whole);
}

function parametric<P extends readonly number[]>(
  op: string,
  bind: (...parameters: P) => (v: number) => number,
  whole: Whole | boolean = 'float'
): Pointwise<P> {
  return differentiable(op, (x: Tensor, ...parameters: P) => {
    const keeps = whole === true || whole === 'keep';
    if ((whole === 'refuse' && !isFloatingDType(x.dtype)) || (keeps && x.dtype === 'bool')) {
      throw new TypeError(`${op}: no such function of ${x.dtype} tensors; convert with to('float32') first`);
    }
    return mapElements(x, bind(...parameters), keeps);
  });
}

// Signs and rounding.

export const abs = pointwise('abs', Math.abs, 'keep');
export const neg = pointwise('neg', v => -v, 'keep');
export const square = differentiable('square', (x: Tensor) =>
  mapElements(x.dtype === 'bool' ? cast(x, 'int64') : x, v => v * v, true)
);
export const sign = differentiable('sign', (x: Tensor) =>
  mapElements(x, v => (v !== v ? 0 : Math.sign(v)), true)
);
export const floor = pointwise('floor', Math.floor, 'keep');
export const ceil = pointwise('ceil', Math.ceil, 'keep');
/** Half to even, at a decimal place if asked for. */
export const round = parametric(
  'round',
  (decimals: number = 0) => {
    const factor = 10 ** decimals;
    return decimals === 0
      ? roundHalfToEven
      : v => Math.fround(roundHalfToEven(Math.fround(v * factor))) / factor;
  },
  'keep'
);
export const trunc = pointwise('trunc', Math.trunc, 'keep');
export const frac = pointwise('frac', v => v - Math.trunc(v), 'refuse');

// Powers, exponentials and logarithms.

export const exp = pointwise('exp', Math.exp);
export const exp2 = pointwise('exp2', v => 2 ** v);
export const expm1 = pointwise('expm1', Math.expm1);
export const log = pointwise('log', Math.log);
export const log1p = pointwise('log1p', Math.log1p);
export const log2 = pointwise('log2', Math.log2);
export const log10 = pointwise('log10', Math.log10);
export const sqrt = pointwise('sqrt', Math.sqrt);
export const rsqrt = pointwise('rsqrt', v => 1 / Math.sqrt(v));
export const reciprocal = pointwise('reciprocal', v => 1 / v);

// Trigonometry.

export const sin = pointwise('sin', Math.sin);
export const cos = pointwise('cos', Math.cos);
export const tan = pointwise('tan', Math.tan);
export const asin = pointwise('asin', Math.asin);
export const acos = pointwise('acos', Math.acos);
export const atan = pointwise('atan', Math.atan);
export const sinh = pointwise('sinh', Math.sinh);
export const cosh = pointwise('cosh', Math.cosh);
export const asinh = pointwise('asinh', Math.asinh);
export const acosh = pointwise('acosh', Math.acosh);
export const atanh = pointwise('atanh', Math.atanh);
export const sinc = pointwise('sinc', v => (v === 0 ? 1 : Math.sin(Math.PI * v) / (Math.PI * v)));
export const deg2rad = pointwise('deg2rad', v => v * (Math.PI / 180));
export const rad2deg = pointwise('rad2deg', v => v * (180 / Math.PI));

// Special functions.

export const erf = pointwise('erf', activation.erf);
export const erfc = pointwise('erfc', special.erfc);
export const erfinv = pointwise('erfinv', special.erfinv);
export const lgamma = pointwise('lgamma', special.lgamma);
export const digamma = pointwise('digamma', special.digamma);

// Activations.

export const relu = pointwise('relu', activation.relu, 'keep');
export const sigmoid = pointwise('sigmoid', activation.sigmoid);
export const tanh = pointwise('tanh', Math.tanh);
/** float32 arithmetic rounds after every step, double's does not. */
function byPrecision(op: string, single: (v: number) => number, double: (v: number) => number): Pointwise {
  return differentiable(op, (x: Tensor) => mapElements(x, x.dtype === 'float64' ? double : single));
}
const clampTo6 = (v: number): number => Math.min(6, Math.max(0, v));
export const hardsigmoid = byPrecision('hardsigmoid', activation.hardsigmoid, v => clampTo6(v + 3) / 6);
export const hardswish = byPrecision('hardswish', activation.hardswish, v => (v * clampTo6(v + 3)) / 6);
/** log(sigmoid(v)) without overflow. */
export const logSigmoid = pointwise('logSigmoid', v => Math.min(0, v) - Math.log1p(Math.exp(-Math.abs(v))));
export const silu = pointwise('silu', activation.silu);
export const mish = pointwise('mish', activation.mish);
const { fround } = Math;
const ROOT_HALF = fround(Math.SQRT1_2);
export const gelu = byPrecision(
  'gelu',
  v => fround(v * 0.5) * fround(1 + fround(activation.erf(fround(v * ROOT_HALF)))),
  activation.gelu
);
export const geluTanh = pointwise('geluTanh', activation.geluTanh);
export const leakyRelu = differentiable('leakyRelu', (x: Tensor, slope: number) =>
  mapElements(x, x.dtype === 'float64' ? v => (v > 0 ? v : v * slope) : activation.leakyRelu(slope))
);
/** scale · (v > 0 ? v : alpha · (exp(v · inputScale) − 1)): elu, celu and selu. */
export const elu = parametric(
  'elu',
  (alpha: number = 1, scale: number = 1, inputScale: number = 1) => {
    return (v: number) => (v > 0 ? v * scale : scale * alpha * Math.expm1(v * inputScale));
  },
  'refuse'
);
const SELU_ALPHA = 1.6732632423543772848170429916717;
const SELU_SCALE = 1.0507009873554804934193349852946;
export const selu = (x: Tensor): Tensor => elu(x, SELU_ALPHA, SELU_SCALE);
export const celu = (x: Tensor, alpha: number): Tensor => elu(x, alpha, 1, 1 / alpha);
export const softplus = parametric(
  'softplus',
  (beta: number, threshold: number) => (v: number) =>
    v * beta > threshold ? v : Math.log1p(Math.exp(v * beta)) / beta
);
export const softsign = pointwise('softsign', v => v / (1 + Math.abs(v)));
export const hardshrink = parametric(
  'hardshrink',
  (lambda: number) => (v: number) => (v >= -lambda && v <= lambda ? 0 : v)
);
export const softshrink = parametric(
  'softshrink',
  (lambda: number) => (v: number) => (v > lambda ? v - lambda : v < -lambda ? v + lambda : v !== v ? v : 0)
);
export const tanhshrink = pointwise('tanhshrink', v => v - Math.tanh(v));
/** v above the threshold, else `value`. */
export const threshold = parametric(
  'threshold',
  (limit: number, value: number) => (v: number) => (v <= limit ? value : v),
  'keep'
);
/** log(v / (1 − v)), with v first clamped to [eps, 1 − eps] if eps is given (−1: not). */
export const logit = parametric('logit', (eps: number = -1) => (v: number) => {
  const p = eps < 0 ? v : Math.min(1 - eps, Math.max(eps, v));
  return Math.log(p / (1 - p));
});

/** The gradient passes at the bounds. */
export const clampNumbers = parametric('clamp', activation.hardtanh, true);
/** The same numbers as `clamp`, but no gradient at the bounds. */
export const hardtanh = parametric('hardtanh', activation.hardtanh, true);

type Bound = Tensor | number | null;

/** Between bounds that may be tensors; bounds of a higher category lift the dtype. NaN stays. */
export function clamp(x: Tensor, min: Bound, max: Bound): Tensor {
  if (min === null && max === null) {
    throw new Error('clamp: give min, max or both');
  }
  if (min instanceof Tensor || max instanceof Tensor) {
    const lifted = min === null ? x : maximum(x, min);
    return max === null ? lifted : minimum(lifted, max);
  }
  const bounds = [min, max].filter((b): b is number => b !== null && Number.isFinite(b));
  const dtype = resultType(x, ...bounds);
  const round = rounder(dtype);
  const bound = (value: number | null, none: number) =>
    value === null || !Number.isFinite(value) ? (value ?? none) : round(value);
  return clampNumbers(cast(x, dtype), bound(min, -Infinity), bound(max, Infinity));
}

export const replaceNonFinite = parametric(
  'nanToNum',
  (nan: number, posInf: number, negInf: number) => (v: number) =>
    v !== v ? nan : v === Infinity ? posInf : v === -Infinity ? negInf : v
);

const LARGEST = { float16: 65504, float32: 3.4028234663852886e38, float64: Number.MAX_VALUE } as const;

/** NaN and infinities replaced: by 0 and the largest numbers of the dtype, unless told. */
export function nanToNum(
  x: Tensor,
  nan: number | null,
  posInf: number | null,
  negInf: number | null
): Tensor {
  if (!isFloatingDType(x.dtype)) {
    return x;
  }
  const largest = LARGEST[x.dtype as keyof typeof LARGEST];
  return replaceNonFinite(x, nan ?? 0, posInf ?? largest, negInf ?? -largest);
}

/** start + weight · (end − start), computed from the nearer end. */
export function lerp(start: Tensor, end: Tensor, weight: Tensor | number): Tensor {
  const distance = sub(end, start);
  if (typeof weight === 'number') {
    return Math.abs(weight) < 0.5 ? add(start, distance, weight) : add(end, distance, weight - 1);
  }
  const near = compare('lt', abs(weight), 0.5);
  return where(near, add(start, mul(distance, weight)), sub(end, mul(distance, sub(1, weight))));
}

/** x + value · a · b. */
export const addcmul = (x: Tensor, a: Tensor, b: Tensor, value = 1): Tensor =>
  add(x, mul(value === 1 ? a : mul(a, value), b));
/** x + value · a / b. */
export const addcdiv = (x: Tensor, a: Tensor, b: Tensor, value = 1): Tensor =>
  add(x, div(value === 1 ? a : mul(a, value), b));
