// Special functions of one number, in float64: gamma, error functions and their inverses.

import { erf } from './activation';

/** 1 − erf(x), exact for large x as well. */
export function erfc(x: number): number {
  if (x < 1) {
    return 1 - erf(x);
  }
  if (x > 27) {
    return x !== x ? NaN : 0;
  }
  // Continued fraction, from the inside out.
  let fraction = 0;
  for (let k = 200; k >= 1; k--) {
    fraction = k / 2 / (x + fraction);
  }
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

/** x with erf(x) = y. An estimate by Giles' polynomial, then Newton steps. */
export function erfinv(y: number): number {
  if (!(y > -1 && y < 1)) {
    return y === 1 ? Infinity : y === -1 ? -Infinity : NaN;
  }
  const logarithm = Math.log((1 - y) * (1 + y));
  const middle = 2 / (Math.PI * 0.147) + logarithm / 2;
  let x = Math.sign(y) * Math.sqrt(Math.sqrt(middle * middle - logarithm / 0.147) - middle);
  for (let step = 0; step < 4; step++) {
    const away = y > 0.5 ? 1 - y - erfc(x) : y < -0.5 ? erfc(-x) - 1 - y : erf(x) - y;
    const error = y > 0.5 ? -(erfc(x) - (1 - y)) : y < -0.5 ? erfc(-x) - (1 + y) : away;
    x -= error / ((2 / Math.sqrt(Math.PI)) * Math.exp(-x * x));
  }
  return x;
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7
] as const;

/** log |Γ(x)|. */
export function lgamma(x: number): number {
  if (x !== x || Math.abs(x) === Infinity) {
    return x !== x ? NaN : Infinity;
  }
  if (x <= 0 && Number.isInteger(x)) {
    return Infinity;
  }
  if (x < 0.5) {
    return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - lgamma(1 - x);
  }
  if (x === 1 || x === 2) {
    return 0;
  }
  const z = x - 1;
  const t = z + 7.5;
  const series = LANCZOS.slice(1).reduce<number>((sum, c, i) => sum + c / (z + i + 1), LANCZOS[0]);
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(series);
}

/** The derivative of log Γ. */
export function digamma(x: number): number {
  if (x === 0) {
    return Object.is(x, -0) ? Infinity : -Infinity;
  }
  if (x < 0) {
    return Number.isInteger(x) ? NaN : digamma(1 - x) - Math.PI / Math.tan(Math.PI * x);
  }
  let sum = 0;
  let z = x;
  while (z < 10) {
    sum -= 1 / z;
    z += 1;
  }
  const w = 1 / (z * z);
  const tail =
    w * (1 / 12 - w * (1 / 120 - w * (1 / 252 - w * (1 / 240 - w * (1 / 132 - w * (691 / 32760 - w / 12))))));
  return sum + Math.log(z) - 0.5 / z - tail;
}

/** The derivative of digamma. */
export function trigamma(x: number): number {
  if (x < 0.5) {
    return (Math.PI / Math.sin(Math.PI * x)) ** 2 - trigamma(1 - x);
  }
  let sum = 0;
  let z = x;
  while (z < 10) {
    sum += 1 / (z * z);
    z += 1;
  }
  const w = 1 / (z * z);
  return sum + 1 / z + w / 2 + (w / z) * (1 / 6 - w * (1 / 30 - w * (1 / 42 - w * (1 / 30 - (w * 5) / 66))));
}
