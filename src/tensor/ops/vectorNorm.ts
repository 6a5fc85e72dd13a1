// Norms of vectors along dimensions: (Σ |x|ᵖ)^(1/p), with the largest for p = ∞. PyTorch: `torch.linalg.vector_norm`.

import { differentiable } from '../autograd/record';
import { isFloatingDType } from '../dtype';
import type { Tensor } from '../tensor';
import { reduceRows, type Dims } from './reduce';

export const vectorNorm = differentiable(
  'vectorNorm',
  (x: Tensor, p: number, dims: Dims = null, keepdim: boolean = false): Tensor => {
    if (!isFloatingDType(x.dtype)) {
      throw new TypeError(`norm: expected a floating point tensor, got ${x.dtype}`);
    }
    return reduceRows(x, dims, keepdim, 'norm', x.dtype, (data, start, end) => normOf(data, start, end, p));
  }
);

function normOf(data: ArrayLike<number>, start: number, end: number, p: number): number {
  const fold = (from: number, fn: (total: number, v: number) => number): number => {
    let total = from;
    for (let i = start; i < end; i++) {
      total = fn(total, Math.abs(data[i] as number));
    }
    return total;
  };
  switch (p) {
    case 0:
      return fold(0, (count, v) => count + Number(v !== 0));
    case 1:
      return fold(0, (sum, v) => sum + v);
    case 2:
      return Math.sqrt(fold(0, (sum, v) => sum + v * v));
    case Infinity:
      return fold(0, Math.max);
    case -Infinity:
      return fold(Infinity, Math.min);
    default:
      return fold(0, (sum, v) => sum + v ** p) ** (1 / p);
  }
}
