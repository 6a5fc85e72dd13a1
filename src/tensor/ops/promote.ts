// Which dtype operands of different dtypes are computed in, and conversions to it. PyTorch: `torch.result_type`,
// `torch.promote_types`. JavaScript cannot tell 2.0 from 2: a whole number counts as Python's int.

import { isFloatingDType, type DType } from '../dtype';
export { rounder, roundHalfToEven, storesAsIs, toHalf } from '../rounder';
import { Tensor } from '../tensor';

export type Operand = Tensor | number | boolean;

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

/** The smallest dtype both fit in. PyTorch: `torch.promote_types`. */
export function promoteTypes(a: DType, b: DType): DType {
  if ((a === 'uint8' && b === 'int8') || (a === 'int8' && b === 'uint8')) {
    return 'int16';
  }
  return RANK.indexOf(a) >= RANK.indexOf(b) ? a : b;
}

/** 0 bool, 1 whole numbers, 2 floating point. */
export function category(dtype: DType): 0 | 1 | 2 {
  return dtype === 'bool' ? 0 : isFloatingDType(dtype) ? 2 : 1;
}

/** Can a result of `from` be written into a tensor of `to`? PyTorch: `torch.can_cast`. */
export function canCast(from: DType, to: DType): boolean {
  return category(from) <= category(to);
}

function scalarType(value: number | boolean): DType {
  return typeof value === 'boolean' ? 'bool' : Number.isInteger(value) ? 'int64' : 'float32';
}

/** `lower` counts only where its category is higher. */
function combine(higher: DType | undefined, lower: DType | undefined): DType | undefined {
  if (!higher || !lower) {
    return higher ?? lower;
  }
  return category(higher) >= category(lower) ? higher : promoteTypes(higher, lower);
}

/**
 * The dtype operands are computed in: that of the tensors with dimensions, unless a zero-dimensional tensor, or after
 * those a number, is of a higher category (bool < integer < float).
 */
export function resultType(...operands: readonly Operand[]): DType {
  let dimensioned: DType | undefined;
  let zeroDim: DType | undefined;
  let scalar: DType | undefined;
  const join = (before: DType | undefined, dtype: DType) => (before ? promoteTypes(before, dtype) : dtype);
  for (const operand of operands) {
    if (!(operand instanceof Tensor)) {
      scalar = join(scalar, scalarType(operand));
    } else if (operand.ndim === 0) {
      zeroDim = join(zeroDim, operand.dtype);
    } else {
      dimensioned = join(dimensioned, operand.dtype);
    }
  }
  return combine(dimensioned, combine(zeroDim, scalar)) ?? 'float32';
}

/** What true functions of whole numbers give: float32; floating types stay. */
export function floatType(dtype: DType): DType {
  return isFloatingDType(dtype) ? dtype : 'float32';
}
