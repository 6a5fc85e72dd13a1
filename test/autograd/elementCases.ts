// Random cases for the rules of functions of one and two numbers.

import * as elementwise from '../../src/tensor/ops/elementwise';
import * as pointwise from '../../src/tensor/ops/pointwise';
import type { Tensor } from '../../src/tensor';
import type { Generator, Random } from './gradcheck';

/** A function of one number over inputs in a range; its kinks are at multiples of 0.01. */
export const of =
  (fn: (x: Tensor) => Tensor, from = -4, to = 4): Generator =>
  r => ({ inputs: [r.offGrid(r.shape(), from, to)], fn });

/** The second operand is broadcast to the first, which is between 0.5 and 2. */
export const binary =
  (fn: (a: Tensor, b: Tensor) => Tensor, second: (r: Random, s: number[]) => Tensor): Generator =>
  r => {
    const big = r.shape(0, 3);
    return { inputs: [r.offGrid(big, 0.5, 2), second(r, r.broadcastable(big))], fn };
  };

/** Never close to the first operand, nor is a multiple. */
export const tenths =
  (from: number, to: number) =>
  (r: Random, s: number[]): Tensor => {
    const x = r.tensor(s, from, to);
    x.storage.view().forEach((v, i, all) => {
      all[i] = Math.round(v * 10) / 10;
    });
    return x;
  };

const positive = (r: Random, s: number[]): Tensor => r.tensor(s, 0.5, 2);
const whole = (op: (x: Tensor) => Tensor): Generator => of(op, -4, 4);

export const elementCases: { readonly [op: string]: Generator } = {
  ceil: whole(pointwise.ceil),
  trunc: whole(pointwise.trunc),
  round: of(x => pointwise.round(x, 0), -4, 4),
  sign: of(pointwise.sign),
  frac: of(pointwise.frac),
  exp2: of(pointwise.exp2),
  expm1: of(pointwise.expm1),
  log1p: of(pointwise.log1p, 0, 4),
  log2: of(pointwise.log2, 0.5, 4),
  log10: of(pointwise.log10, 0.5, 4),
  reciprocal: of(pointwise.reciprocal, 0.5, 4),
  tan: of(pointwise.tan, -1, 1),
  asin: of(pointwise.asin, -0.9, 0.9),
  acos: of(pointwise.acos, -0.9, 0.9),
  atan: of(pointwise.atan),
  sinh: of(pointwise.sinh, -2, 2),
  cosh: of(pointwise.cosh, -2, 2),
  asinh: of(pointwise.asinh),
  acosh: of(pointwise.acosh, 1.5, 4),
  atanh: of(pointwise.atanh, -0.9, 0.9),
  sinc: of(pointwise.sinc),
  deg2rad: of(pointwise.deg2rad),
  rad2deg: of(pointwise.rad2deg),
  erfc: of(pointwise.erfc),
  erfinv: of(pointwise.erfinv, -0.9, 0.9),
  lgamma: of(pointwise.lgamma, 0.5, 4),
  digamma: of(pointwise.digamma, 0.5, 4),
  softsign: of(pointwise.softsign),
  tanhshrink: of(pointwise.tanhshrink),
  hardshrink: of(x => pointwise.hardshrink(x, 0.5)),
  softshrink: of(x => pointwise.softshrink(x, 0.5)),
  threshold: of(x => pointwise.threshold(x, 0.5, -1)),
  logit: of(x => pointwise.logit(x, 0.1), 0, 1),
  nanToNum: of(x => pointwise.replaceNonFinite(x, 0, 1, -1)),

  floorDivide: binary(elementwise.floorDivide, tenths(0.6, 0.9)),
  truncDivide: binary(elementwise.truncDivide, tenths(0.6, 0.9)),
  fmod: binary(elementwise.fmod, tenths(0.6, 0.9)),
  fmax: binary(elementwise.fmax, tenths(0.5, 2)),
  fmin: binary(elementwise.fmin, tenths(0.5, 2)),
  atan2: binary(elementwise.atan2, positive),
  hypot: binary(elementwise.hypot, positive),
  xlogy: binary(elementwise.xlogy, positive),
  copysign: binary(elementwise.copysign, (r, s) => r.nonzero(s)),
  binaryEntropy: r => {
    const s = r.shape(0, 3);
    return { inputs: [r.tensor(s, 0.1, 0.9), r.tensor(s, 0, 1)], fn: elementwise.binaryEntropy };
  },
  logaddexp: binary(elementwise.logaddexp, positive)
};
