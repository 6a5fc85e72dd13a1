// Shapes that stretch to fit each other.

import type { TypedArray } from '../storage';
import type { Tensor } from '../tensor';
import { expand } from './views';

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

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, d) => size === b[d]);
}

/** Elements of `x` in row-major order of `shape`. */
export function broadcastData(x: Tensor, shape: readonly number[]): TypedArray {
  return sameShape(x.shape, shape) ? x.data() : expand(x, shape).data();
}
