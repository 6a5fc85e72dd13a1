// What methods of Tensor that compute with elements one by one take and return. Each is PyTorch's method of the same
// name in snake_case; what it computes stands at the function of that name in `functions/`.

import type { Tensor } from '../tensor';

type Operand = Tensor | number | boolean;
type Bound = Tensor | number | null;
interface Bounds {
  min?: Bound;
  max?: Bound;
}

type UnaryName =
  | 'abs'
  | 'absolute'
  | 'negative'
  | 'sign'
  | 'sgn'
  | 'square'
  | 'floor'
  | 'ceil'
  | 'trunc'
  | 'fix'
  | 'frac'
  | 'exp'
  | 'exp2'
  | 'expm1'
  | 'log'
  | 'log1p'
  | 'log2'
  | 'log10'
  | 'sqrt'
  | 'rsqrt'
  | 'reciprocal'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'arcsin'
  | 'arccos'
  | 'arctan'
  | 'sinh'
  | 'cosh'
  | 'asinh'
  | 'acosh'
  | 'atanh'
  | 'sinc'
  | 'deg2rad'
  | 'rad2deg'
  | 'erf'
  | 'erfc'
  | 'erfinv'
  | 'lgamma'
  | 'digamma'
  | 'relu'
  | 'sigmoid'
  | 'tanh'
  | 'hardsigmoid'
  | 'logicalNot'
  | 'bitwiseNot';
type QuestionName = 'isnan' | 'isinf' | 'isfinite' | 'isposinf' | 'isneginf' | 'signbit' | 'positive';
type BinaryName =
  | 'multiply'
  | 'trueDivide'
  | 'remainder'
  | 'fmod'
  | 'floatPower'
  | 'atan2'
  | 'arctan2'
  | 'hypot'
  | 'xlogy'
  | 'copysign'
  | 'greater'
  | 'less'
  | 'greaterEqual'
  | 'lessEqual'
  | 'notEqual'
  | 'logicalAnd'
  | 'logicalOr'
  | 'logicalXor'
  | 'bitwiseAnd'
  | 'bitwiseOr'
  | 'bitwiseXor'
  | 'bitwiseLeftShift'
  | 'bitwiseRightShift';
type BinaryOnlyName = 'maximum' | 'minimum' | 'fmax' | 'fmin' | 'logaddexp';

/** `x.exp()` gives a new tensor, `x.exp_()` writes into `x` and returns it. */
type UnaryMethods = { [name in UnaryName | QuestionName]: () => Tensor } & {
  [name in `${UnaryName}_`]: () => Tensor;
};
/** `x.fmod(y)`, `x.fmod_(y)`. */
type BinaryMethods = { [name in BinaryName | BinaryOnlyName]: (other: Operand) => Tensor } & {
  [
    name in
      `${BinaryName}_` | 'mul_' | 'pow_' | 'floorDivide_' | `${'gt' | 'lt' | 'ge' | 'le' | 'eq' | 'ne'}_`
  ]: (other: Operand) => Tensor;
};

interface Scale {
  alpha?: number;
}
interface Rounding {
  roundingMode?: 'floor' | 'trunc' | null;
}
interface Tolerance {
  rtol?: number;
  atol?: number;
  equalNan?: boolean;
}

export interface ValueMethods extends UnaryMethods, BinaryMethods {
  add_(other: Operand, options?: Scale): Tensor;
  sub_(other: Operand, options?: Scale): Tensor;
  subtract(other: Operand, options?: Scale): Tensor;
  div_(other: Operand, options?: Rounding): Tensor;
  divide(other: Operand, options?: Rounding): Tensor;
  neg_(): Tensor;
  round(options?: { decimals?: number }): Tensor;
  round_(options?: { decimals?: number }): Tensor;
  logit(eps?: number | null): Tensor;
  /** Cut to [min, max]; null for no bound. PyTorch: `clamp`. */
  clamp(min?: Bound | Bounds, max?: Bound): Tensor;
  clamp_(min?: Bound | Bounds, max?: Bound): Tensor;
  clip(min?: Bound | Bounds, max?: Bound): Tensor;
  clampMin(min: number | Tensor): Tensor;
  clampMax(max: number | Tensor): Tensor;
  nanToNum(nan?: number | null, posinf?: number | null, neginf?: number | null): Tensor;
  hardshrink(lambd?: number): Tensor;
  lerp(end: Tensor, weight: Tensor | number): Tensor;
  lerp_(end: Tensor, weight: Tensor | number): Tensor;
  addcmul(tensor1: Tensor, tensor2: Tensor, options?: { value?: number }): Tensor;
  addcmul_(tensor1: Tensor, tensor2: Tensor, options?: { value?: number }): Tensor;
  addcdiv(tensor1: Tensor, tensor2: Tensor, options?: { value?: number }): Tensor;
  addcdiv_(tensor1: Tensor, tensor2: Tensor, options?: { value?: number }): Tensor;
  /** `value` where the mask is true. PyTorch: `masked_fill`. */
  maskedFill(mask: Tensor, value: number | boolean | Tensor): Tensor;
  maskedFill_(mask: Tensor, value: number | boolean | Tensor): Tensor;
  /** Elements where the condition holds, else `other`'s. */
  where(condition: Tensor, other: Operand): Tensor;
  isclose(other: Tensor, options?: Tolerance): Tensor;
  allclose(other: Tensor, options?: Tolerance): boolean;
  equal(other: Tensor): boolean;
  fill_(value: number | boolean | Tensor): Tensor;
  zero_(): Tensor;
  /** Overwrites the elements with `src`'s, stretched and converted. */
  copy_(src: Tensor): Tensor;

  /** `[B, N, K]` times `[B, K, M]`. PyTorch: `bmm`. */
  bmm(other: Tensor): Tensor;
  mm(other: Tensor): Tensor;
  mv(vec: Tensor): Tensor;
  dot(other: Tensor): Tensor;
  outer(vec2: Tensor): Tensor;
  inner(other: Tensor): Tensor;
  addmm(mat1: Tensor, mat2: Tensor, options?: { beta?: number; alpha?: number }): Tensor;
  baddbmm(batch1: Tensor, batch2: Tensor, options?: { beta?: number; alpha?: number }): Tensor;
  trace(): Tensor;
}
