// Element by element with two operands: arithmetic with broadcasting and type promotion. Arithmetic of float32
// is float32's: operands are rounded to the common dtype first, the result once.

import { differentiable } from '../autograd/record';
import { isFloatingDType, type DType } from '../dtype';
import { Tensor } from '../tensor';
import { broadcastData, broadcastShapes } from './broadcast';
import { empty } from './create';
import { cast } from './map';
import { contiguous, expand } from './views';
import { floatType, resultType, rounder, storesAsIs, type Operand } from './promote';

export { broadcastData, broadcastShapes } from './broadcast';
export { cast, mapElements } from './map';
export { category, promoteTypes, resultType, roundHalfToEven, toHalf, type Operand } from './promote';
export { compare, COMPARISON_NAMES, maskedFill, where, type Comparison } from './compare';

type BinaryFn = (a: number, b: number) => number;

export interface BinaryOptions {
  /** What the operands are converted to; their common dtype if absent. */
  readonly compute?: DType;
  /** Of the result; as `compute` if absent. */
  readonly dtype?: DType;
}

/** The elements of an operand as `dtype` has them, or the one number it is. */
export function readOperand(v: Operand, shape: readonly number[], dtype: DType): ArrayLike<number> | number {
  if (!(v instanceof Tensor)) {
    // A scalar takes part in float32 arithmetic as a float32, as PyTorch's kernels hold it.
    return isFloatingDType(dtype) ? (dtype === 'float64' ? Number(v) : Math.fround(Number(v))) : Number(v);
  }
  const data = broadcastData(v, shape);
  const loses =
    v.dtype !== dtype &&
    (dtype === 'float32' || dtype === 'float16') &&
    ['float64', 'int64', 'int32'].includes(v.dtype);
  return loses ? Float32Array.from(data) : data;
}

export function binary(
  op: string,
  a: Operand,
  b: Operand,
  fn: BinaryFn,
  options: BinaryOptions = {}
): Tensor {
  refuseQuantized(op, a, b);
  if (!(a instanceof Tensor) && !(b instanceof Tensor)) {
    throw new TypeError(`${op}: one operand must be a tensor`);
  }
  const compute = options.compute ?? resultType(a, b);
  const dtype = options.dtype ?? compute;
  const shape = broadcastShapes(a instanceof Tensor ? a.shape : [], b instanceof Tensor ? b.shape : [], op);
  const result = empty(shape, dtype);
  const out = result.storage.view();
  const n = out.length;
  const x = readOperand(a, shape, compute);
  const y = readOperand(b, shape, compute);
  if (typeof y === 'number') {
    const left = x as ArrayLike<number>;
    for (let i = 0; i < n; i++) {
      out[i] = fn(left[i] as number, y);
    }
  } else if (typeof x === 'number') {
    for (let i = 0; i < n; i++) {
      out[i] = fn(x, y[i] as number);
    }
  } else {
    for (let i = 0; i < n; i++) {
      out[i] = fn(x[i] as number, y[i] as number);
    }
  }
  return finish(result);
}

/** Rounds what the storage does not round by itself: half precision, booleans. */
export function finish(result: Tensor): Tensor {
  if (!storesAsIs(result.dtype)) {
    const out = result.storage.view();
    const round = result.dtype === 'int64' ? Math.trunc : rounder(result.dtype);
    for (let i = 0; i < out.length; i++) {
      out[i] = round(out[i] as number);
    }
  }
  return result;
}

/** `alpha` as the dtype has it. @throws TypeError for a fraction of whole numbers. */
function checkedAlpha(op: string, a: Operand, b: Operand, alpha: number): number {
  const dtype = resultType(a, b);
  if (!Number.isInteger(alpha) && !isFloatingDType(dtype)) {
    throw new TypeError(`${op}: alpha must be a whole number for tensors of whole numbers, got ${alpha}`);
  }
  return dtype === 'float32' ? Math.fround(alpha) : alpha;
}

export const add = differentiable('add', (a: Operand, b: Operand, alpha: number = 1) => {
  const factor = checkedAlpha('add', a, b, alpha);
  return binary('add', a, b, alpha === 1 ? (x, y) => x + y : (x, y) => x + y * factor);
});
export const sub = differentiable('sub', (a: Operand, b: Operand, alpha: number = 1) => {
  const factor = checkedAlpha('sub', a, b, alpha);
  if (resultType(a, b) === 'bool') {
    throw new TypeError('sub: booleans are not subtracted; use logicalXor');
  }
  return binary('sub', a, b, alpha === 1 ? (x, y) => x - y : (x, y) => x - y * factor);
});
export const mul = differentiable('mul', (a: Operand, b: Operand) =>
  binary('mul', a, b, resultType(a, b) === 'int32' ? Math.imul : (x, y) => x * y)
);
/** True division: integers give float32. */
export const div = differentiable('div', (a: Operand, b: Operand) =>
  binary('div', a, b, (x, y) => x / y, { compute: floatType(resultType(a, b)) })
);

function refuseZero(op: string, dtype: DType, fn: BinaryFn): BinaryFn {
  return isFloatingDType(dtype)
    ? fn
    : (x, y) => {
        if (y === 0) {
          throw new RangeError(`${op}: whole numbers cannot be divided by zero`);
        }
        return fn(x, y);
      };
}

/** Python's `//`, to the last rounding: the remainder first, so that the quotient is exact. */
export const floorDivide = differentiable('floorDivide', (a: Operand, b: Operand) => {
  const dtype = resultType(a, b);
  const round = rounder(dtype);
  const floats = floorQuotient(round);
  const fn = isFloatingDType(dtype) ? floats : refuseZero('floorDivide', dtype, (x, y) => Math.floor(x / y));
  return binary('floorDivide', a, b, fn);
});

/** Python's `//` of two floating point numbers. */
export function floorQuotient(round: (v: number) => number): BinaryFn {
  return (x, y) => {
    if (y === 0) {
      return x / y;
    }
    const rest = x % y;
    let quotient = round((x - rest) / y);
    if (rest !== 0 && y < 0 !== rest < 0) {
      quotient -= 1;
    }
    if (quotient === 0) {
      return x / y < 0 ? -0 : 0;
    }
    const floor = Math.floor(quotient);
    return quotient - floor > 0.5 ? floor + 1 : floor;
  };
}

/** Division rounded towards zero. */
export const truncDivide = differentiable('truncDivide', (a: Operand, b: Operand) => {
  const dtype = resultType(a, b);
  const round = rounder(dtype);
  const fn = isFloatingDType(dtype)
    ? (x: number, y: number) => Math.trunc(round(x / y))
    : refuseZero('truncDivide', dtype, (x, y) => Math.trunc(x / y));
  return binary('truncDivide', a, b, fn);
});

/** `torch.div` with its `rounding_mode`. */
export function divide(a: Operand, b: Operand, roundingMode: string | null = null): Tensor {
  switch (roundingMode) {
    case null:
      return div(a, b);
    case 'floor':
      return floorDivide(a, b);
    case 'trunc':
      return truncDivide(a, b);
    default:
      throw new Error(`div: roundingMode '${roundingMode}' is none of 'floor', 'trunc', null`);
  }
}

/** Of the divisor's sign, as Python's `%`. */
export const remainder = differentiable('remainder', (a: Operand, b: Operand) =>
  binary(
    'remainder',
    a,
    b,
    refuseZero('remainder', resultType(a, b), (x, y) => {
      const rest = x % y;
      return rest !== 0 && y < 0 !== rest < 0 ? rest + y : rest;
    })
  )
);
/** Of the dividend's sign, as C's `fmod`. */
export const fmod = differentiable('fmod', (a: Operand, b: Operand) =>
  binary(
    'fmod',
    a,
    b,
    refuseZero('fmod', resultType(a, b), (x, y) => x % y)
  )
);

export const pow = differentiable('pow', (a: Operand, b: Operand) => {
  const dtype = resultType(a, b);
  if (!isFloatingDType(dtype) && typeof b === 'number' && b < 0) {
    throw new RangeError(`pow: whole numbers have no whole power of ${b}; use a floating point tensor`);
  }
  return binary('pow', a, b, typeof b === 'number' ? powerOf(b, rounder(dtype)) : power);
});

/** IEEE's power. */
export function power(x: number, y: number): number {
  // JavaScript gives NaN where IEEE, and so PyTorch, gives 1.
  return x === 1 || ((x === -1 || y === 0) && !Number.isNaN(x) && !Number.isFinite(y)) ? 1 : Math.pow(x, y);
}

/** Small powers are products, rounded one by one. */
function powerOf(exponent: number, round: (v: number) => number): BinaryFn {
  switch (exponent) {
    case 2:
      return x => x * x;
    case 3:
      return x => round(x * x) * x;
    case 0.5:
      return x => Math.sqrt(x);
    default:
      return power;
  }
}

export const maximum = differentiable('maximum', (a: Operand, b: Operand) =>
  binary('maximum', a, b, Math.max)
);
export const minimum = differentiable('minimum', (a: Operand, b: Operand) =>
  binary('minimum', a, b, Math.min)
);
/** Like `maximum`, but a NaN gives way to a number. */
export const fmax = differentiable('fmax', (a: Operand, b: Operand) =>
  binary('fmax', a, b, (x, y) => (x !== x ? y : y !== y ? x : Math.max(x, y)))
);
export const fmin = differentiable('fmin', (a: Operand, b: Operand) =>
  binary('fmin', a, b, (x, y) => (x !== x ? y : y !== y ? x : Math.min(x, y)))
);

/** Functions of floating point; whole numbers become float32. */
function floatBinary(op: string, fn: BinaryFn, takesWhole = true) {
  return differentiable(op, (a: Operand, b: Operand) => {
    const dtype = resultType(a, b);
    if (!takesWhole && !isFloatingDType(dtype)) {
      throw new TypeError(`${op}: expected floating point tensors, got ${dtype}`);
    }
    return binary(op, a, b, fn, { compute: floatType(dtype) });
  });
}

export const atan2 = floatBinary('atan2', Math.atan2);
export const hypot = floatBinary('hypot', Math.hypot, false);
/** `x · log y`, and 0 where x is 0. */
export const xlogy = floatBinary('xlogy', (x, y) => (y !== y ? NaN : x === 0 ? 0 : x * Math.log(y)));
/** The magnitude of the first with the sign of the second. */
export const copysign = floatBinary('copysign', (x, y) =>
  y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x)
);
/** log(eˣ + eʸ) without overflow. */
export const logaddexp = floatBinary(
  'logaddexp',
  (x, y) => (x === y ? x + Math.LN2 : Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(x - y)))),
  false
);

/** −(y log x + (1 − y) log(1 − x)) with logarithms of at least −100: binary cross entropy of probabilities. */
export const binaryEntropy = floatBinary('binaryEntropy', (x, y) => {
  if (!(x >= 0 && x <= 1) && x === x) {
    throw new RangeError(`binaryCrossEntropy: ${x} is no probability; it must lie between 0 and 1`);
  }
  return -(y * Math.max(-100, Math.log(x)) + (1 - y) * Math.max(-100, Math.log1p(-x)));
});

/** `value` in the shape and dtype of `x`. */
export function filled(x: Tensor, value: number | boolean | Tensor): Tensor {
  if (value instanceof Tensor) {
    if (value.ndim !== 0) {
      throw new Error(
        `fill_: expected a number or a tensor without dimensions, got [${value.shape.join(', ')}]`
      );
    }
    return copied(x, value);
  }
  const result = empty(x.shape, x.dtype);
  result.storage.view().fill(rounder(x.dtype)(Number(value)));
  return result;
}

/** `source` in the shape and dtype of `x`. */
export function copied(x: Tensor, source: Tensor): Tensor {
  return contiguous(expand(cast(source, x.dtype), x.shape));
}

export function refuseQuantized(op: string, ...operands: Operand[]): void {
  for (const operand of operands) {
    if (operand instanceof Tensor && operand.quantizer) {
      throw new TypeError(`${op}: no kernel for ${operand.dtype} tensors; dequantize() first`);
    }
  }
}
