// Random numbers as torch's CPU generator makes them: MT19937, uniform numbers of 24 bits, normal numbers
// by Box-Muller in blocks of eight pairs. `manualSeed(0); randn([…])` gives torch's numbers.

import type { CreateOptions } from './ops/create';
import { fromData, product, withOptions } from './ops/create';
import type { Tensor } from './tensor';

const N = 624;
const M = 397;

class MersenneTwister {
  private readonly state = new Uint32Array(N);
  private index = N;

  constructor(seed: number) {
    this.state[0] = seed >>> 0;
    for (let i = 1; i < N; i++) {
      const previous = this.state[i - 1] as number;
      this.state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  next(): number {
    if (this.index >= N) {
      this.refill();
    }
    let y = this.state[this.index++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  private refill(): void {
    const s = this.state;
    for (let i = 0; i < N; i++) {
      const y = ((s[i] as number) & 0x80000000) | ((s[(i + 1) % N] as number) & 0x7fffffff);
      s[i] = (s[(i + M) % N] as number) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.index = 0;
  }
}

let generator = new MersenneTwister(Date.now());
let storedNormal: number | null = null;

/** Seeds the generator all random functions share (`torch.manual_seed`). */
export function manualSeed(seed: number): void {
  generator = new MersenneTwister(seed);
  storedNormal = null;
}

/** One float32 uniform number in [from, to). */
export function uniform(from = 0, to = 1): number {
  const unit = (generator.next() & 0xffffff) / 0x1000000;
  return Math.fround(unit * (to - from) + from);
}

/** 53 random bits as a double in [0, 1). */
function uniformDouble(): number {
  const high = generator.next();
  const low = generator.next();
  return ((high & 0x1fffff) * 2 ** 32 + low) / 2 ** 53;
}

function normalOne(): number {
  if (storedNormal !== null) {
    const value = storedNormal;
    storedNormal = null;
    return value;
  }
  const u1 = uniformDouble();
  const u2 = uniformDouble();
  const radius = Math.sqrt(-2 * Math.log1p(-u2));
  const theta = 2 * Math.PI * u1;
  storedNormal = radius * Math.sin(theta);
  return radius * Math.cos(theta);
}

export type RandomOptions = Pick<CreateOptions, 'requiresGrad'>;

/** Uniform numbers in [0, 1), float32. */
export function rand(shape: readonly number[], options: RandomOptions = {}): Tensor {
  const values = Float32Array.from({ length: product(shape) }, () => uniform());
  return withOptions(fromData(values, shape), options);
}

/** Standard normal numbers, float32. */
export function randn(shape: readonly number[], options: RandomOptions = {}): Tensor {
  return withOptions(fromData(normalNumbers(product(shape)), shape), options);
}

function normalNumbers(n: number): Float32Array {
  const out = new Float32Array(n);
  if (n < 16) {
    return out.map(normalOne);
  }
  for (let i = 0; i < n; i++) {
    out[i] = uniform();
  }
  for (let i = 0; i + 16 <= n; i += 16) {
    fillBlock(out, i);
  }
  if (n % 16 !== 0) {
    const start = n - 16;
    for (let i = start; i < n; i++) {
      out[i] = uniform();
    }
    fillBlock(out, start);
  }
  return out;
}

/** Eight pairs of uniform numbers become sixteen normal ones. */
function fillBlock(values: Float32Array, start: number): void {
  for (let j = 0; j < 8; j++) {
    const u1 = Math.fround(1 - (values[start + j] as number));
    const u2 = values[start + j + 8] as number;
    const radius = Math.fround(Math.sqrt(Math.fround(-2 * Math.fround(Math.log(u1)))));
    const theta = Math.fround(Math.fround(2 * Math.PI) * u2);
    values[start + j] = Math.fround(radius * Math.fround(Math.cos(theta)));
    values[start + j + 8] = Math.fround(radius * Math.fround(Math.sin(theta)));
  }
}

/** Whole numbers from `low` to below `high`, int64. */
export function randint(
  low: number,
  high: number,
  shape: readonly number[],
  options: CreateOptions = {}
): Tensor {
  const values = Array.from({ length: product(shape) }, () => (generator.next() % (high - low)) + low);
  return fromData(values, shape, options.dtype ?? 'int64');
}

/** A random order of 0 … n − 1, int64. */
export function randperm(n: number): Tensor {
  const values = Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < n - 1; i++) {
    const j = i + (generator.next() % (n - i));
    [values[i], values[j]] = [values[j] as number, values[i] as number];
  }
  return fromData(values, [n], 'int64');
}
