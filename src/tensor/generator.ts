// The engine behind random numbers: MT19937, as torch's CPU generator. PyTorch: `torch.Generator`.

const N = 624;
const M = 397;

/** A source of random numbers: MT19937. PyTorch: `torch.Generator`. */
export class Generator {
  private readonly words = new Uint32Array(N);
  private index = N;
  private seeded = 0;
  /** The second of a pair of normal numbers, kept for the next call. */
  storedNormal: number | null = null;

  /** PyTorch's own default seed unless told. */
  constructor(seed = 67280421310721) {
    this.manualSeed(seed);
  }

  /** Starts over. Seeds count modulo 2³². */
  manualSeed(seed: number): this {
    if (!Number.isInteger(seed)) {
      throw new TypeError(`manualSeed: a seed is a whole number, not ${seed}`);
    }
    this.seeded = seed;
    this.words[0] = seed >>> 0;
    for (let i = 1; i < N; i++) {
      const previous = this.words[i - 1] as number;
      this.words[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
    this.index = N;
    this.storedNormal = null;
    return this;
  }

  /** The seed it was started with. PyTorch: `initial_seed()`. */
  initialSeed(): number {
    return this.seeded;
  }

  /** What `setState` takes to continue from here. */
  getState(): GeneratorState {
    return {
      words: this.words.slice(),
      index: this.index,
      seed: this.seeded,
      storedNormal: this.storedNormal
    };
  }

  /** Continues from a state. PyTorch: `set_state()`. */
  setState(state: GeneratorState): this {
    this.words.set(state.words);
    this.index = state.index;
    this.seeded = state.seed;
    this.storedNormal = state.storedNormal;
    return this;
  }

  /** 32 random bits. */
  random(): number {
    if (this.index >= N) {
      this.refill();
    }
    let y = this.words[this.index++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  /** 64 random bits, as a high and a low half. */
  random64(): readonly [high: number, low: number] {
    const high = this.random();
    return [high, this.random()];
  }

  /** One float32 uniform number in [0, 1): 24 bits. */
  uniform(): number {
    return (this.random() & 0xffffff) / 0x1000000;
  }

  /** One double in [0, 1): 53 bits. */
  uniformDouble(): number {
    const [high, low] = this.random64();
    return ((high & 0x1fffff) * 2 ** 32 + low) / 2 ** 53;
  }

  /** One standard normal double, by Box and Muller; every second one is kept from the call before. */
  normal(): number {
    if (this.storedNormal !== null) {
      const value = this.storedNormal;
      this.storedNormal = null;
      return value;
    }
    const u1 = this.uniformDouble();
    const u2 = this.uniformDouble();
    const radius = Math.sqrt(-2 * Math.log1p(-u2));
    const theta = 2 * Math.PI * u1;
    this.storedNormal = radius * Math.sin(theta);
    return radius * Math.cos(theta);
  }

  private refill(): void {
    const s = this.words;
    for (let i = 0; i < N; i++) {
      const y = ((s[i] as number) & 0x80000000) | ((s[(i + 1) % N] as number) & 0x7fffffff);
      s[i] = (s[(i + M) % N] as number) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.index = 0;
  }
}

export interface GeneratorState {
  readonly words: Uint32Array;
  readonly index: number;
  readonly seed: number;
  readonly storedNormal: number | null;
}

/** The one all random functions use unless they are given another. */
export const defaultGenerator = new Generator(Date.now() % 2 ** 32);
