// Questions about elements: comparisons, logic, bits, choices. Results of comparisons and logic are bool.

import { differentiable } from '../autograd/record';
import { isFloatingDType, type DType } from '../dtype';
import { Tensor } from '../tensor';
import { broadcastData, broadcastShapes } from './broadcast';
import { empty } from './create';
import { binary, finish, readOperand } from './elementwise';
import { cast, mapTo } from './map';
import { resultType, type Operand } from './promote';

const COMPARISONS = {
  gt: (x: number, y: number) => Number(x > y),
  lt: (x: number, y: number) => Number(x < y),
  ge: (x: number, y: number) => Number(x >= y),
  le: (x: number, y: number) => Number(x <= y),
  eq: (x: number, y: number) => Number(x === y),
  ne: (x: number, y: number) => Number(x !== y)
} as const;
export type Comparison = keyof typeof COMPARISONS;
export const COMPARISON_NAMES = Object.keys(COMPARISONS) as Comparison[];

/**
 * Compared in the operands' common dtype: a float32 tensor equals 0.1 where it holds float32's 0.1. Quantized tensors
 * are compared by their values.
 */
export function compare(name: Comparison, a: Operand, b: Operand): Tensor {
  const value = (v: Operand) => (v instanceof Tensor && v.quantizer ? v.dequantize() : v);
  return binary(name, value(a), value(b), COMPARISONS[name], { dtype: 'bool' });
}

const LOGIC = {
  logical_and: (x: number, y: number) => Number(x !== 0 && y !== 0),
  logical_or: (x: number, y: number) => Number(x !== 0 || y !== 0),
  logical_xor: (x: number, y: number) => Number((x !== 0) !== (y !== 0))
} as const;
export type Logic = keyof typeof LOGIC;
export const LOGIC_NAMES = Object.keys(LOGIC) as Logic[];

export function logical(name: Logic, a: Operand, b: Operand): Tensor {
  return binary(name, a, b, LOGIC[name], { dtype: 'bool' });
}

export const logicalNot = (x: Tensor): Tensor => mapTo(x, v => Number(v === 0), 'bool');

const BITS = {
  bitwise_and: (x: bigint, y: bigint) => x & y,
  bitwise_or: (x: bigint, y: bigint) => x | y,
  bitwise_xor: (x: bigint, y: bigint) => x ^ y,
  bitwise_left_shift: (x: bigint, y: bigint) => x << y,
  bitwise_right_shift: (x: bigint, y: bigint) => x >> y
} as const;
export type Bitwise = keyof typeof BITS;
export const BITWISE_NAMES = Object.keys(BITS) as Bitwise[];

/** Bit by bit on whole numbers, two's complement; logic on booleans. */
export function bitwise(name: Bitwise, a: Operand, b: Operand): Tensor {
  const dtype = resultType(a, b);
  if (isFloatingDType(dtype)) {
    throw new TypeError(`${name}: expected whole numbers or booleans, got ${dtype}`);
  }
  const fn = BITS[name];
  // 32 bits at once where that is enough; int64 through BigInt.
  const small = { bitwise_and: and, bitwise_or: or, bitwise_xor: xor }[name as 'bitwise_and'] as
    ((x: number, y: number) => number) | undefined;
  const wide = (x: number, y: number) => Number(fn(BigInt(x), BigInt(y)));
  return binary(name, a, b, small && dtype !== 'int64' ? small : wide);
}
const and = (x: number, y: number) => x & y;
const or = (x: number, y: number) => x | y;
const xor = (x: number, y: number) => x ^ y;

export function bitwiseNot(x: Tensor): Tensor {
  if (isFloatingDType(x.dtype)) {
    throw new TypeError(`bitwise_not: expected whole numbers or booleans, got ${x.dtype}`);
  }
  return x.dtype === 'bool' ? logicalNot(x) : mapTo(x, v => -v - 1, x.dtype);
}

export const isNaN = (x: Tensor): Tensor => mapTo(x, v => Number(v !== v), 'bool');
export const isInf = (x: Tensor): Tensor => mapTo(x, v => Number(Math.abs(v) === Infinity), 'bool');
export const isPosInf = (x: Tensor): Tensor => mapTo(x, v => Number(v === Infinity), 'bool');
export const isNegInf = (x: Tensor): Tensor => mapTo(x, v => Number(v === -Infinity), 'bool');
export const isFinite = (x: Tensor): Tensor => mapTo(x, v => Number(Number.isFinite(v)), 'bool');
export const signBit = (x: Tensor): Tensor => mapTo(x, v => Number(v < 0 || Object.is(v, -0)), 'bool');

/** |x − y| ≤ atol + rtol · |y|. */
export function isClose(x: Tensor, y: Tensor, rtol = 1e-5, atol = 1e-8, equalNan = false): Tensor {
  return binary(
    'isclose',
    x,
    y,
    (a, b) =>
      Number(
        a === b ||
          (equalNan && a !== a && b !== b) ||
          (Number.isFinite(b) && Math.abs(a - b) <= atol + rtol * Math.abs(b))
      ),
    { dtype: 'bool' }
  );
}

export function allClose(x: Tensor, y: Tensor, rtol = 1e-5, atol = 1e-8, equalNan = false): boolean {
  return isClose(x, y, rtol, atol, equalNan)
    .data()
    .every(v => v !== 0);
}

/** The same shape and elements. */
export function equal(x: Tensor, y: Tensor): boolean {
  const sameSizes = x.ndim === y.ndim && x.shape.every((size, d) => size === y.shape[d]);
  return (
    sameSizes &&
    compare('eq', x, y)
      .data()
      .every(v => v !== 0)
  );
}

export const where = differentiable('where', (condition: Tensor, a: Operand, b: Operand): Tensor => {
  if (condition.dtype !== 'bool' && condition.dtype !== 'uint8') {
    throw new TypeError(`where: the condition must be a bool tensor, got ${condition.dtype}`);
  }
  const shape = [a, b].reduce(
    (s: number[], v) => (v instanceof Tensor ? broadcastShapes(s, v.shape, 'where') : s),
    [...condition.shape]
  );
  const dtype: DType = resultType(a, b);
  const result = empty(shape, dtype);
  const out = result.storage.view();
  const mask = broadcastData(condition, shape);
  const [x, y] = [readOperand(a, shape, dtype), readOperand(b, shape, dtype)];
  for (let i = 0; i < out.length; i++) {
    const chosen = mask[i] !== 0 ? x : y;
    out[i] = typeof chosen === 'number' ? chosen : (chosen[i] as number);
  }
  return finish(result);
});

export function maskedFill(x: Tensor, mask: Tensor, value: number | boolean | Tensor): Tensor {
  if (mask.dtype !== 'bool') {
    throw new TypeError(`maskedFill: the mask must be a bool tensor, got ${mask.dtype}`);
  }
  return cast(where(mask, value, x), x.dtype);
}
