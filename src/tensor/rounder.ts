// Numbers as a dtype holds them.

import type { DType } from './dtype';

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

/** A number as a tensor of `dtype` holds it. */
export function rounder(dtype: DType): (v: number) => number {
  switch (dtype) {
    case 'float32':
      return Math.fround;
    case 'float16':
      return v => toHalf(Math.fround(v));
    case 'bool':
      return v => Number(v !== 0);
    case 'float64':
      return v => v;
    default:
      // NaN and infinities have no whole number; C++ leaves open what they become.
      return v => (Number.isFinite(v) ? Math.trunc(v) : 0);
  }
}

/** Does a typed array of `dtype` itself round as the dtype does? */
export function storesAsIs(dtype: DType): boolean {
  return dtype !== 'float16' && dtype !== 'bool' && dtype !== 'int64';
}
