// Matrix products in float. Linear layers add up in float32 in the order of torch's kernels; matmul keeps its
// sums in float64 and rounds once.

import { matmulAccumulate, matmulFma } from '../../kernels/gemm';
import { differentiable } from '../autograd/record';
import type { Tensor } from '../tensor';
import { empty, product } from './create';
import { broadcastShapes, mul, sub } from './elementwise';
import { sum } from './reduce';
import { vectorNorm } from './vectorNorm';
import { diagonal } from './parts';
import { at, expand, normalizeDim, permute, reshape, squeeze, unsqueeze } from './views';

/** `[…, K] × [N, K] (+ [N])` → `[…, N]`. @throws Error naming both shapes. */
export const linear = differentiable(
  'linear',
  (x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor => {
    const k = at(weight.shape, weight.ndim - 1);
    if (at(x.shape, x.ndim - 1) !== k) {
      throw new Error(
        `linear: input [${x.shape.join(', ')}] ends in ${x.shape.at(-1) ?? 'nothing'}, but the weight ` +
          `[${weight.shape.join(', ')}] takes ${k} features`
      );
    }
    const n = weight.ndim === 1 ? 1 : at(weight.shape, 0);
    const m = x.numel() / k;
    const result = empty([...x.shape.slice(0, -1), ...(weight.ndim === 1 ? [] : [n])], x.dtype);
    const out = result.storage.view();
    const sums = x.dtype === 'float64' ? new Float64Array(m * n) : new Float32Array(m * n);
    if (sums instanceof Float64Array) {
      matmulAccumulate(x.data(), transposed(weight.data(), n, k, new Float64Array(n * k)), sums, m, k, n);
    } else {
      matmulFma(x.data(), transposed(weight.data(), n, k, new Float32Array(n * k)), sums, m, k, n);
    }
    const offsets = bias?.data();
    for (let i = 0; i < out.length; i++) {
      out[i] = (sums[i] as number) + (offsets ? (offsets[i % n] as number) : 0);
    }
    return result;
  }
);

function transposed<A extends Float32Array | Float64Array>(
  w: ArrayLike<number>,
  rows: number,
  columns: number,
  result: A
): A {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      result[c * rows + r] = w[r * columns + c] as number;
    }
  }
  return result;
}

/** `torch.matmul`: batched, with broadcast batch dimensions and vectors. */
export function matmul(a: Tensor, b: Tensor): Tensor {
  if (a.ndim === 0 || b.ndim === 0) {
    throw new Error('matmul: both arguments need at least one dimension');
  }
  if (a.ndim === 1) {
    const result = matmul(unsqueeze(a, 0), b);
    const front = b.ndim === 1 ? result.ndim - 1 : result.ndim - 2;
    return squeeze(result, front);
  }
  if (b.ndim === 1) {
    const result = matmul(a, unsqueeze(b, 1));
    return reshape(result, result.shape.slice(0, -1));
  }
  return batchedMatmul(a, b);
}

/** Two operands of at least two dimensions each. */
export const batchedMatmul = differentiable('matmul', (a: Tensor, b: Tensor): Tensor => {
  const [m, k] = [at(a.shape, a.ndim - 2), at(a.shape, a.ndim - 1)];
  const [k2, n] = [at(b.shape, b.ndim - 2), at(b.shape, b.ndim - 1)];
  if (k !== k2) {
    throw new Error(
      `matmul: [${a.shape.join(', ')}] and [${b.shape.join(', ')}] do not fit (${k} and ${k2})`
    );
  }
  if (a.dtype !== b.dtype) {
    throw new TypeError(`matmul: both operands need one dtype, got ${a.dtype} and ${b.dtype}`);
  }
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), 'matmul');
  const x = expand(a, [...batch, m, k]).data();
  const y = expand(b, [...batch, k, n]).data();
  const result = empty([...batch, m, n], a.dtype);
  const out = result.storage.view();
  const sums = new Float64Array(m * n);
  for (let i = 0, count = product(batch); i < count; i++) {
    sums.fill(0);
    matmulAccumulate(
      x.subarray(i * m * k, (i + 1) * m * k),
      y.subarray(i * k * n, (i + 1) * k * n),
      sums,
      m,
      k,
      n
    );
    out.set(sums, i * m * n);
  }
  return result;
});

const shapesOf = (a: Tensor, b: Tensor): string => `[${a.shape.join(', ')}] and [${b.shape.join(', ')}]`;

/** A product that wants so and so many dimensions. */
function exactly(op: string, left: number, right: number, run: (a: Tensor, b: Tensor) => Tensor) {
  return (a: Tensor, b: Tensor): Tensor => {
    if (a.ndim !== left || b.ndim !== right) {
      throw new Error(`${op}: expected operands of ${left} and ${right} dimensions, got ${shapesOf(a, b)}`);
    }
    return run(a, b);
  };
}

export const mm = exactly('mm', 2, 2, matmul);
export const bmm = exactly('bmm', 3, 3, (a, b) => {
  if (a.shape[0] !== b.shape[0]) {
    throw new Error(`bmm: batches of ${shapesOf(a, b)} differ`);
  }
  return matmul(a, b);
});
export const mv = exactly('mv', 2, 1, matmul);
export const dot = exactly('dot', 1, 1, matmul);
export const outer = exactly('outer', 1, 1, (a, b) => mul(unsqueeze(a, 1), b));
export const summedBmm = (a: Tensor, b: Tensor): Tensor => sum(bmm(a, b), 0);

/** Over the last dimensions of both. */
export function inner(a: Tensor, b: Tensor): Tensor {
  return a.ndim === 0 || b.ndim === 0 ? mul(a, b) : tensordot(a, b, [[-1], [-1]]);
}

export function tensordot(a: Tensor, b: Tensor, dims: number | readonly (readonly number[])[] = 2): Tensor {
  const [left = [], right = []] =
    typeof dims === 'number'
      ? [Array.from({ length: dims }, (_, i) => a.ndim - dims + i), Array.from({ length: dims }, (_, i) => i)]
      : dims;
  const from = left.map(d => normalizeDim(d, a.ndim, 'tensordot'));
  const to = right.map(d => normalizeDim(d, b.ndim, 'tensordot'));
  if (from.length !== to.length || from.some((d, i) => a.shape[d] !== b.shape[at(to, i)])) {
    throw new Error(
      `tensordot: dimensions [${left.join(', ')}] and [${right.join(', ')}] of ${shapesOf(a, b)} do not fit`
    );
  }
  const keptA = a.shape.map((_, d) => d).filter(d => !from.includes(d));
  const keptB = b.shape.map((_, d) => d).filter(d => !to.includes(d));
  const sizes = (x: Tensor, list: readonly number[]) => list.map(d => at(x.shape, d));
  const k = product(sizes(a, from));
  const x = reshape(permute(a, [...keptA, ...from]), [product(sizes(a, keptA)), k]);
  const y = reshape(permute(b, [...to, ...keptB]), [k, product(sizes(b, keptB))]);
  return reshape(batchedMatmul(x, y), [...sizes(a, keptA), ...sizes(b, keptB)]);
}

export function trace(x: Tensor): Tensor {
  if (x.ndim !== 2) {
    throw new Error(`trace: expected a matrix, got [${x.shape.join(', ')}]`);
  }
  return sum(diagonal(x));
}

/** `[…, P, M]` and `[…, R, M]` → `[…, P, R]`. */
export function cdist(a: Tensor, b: Tensor, p = 2): Tensor {
  if (a.ndim < 2 || b.ndim < 2 || a.shape.at(-1) !== b.shape.at(-1)) {
    throw new Error(`cdist: expected rows of one length, got ${shapesOf(a, b)}`);
  }
  return vectorNorm(sub(unsqueeze(a, a.ndim - 1), unsqueeze(b, b.ndim - 2)), p, -1);
}
