// Functions of two or three tensors, element by element: arithmetic, comparisons, logic, choices.

import * as compare from '../ops/compare';
import * as elementwise from '../ops/elementwise';
import * as pointwise from '../ops/pointwise';
import type { Tensor } from '../tensor';
import { addAny, mulAny } from './arithmetic';
import { binaryFunction, inPlaceMethod, torchFunction, type Binary } from './define';

type Operand = elementwise.Operand;

// Arithmetic. The methods `add`, `sub`, `mul` … of Tensor are Python's operators; graphs know them as methods too.

type Scaled = (x: Operand, y: Operand, options?: { alpha?: number }) => Tensor;
const scaled = ['input', 'other', ['alpha', 1]] as const;
/** `x + alpha · y`. */
export const add = torchFunction<Scaled>('add', scaled, addAny, { inPlace: true });
/** `x − alpha · y`. */
export const sub = torchFunction<Scaled>('sub', scaled, elementwise.sub, { inPlace: true });
export const subtract = torchFunction<Scaled>('subtract', scaled, elementwise.sub, { inPlace: true });
/** `y − alpha · x`. */
export const rsub = torchFunction<Scaled>('rsub', scaled, (x: Operand, y: Operand, alpha: number) =>
  elementwise.sub(y, x, alpha)
);
export const mul = binaryFunction('mul', mulAny);
export const multiply = binaryFunction('multiply', mulAny);
type Divide = (x: Operand, y: Operand, options?: { roundingMode?: 'floor' | 'trunc' | null }) => Tensor;
const divided = ['input', 'other', ['rounding_mode', null]] as const;
export const div = torchFunction<Divide>('div', divided, elementwise.divide, { inPlace: true });
export const divide = torchFunction<Divide>('divide', divided, elementwise.divide, { inPlace: true });
export const trueDivide = binaryFunction('true_divide', elementwise.div);
export const floorDivide = binaryFunction('floor_divide', elementwise.floorDivide);
/** Of the divisor's sign. */
export const remainder = binaryFunction('remainder', elementwise.remainder);
/** Of the dividend's sign. */
export const fmod = binaryFunction('fmod', elementwise.fmod);
export const pow = torchFunction<Binary>('pow', ['input', 'exponent'], elementwise.pow, { inPlace: true });
export const floatPower = torchFunction<Binary>(
  'float_power',
  ['input', 'exponent'],
  (x: Operand, y: Operand) => elementwise.pow(double(x), double(y))
);
const double = (x: Operand): Operand => (typeof x === 'object' ? elementwise.cast(x, 'float64') : x);
export const maximum = binaryFunction('maximum', elementwise.maximum, false);
export const minimum = binaryFunction('minimum', elementwise.minimum, false);
export const fmax = binaryFunction('fmax', elementwise.fmax, false);
export const fmin = binaryFunction('fmin', elementwise.fmin, false);
export const atan2 = binaryFunction('atan2', elementwise.atan2);
export const arctan2 = binaryFunction('arctan2', elementwise.atan2);
export const hypot = binaryFunction('hypot', elementwise.hypot);
export const xlogy = binaryFunction('xlogy', elementwise.xlogy);
export const copysign = binaryFunction('copysign', elementwise.copysign);
export const logaddexp = binaryFunction('logaddexp', elementwise.logaddexp, false);

// Comparisons and logic: bool results.

const question = (name: string, forward: Binary) =>
  torchFunction<Binary>(name, ['input', 'other'], forward, { inPlace: true, differentiable: false });
const comparison = (name: string, kind: compare.Comparison) =>
  question(name, (x, y) => compare.compare(kind, x, y));
export const gt = comparison('gt', 'gt');
export const lt = comparison('lt', 'lt');
export const ge = comparison('ge', 'ge');
export const le = comparison('le', 'le');
export const eq = comparison('eq', 'eq');
export const ne = comparison('ne', 'ne');
export const greater = comparison('greater', 'gt');
export const less = comparison('less', 'lt');
export const greaterEqual = comparison('greater_equal', 'ge');
export const lessEqual = comparison('less_equal', 'le');
export const notEqual = comparison('not_equal', 'ne');

const logic = (kind: compare.Logic) => question(kind, (x, y) => compare.logical(kind, x, y));
export const logicalAnd = logic('logical_and');
export const logicalOr = logic('logical_or');
export const logicalXor = logic('logical_xor');
const bits = (kind: compare.Bitwise) => question(kind, (x, y) => compare.bitwise(kind, x, y));
export const bitwiseAnd = bits('bitwise_and');
export const bitwiseOr = bits('bitwise_or');
export const bitwiseXor = bits('bitwise_xor');
export const bitwiseLeftShift = bits('bitwise_left_shift');
export const bitwiseRightShift = bits('bitwise_right_shift');

interface Tolerance {
  rtol?: number;
  atol?: number;
  equalNan?: boolean;
}
const tolerance = ['input', 'other', ['rtol', 1e-5], ['atol', 1e-8], ['equal_nan', false]] as const;
export const isclose = torchFunction<(x: Tensor, y: Tensor, options?: Tolerance) => Tensor>(
  'isclose',
  tolerance,
  compare.isClose,
  { differentiable: false }
);
export const allclose = torchFunction<(x: Tensor, y: Tensor, options?: Tolerance) => boolean>(
  'allclose',
  tolerance,
  compare.allClose,
  { differentiable: false }
);
export const equal = torchFunction<(x: Tensor, y: Tensor) => boolean>(
  'equal',
  ['input', 'other'],
  compare.equal,
  { differentiable: false }
);

// Three operands.

/** `input` where the condition holds, else `other`. */
export const where = torchFunction<(condition: Tensor, x: Operand, y: Operand) => Tensor>(
  'where',
  ['condition', 'input', 'other'],
  elementwise.where,
  { method: false }
);
export const lerp = torchFunction<(start: Tensor, end: Tensor, weight: Tensor | number) => Tensor>(
  'lerp',
  ['input', 'end', 'weight'],
  pointwise.lerp,
  { inPlace: true }
);
type Fused = (x: Tensor, tensor1: Tensor, tensor2: Tensor, options?: { value?: number }) => Tensor;
const fused = ['input', 'tensor1', 'tensor2', ['value', 1]] as const;
/** `x + value · tensor1 · tensor2`. */
export const addcmul = torchFunction<Fused>('addcmul', fused, pointwise.addcmul, { inPlace: true });
/** `x + value · tensor1 / tensor2`. */
export const addcdiv = torchFunction<Fused>('addcdiv', fused, pointwise.addcdiv, { inPlace: true });
/** `value` where the mask is true. */
export const maskedFill = torchFunction<
  (x: Tensor, mask: Tensor, value: number | boolean | Tensor) => Tensor
>('masked_fill', ['input', 'mask', 'value'], elementwise.maskedFill, { inPlace: true });

// Whole new contents.

inPlaceMethod('fill', ['input', 'value'], (x: Tensor, value: number | Tensor) =>
  elementwise.filled(x, value)
);
inPlaceMethod('zero', ['input'], (x: Tensor) => elementwise.filled(x, 0));
inPlaceMethod('copy', ['input', 'src', ['non_blocking', false]], (x: Tensor, source: Tensor) =>
  elementwise.copied(x, source)
);
