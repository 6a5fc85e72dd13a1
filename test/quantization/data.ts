// Numbers that Python and TypeScript draw alike (`fixtures/data.py`), so that fixtures need not hold them, and the
// digest that recorded results are compared by.

import { createHash } from 'node:crypto';
import { torch, type Tensor } from '../../src';

/** `count` float64 numbers in [0, 1): mulberry32, element i of a seed. */
export function uniform64(seed: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    const a = (seed + Math.imul(i + 1, 0x6d2b79f5)) | 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t = t ^ (t + Math.imul(t ^ (t >>> 7), t | 61));
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  });
}

const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** float32, uniform between `lo` and `hi`. */
export function floats(seed: number, shape: readonly number[], lo = -1, hi = 1): Tensor {
  const values = Float32Array.from(uniform64(seed, count(shape)), u => lo + (hi - lo) * u);
  return torch.tensor(values).view(shape);
}

/** float32, the sum of four uniform numbers. */
export function bell(seed: number, shape: readonly number[], scale = 1, shift = 0): Tensor {
  const n = count(shape);
  const u = uniform64(seed, 4 * n);
  const at = (part: number, i: number) => u[part * n + i] as number;
  const values = Float32Array.from(
    { length: n },
    (_, i) => shift + scale * (at(0, i) + at(1, i) + at(2, i) + at(3, i) - 2)
  );
  return torch.tensor(values).view(shape);
}

/** Whole numbers between `lo` and `hi`, both included. */
export function integers(seed: number, shape: readonly number[], lo: number, hi: number): number[] {
  return Array.from(uniform64(seed, count(shape)), u => Math.floor(u * (hi - lo + 1)) + lo);
}

/** First 16 digits of the SHA-256 of the bytes, little endian. */
export function digest(values: ArrayBufferView): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
