// Matrix products in float. Linear layers add up in float32 in the order of torch's kernels; matmul keeps its
// sums in float64 and rounds once.

import { matmulAccumulate, matmulFma } from '../../kernels/gemm';
import { differentiable } from '../autograd/record';
import type { Tensor } from '../tensor';
import { empty, product } from './create';
import { broadcastShapes } from './elementwise';
import { at, expand, reshape, unsqueeze } from './shape';

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
    return reshape(result, [...result.shape.slice(0, -2), ...result.shape.slice(-1)]);
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
