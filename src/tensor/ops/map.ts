// Element by element with one operand: applying a function, converting to another dtype.

import { differentiable } from '../autograd/record';
import { isFloatingDType, type DType } from '../dtype';
import { allocate } from '../storage';
import { Tensor } from '../tensor';
import { empty } from './create';
import { rounder, storesAsIs } from './promote';

/** `fn` of every element, not recorded; integers become float32 unless `keepsInteger`. See `pointwise.ts`. */
export function mapElements(x: Tensor, fn: (v: number) => number, keepsInteger = false): Tensor {
  return mapTo(x, fn, keepsInteger || isFloatingDType(x.dtype) ? x.dtype : 'float32');
}

/** `fn` of every element as a tensor of `dtype`. */
export function mapTo(x: Tensor, fn: (v: number) => number, dtype: DType): Tensor {
  const result = empty(x.shape, dtype);
  const out = result.storage.view();
  const source = x.data();
  // Whole numbers take part in float32 functions as float32.
  const loses = dtype === 'float32' && (x.dtype === 'int64' || x.dtype === 'int32');
  const round = storesAsIs(dtype) ? undefined : rounder(dtype);
  for (let i = 0; i < out.length; i++) {
    const value = fn(loses ? Math.fround(source[i] as number) : (source[i] as number));
    out[i] = round ? round(value) : value;
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
  const round = rounder(dtype);
  for (let i = 0; i < out.length; i++) {
    out[i] = round(source[i] as number);
  }
  return new Tensor(storage, [...x.shape]);
});
