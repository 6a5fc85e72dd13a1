// Random tensors as torch's CPU generator makes them: `manualSeed(0); randn([…])` gives torch's numbers. Uniform numbers
// have 24 bits (double: 53); fewer than 16 normal numbers come one by one in double, more of them in blocks of 16.

import { isFloatingDType, type DType } from './dtype';
import { defaultGenerator, type Generator } from './generator';
import type { CreateOptions } from './ops/create';
import { empty, fromData, product, withOptions } from './ops/create';
import { finish } from './ops/elementwise';
import { rounder } from './rounder';
import type { Tensor } from './tensor';

export { Generator } from './generator';

export interface RandomOptions extends CreateOptions {
  /** Where the numbers come from; the one `manualSeed` seeds if absent. */
  generator?: Generator | null;
}

const of = (generator: Generator | null | undefined): Generator => generator ?? defaultGenerator;

/** Seeds the generator all random functions share (`torch.manual_seed`). */
export function manualSeed(seed: number): Generator {
  return defaultGenerator.manualSeed(seed);
}

/** One float32 uniform number in [from, to). */
export function uniform(from = 0, to = 1, generator: Generator = defaultGenerator): number {
  return scaled(generator.uniform(), from, to);
}

function scaled(unit: number, from: number, to: number): number {
  const [low, high] = [Math.fround(from), Math.fround(to)];
  return Math.fround(unit * Math.fround(high - low) + low);
}

function requireFloating(op: string, dtype: DType): void {
  if (!isFloatingDType(dtype)) {
    throw new TypeError(`${op}: random numbers of this kind are floating point, not ${dtype}`);
  }
}

/** `fill` of every element, rounded to the dtype. */
function filledBy(shape: readonly number[], dtype: DType, next: () => number): Tensor {
  const result = empty(shape, dtype);
  const out = result.storage.view();
  for (let i = 0; i < out.length; i++) {
    out[i] = next();
  }
  return finish(result);
}

/** Uniform numbers in [from, to). */
export function uniformNumbers(
  shape: readonly number[],
  from: number,
  to: number,
  dtype: DType = 'float32',
  source?: Generator | null
): Tensor {
  requireFloating('uniform', dtype);
  if (!(from <= to)) {
    throw new RangeError(`uniform: expected from ≤ to, got ${from} and ${to}`);
  }
  const generator = of(source);
  return filledBy(
    shape,
    dtype,
    dtype === 'float64'
      ? () => fusedMultiplyAdd(generator.uniformDouble(), to - from, from)
      : () => scaled(generator.uniform(), from, to)
  );
}

/** a · b + c with one rounding, as the processor does it: the product's and the sum's rounding errors are added back. */
function fusedMultiplyAdd(a: number, b: number, c: number): number {
  const product = a * b;
  const [aHigh, bHigh] = [upperHalf(a), upperHalf(b)];
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  const productError = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
  const sum = product + c;
  const part = sum - product;
  const sumError = product - (sum - part) + (c - part);
  return sum + (sumError + productError);
}

/** The upper half of a double's digits (Veltkamp). */
function upperHalf(v: number): number {
  const shifted = v * 134217729;
  return shifted - (shifted - v);
}

/** For every element not above 0 a number in [from, to), else 1: the slopes of a randomized leaky ReLU. */
export function randomSlopes(x: Tensor, from: number, to: number): Tensor {
  const values = x.data();
  let i = 0;
  return filledBy(x.shape, x.dtype, () =>
    (values[i++] as number) <= 0 ? defaultGenerator.uniformDouble() * (to - from) + from : 1
  );
}

/** Uniform numbers in [0, 1). */
export function rand(shape: readonly number[], options: RandomOptions = {}): Tensor {
  return withOptions(uniformNumbers(shape, 0, 1, options.dtype ?? 'float32', options.generator), options);
}

/** Standard normal numbers. */
export function randn(shape: readonly number[], options: RandomOptions = {}): Tensor {
  return withOptions(normalNumbers(shape, 0, 1, options.dtype ?? 'float32', options.generator), options);
}

/** Normal numbers around `mean`. */
export function normalNumbers(
  shape: readonly number[],
  mean: number,
  std: number,
  dtype: DType = 'float32',
  source?: Generator | null
): Tensor {
  requireFloating('normal', dtype);
  if (!(std >= 0)) {
    throw new RangeError(`normal: the standard deviation must be at least 0, got ${std}`);
  }
  const generator = of(source);
  const n = product(shape);
  if (n < 16) {
    return filledBy(shape, dtype, () => generator.normal() * std + mean);
  }
  const round = dtype === 'float64' ? (v: number) => v : Math.fround;
  const next = dtype === 'float64' ? () => generator.uniformDouble() : () => generator.uniform();
  const out = dtype === 'float64' ? new Float64Array(n) : new Float32Array(n);
  const fill = (start: number, end: number): void => {
    for (let i = start; i < end; i++) {
      out[i] = next();
    }
  };
  fill(0, n);
  for (let i = 0; i + 16 <= n; i += 16) {
    normalBlock(out, i, round(mean), round(std), round);
  }
  if (n % 16 !== 0) {
    // The last 16 are made anew.
    fill(n - 16, n);
    normalBlock(out, n - 16, round(mean), round(std), round);
  }
  const values = dtype === 'float16' ? Array.from(out, rounder(dtype)) : out;
  return fromData(values, shape, dtype);
}

/** Eight pairs of uniform numbers become sixteen normal ones. */
function normalBlock(
  values: Float32Array | Float64Array,
  start: number,
  mean: number,
  std: number,
  round: (v: number) => number
): void {
  for (let j = 0; j < 8; j++) {
    const u1 = round(1 - (values[start + j] as number));
    const u2 = values[start + j + 8] as number;
    const radius = round(Math.sqrt(round(-2 * round(Math.log(u1)))));
    const theta = round(round(2 * Math.PI) * u2);
    values[start + j] = round(radius * round(Math.cos(theta))) * std + mean;
    values[start + j + 8] = round(radius * round(Math.sin(theta))) * std + mean;
  }
}

/** Whole numbers from `low` to below `high`, int64 unless told. */
export function randint(
  low: number,
  high: number,
  shape: readonly number[],
  options: RandomOptions = {}
): Tensor {
  const range = high - low;
  if (!(range > 0)) {
    throw new RangeError(`randint: expected low < high, got ${low} and ${high}`);
  }
  const generator = of(options.generator);
  const next =
    range >= 2 ** 28
      ? () => {
          const [a, b] = generator.random64();
          return Number(((BigInt(a) << 32n) | BigInt(b)) % BigInt(range)) + low;
        }
      : () => (generator.random() % range) + low;
  return withOptions(filledBy(shape, options.dtype ?? 'int64', next), options);
}

/** A random order of 0 … n − 1, int64. */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  const generator = of(options.generator);
  const values = Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < n - 1; i++) {
    const j = i + (generator.random() % (n - i));
    [values[i], values[j]] = [values[j] as number, values[i] as number];
  }
  return fromData(values, [n], options.dtype ?? 'int64');
}

/** 1 with probability `p`, else 0. */
export function bernoulli(
  shape: readonly number[],
  p: number,
  dtype: DType = 'float32',
  source?: Generator | null
): Tensor {
  checkProbability(p);
  const generator = of(source);
  return filledBy(shape, dtype, () => Number(generator.uniformDouble() < p));
}

/** 1 with the probability each element says, else 0. */
export function bernoulliOf(x: Tensor, dtype: DType = x.dtype, source?: Generator | null): Tensor {
  requireFloating('bernoulli', x.dtype);
  const generator = of(source);
  const probabilities = x.data();
  const next = x.dtype === 'float64' ? () => generator.uniformDouble() : () => generator.uniform();
  let i = 0;
  return filledBy(x.shape, dtype, () => {
    const p = probabilities[i++] as number;
    checkProbability(p);
    return Number(next() < p);
  });
}

function checkProbability(p: number): void {
  if (!(p >= 0 && p <= 1)) {
    throw new RangeError(`bernoulli: a probability is between 0 and 1, not ${p}`);
  }
}
