// Matrix product of row-major arrays, plain TypeScript. The same loops serve float (sums in float64) and
// integers (sums exact in int32); a WebAssembly version goes beside it and is held to it bit for bit.

/** out[m, n] += a[m, k] · b[k, n]. */
export function matmulAccumulate(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  out: Float64Array | Int32Array,
  m: number,
  k: number,
  n: number
): void {
  for (let i = 0; i < m; i++) {
    const row = i * n;
    const left = i * k;
    let p = 0;
    // Four rows of b at once: each element of out is loaded and stored a quarter as often.
    for (; p + 4 <= k; p += 4) {
      const a0 = a[left + p] as number;
      const a1 = a[left + p + 1] as number;
      const a2 = a[left + p + 2] as number;
      const a3 = a[left + p + 3] as number;
      const b0 = p * n;
      const b1 = b0 + n;
      const b2 = b1 + n;
      const b3 = b2 + n;
      for (let j = 0; j < n; j++) {
        out[row + j] =
          (out[row + j] as number) +
          a0 * (b[b0 + j] as number) +
          a1 * (b[b1 + j] as number) +
          a2 * (b[b2 + j] as number) +
          a3 * (b[b3 + j] as number);
      }
    }
    for (; p < k; p++) {
      const a0 = a[left + p] as number;
      const b0 = p * n;
      for (let j = 0; j < n; j++) {
        out[row + j] = (out[row + j] as number) + a0 * (b[b0 + j] as number);
      }
    }
  }
}

/**
 * out[m, n] = fma(… fma(fma(out, a₀, b₀), a₁, b₁) …) in float32: one rounding per step, in the order of k. That
 * is how vectorised float kernels add up along the inner dimension, so sums agree with theirs to the last bit
 * wherever they do not split it.
 */
export function matmulFma(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  out: Float32Array,
  m: number,
  k: number,
  n: number
): void {
  for (let i = 0; i < m; i++) {
    const row = i * n;
    for (let p = 0; p < k; p++) {
      const factor = a[i * k + p] as number;
      const line = p * n;
      for (let j = 0; j < n; j++) {
        out[row + j] = (out[row + j] as number) + factor * (b[line + j] as number);
      }
    }
  }
}
