// Element by element: arithmetic with broadcasting, comparisons, unary functions.

import { differentiable } from '../autograd/record';
import { isFloatingDType, type DType } from '../dtype';
import { allocate, type TypedArray } from '../storage';
import { Tensor } from '../tensor';
import { empty } from './create';
import { expand } from './shape';

export type Operand = Tensor | number | boolean;

/** The shape both broadcast to. @throws Error naming both shapes. */
export function broadcastShapes(a: readonly number[], b: readonly number[], op: string): number[] {
  const ndim = Math.max(a.length, b.length);
  return Array.from({ length: ndim }, (_, d) => {
    const x = a[d - ndim + a.length] ?? 1;
    const y = b[d - ndim + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new Error(
        `${op}: shapes [${a.join(', ')}] and [${b.join(', ')}] do not broadcast (dimension ${d}: ${x} and ${y})`
      );
    }
    return x === 1 ? y : x;
  });
}

/** Elements of `x` in row-major order of `shape`. */
export function broadcastData(x: Tensor, shape: readonly number[]): TypedArray {
  const same = x.shape.length === shape.length && x.shape.every((s, d) => s === shape[d]);
  return same ? x.data() : expand(x, shape).data();
}

const RANK: readonly DType[] = [
  'bool',
  'uint8',
  'int8',
  'int16',
  'int32',
  'int64',
  'float16',
  'float32',
  'float64'
];

/** `torch.result_type`: a scalar only lifts the category (bool < integer < float). */
export function resultType(a: Operand, b: Operand): DType {
  const ta = a instanceof Tensor ? a.dtype : undefined;
  const tb = b instanceof Tensor ? b.dtype : undefined;
  if (ta && tb) {
    // A zero-dimensional tensor counts as a scalar of its category.
    const [x, y] = [a as Tensor, b as Tensor];
    if ((x.ndim === 0) !== (y.ndim === 0) && category(ta) === category(tb)) {
      return x.ndim === 0 ? tb : ta;
    }
    return RANK.indexOf(ta) >= RANK.indexOf(tb) ? ta : tb;
  }
  const tensorType = ta ?? tb ?? 'float32';
  const scalar = ta ? b : a;
  const wants = typeof scalar === 'boolean' ? 0 : Number.isInteger(scalar) ? 1 : 2;
  if (category(tensorType) >= wants) {
    return tensorType;
  }
  return wants === 2 ? 'float32' : 'int64';
}

function category(dtype: DType): number {
  return dtype === 'bool' ? 0 : isFloatingDType(dtype) ? 2 : 1;
}

type BinaryFn = (a: number, b: number) => number;

export function binary(
  op: string,
  a: Operand,
  b: Operand,
  fn: BinaryFn,
  dtype: DType = resultType(a, b)
): Tensor {
  refuseQuantized(op, a, b);
  if (!(a instanceof Tensor) && !(b instanceof Tensor)) {
    throw new TypeError(`${op}: one operand must be a tensor`);
  }
  const shape = broadcastShapes(a instanceof Tensor ? a.shape : [], b instanceof Tensor ? b.shape : [], op);
  const result = empty(shape, dtype);
  const out = result.storage.view();
  const n = out.length;
  // A scalar takes part in float32 arithmetic as a float32, as PyTorch's kernels hold it.
  const scalarOf = (v: Operand) => (dtype === 'float32' ? Math.fround(Number(v)) : Number(v));
  if (!(b instanceof Tensor)) {
    const x = broadcastData(a as Tensor, shape);
    const y = scalarOf(b);
    for (let i = 0; i < n; i++) {
      out[i] = fn(x[i] as number, y);
    }
  } else if (!(a instanceof Tensor)) {
    const x = scalarOf(a);
    const y = broadcastData(b, shape);
    for (let i = 0; i < n; i++) {
      out[i] = fn(x, y[i] as number);
    }
  } else {
    const x = broadcastData(a, shape);
    const y = broadcastData(b, shape);
    for (let i = 0; i < n; i++) {
      out[i] = fn(x[i] as number, y[i] as number);
    }
  }
  return result;
}

export const add = differentiable('add', (a: Operand, b: Operand, alpha: number = 1) =>
  binary('add', a, b, alpha === 1 ? (x, y) => x + y : (x, y) => x + y * alpha)
);
export const sub = differentiable('sub', (a: Operand, b: Operand, alpha: number = 1) =>
  binary('sub', a, b, alpha === 1 ? (x, y) => x - y : (x, y) => x - y * alpha)
);
export const mul = differentiable('mul', (a: Operand, b: Operand) => binary('mul', a, b, (x, y) => x * y));
/** True division: integers give float32. */
export const div = differentiable('div', (a: Operand, b: Operand) => {
  const dtype = resultType(a, b);
  return binary('div', a, b, (x, y) => x / y, isFloatingDType(dtype) ? dtype : 'float32');
});
export const floorDivide = (a: Operand, b: Operand) =>
  binary('floorDivide', a, b, (x, y) => Math.floor(x / y));
export const remainder = differentiable('remainder', (a: Operand, b: Operand) =>
  binary('remainder', a, b, (x, y) => x - y * Math.floor(x / y))
);
export const pow = differentiable('pow', (a: Operand, b: Operand) =>
  binary('pow', a, b, (x, y) => (y === 2 ? x * x : Math.pow(x, y)))
);
export const maximum = differentiable('maximum', (a: Operand, b: Operand) =>
  binary('maximum', a, b, Math.max)
);
export const minimum = differentiable('minimum', (a: Operand, b: Operand) =>
  binary('minimum', a, b, Math.min)
);

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

/** Quantized tensors are compared by their values. */
export function compare(name: Comparison, a: Operand, b: Operand): Tensor {
  const value = (v: Operand) => (v instanceof Tensor && v.quantizer ? v.dequantize() : v);
  return binary(name, value(a), value(b), COMPARISONS[name], 'bool');
}

export const where = differentiable('where', (condition: Tensor, a: Operand, b: Operand): Tensor => {
  const shape = [a, b].reduce(
    (s: number[], v) => (v instanceof Tensor ? broadcastShapes(s, v.shape, 'where') : s),
    [...condition.shape]
  );
  const result = empty(shape, resultType(a, b));
  const out = result.storage.view();
  const mask = broadcastData(condition, shape);
  const x = a instanceof Tensor ? broadcastData(a, shape) : undefined;
  const y = b instanceof Tensor ? broadcastData(b, shape) : undefined;
  for (let i = 0; i < out.length; i++) {
    out[i] = mask[i] !== 0 ? (x ? (x[i] as number) : Number(a)) : y ? (y[i] as number) : Number(b);
  }
  return result;
});

export function maskedFill(x: Tensor, mask: Tensor, value: number | Tensor): Tensor {
  return cast(where(mask, value, x), x.dtype);
}

/** `fn` of every element, not recorded; integers become float32 unless `keepsInteger`. See `pointwise.ts`. */
export function mapElements(x: Tensor, fn: (v: number) => number, keepsInteger = false): Tensor {
  const dtype = keepsInteger || isFloatingDType(x.dtype) ? x.dtype : 'float32';
  const result = empty(x.shape, dtype);
  const out = result.storage.view();
  const source = x.data();
  for (let i = 0; i < out.length; i++) {
    out[i] = fn(source[i] as number);
  }
  return result;
}

export const cast = differentiable('cast', (x: Tensor, dtype: DType): Tensor => {
  if (x.quantizer) {
    throw new TypeError(`to: a ${x.dtype} tensor is converted by dequantize(), not by to('${dtype}')`);
  }
  if (x.dtype === dtype) {
    return x;
  }
  const source = x.data();
  const storage = allocate(dtype, source.length);
  const out = storage.view();
  const whole = !isFloatingDType(dtype) && dtype !== 'bool';
  for (let i = 0; i < out.length; i++) {
    const v = source[i] as number;
    out[i] = dtype === 'bool' ? Number(v !== 0) : dtype === 'float16' ? toHalf(v) : whole ? Math.trunc(v) : v;
  }
  return new Tensor(storage, [...x.shape]);
});

/** The nearest half-precision number, ties to even. */
export function toHalf(value: number): number {
  if (!Number.isFinite(value) || value === 0) {
    return value;
  }
  const magnitude = Math.abs(value);
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)));
  // The logarithm may be off by one at a power of two.
  const adjusted =
    magnitude < 2 ** exponent ? exponent - 1 : magnitude >= 2 ** (exponent + 1) ? exponent + 1 : exponent;
  const step = 2 ** (Math.max(-14, adjusted) - 10);
  const rounded = roundHalfToEven(magnitude / step) * step;
  return Math.sign(value) * (rounded > 65504 ? Infinity : rounded);
}

/** Round half to even; `Math.round` rounds half up. */
export function roundHalfToEven(v: number): number {
  const r = Math.round(v);
  return r - v === 0.5 && r % 2 !== 0 ? r - 1 : r;
}

function refuseQuantized(op: string, ...operands: Operand[]): void {
  for (const operand of operands) {
    if (operand instanceof Tensor && operand.quantizer) {
      throw new TypeError(`${op}: no kernel for ${operand.dtype} tensors; dequantize() first`);
    }
  }
}
