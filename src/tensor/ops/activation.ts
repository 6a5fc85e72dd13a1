// Activations in float, as functions of one number; the quantized versions use the same functions.

const { fround } = Math;

export const relu = (v: number) => (v > 0 || v !== v ? v : 0);
export const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
export const hardsigmoid = (v: number) => fround(Math.min(6, Math.max(0, fround(v + 3))) / 6);
export const hardswish = (v: number) => fround(fround(v * Math.min(6, Math.max(0, fround(v + 3)))) / 6);
export const silu = (v: number) => v * sigmoid(v);
export const softplus = (v: number) => (v > 20 ? v : Math.log1p(Math.exp(v)));
export const mish = (v: number) => v * Math.tanh(softplus(v));
export const hardtanh = (lo: number, hi: number) => (v: number) =>
  v !== v ? v : Math.min(hi, Math.max(lo, v));
export const leakyRelu = (slope: number) => (v: number) => (v > 0 ? v : v * fround(slope));
export const elu = (alpha: number) => (v: number) => (v > 0 ? v : alpha * Math.expm1(v));
export const gelu = (v: number) => 0.5 * v * (1 + erf(v / Math.SQRT2));
export const geluTanh = (v: number) =>
  0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)));

/** The error function, relative error below 1e-14 (series near zero, continued fraction beyond). */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 6) {
    return Math.sign(x);
  }
  if (a < 2.5) {
    let term = a;
    let sum = a;
    for (let n = 1; n < 80 && Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (-a * a) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let k = 60; k >= 1; k--) {
    fraction = k / 2 / (a + fraction);
  }
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}
