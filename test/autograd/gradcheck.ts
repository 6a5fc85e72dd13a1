// Gradients against finite differences in float64.

import { fromData, type Tensor } from '../../src/tensor';
import type { GradNode } from '../../src/tensor/autograd/record';
import { noGrad } from '../../src/tensor/autograd/record';
import { mul } from '../../src/tensor/ops/elementwise';
import { sum } from '../../src/tensor/ops/reduce';

/** What to differentiate: `fn` of `inputs`, all of them float64. */
export interface GradientCase {
  readonly inputs: Tensor[];
  readonly fn: (...inputs: Tensor[]) => Tensor;
  /** Its finite differences are taken instead, where the operator rounds (a cast) or is no real derivative. */
  readonly reference?: (...inputs: Tensor[]) => Tensor;
  /** Half the distance of the two points; large for linear operators that compute in float32. */
  readonly step?: number;
  readonly tolerance?: number;
}

export type Generator = (random: Random) => GradientCase;

/** Numbers from a seed; fast-check gives the seed. */
export class Random {
  constructor(private state: number) {}

  /** Uniform in [from, to). */
  number(from = -2, to = 2): number {
    // mulberry32
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return from + (((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * (to - from);
  }

  /** A whole number, both ends included. */
  int(from: number, to: number): number {
    return Math.floor(this.number(from, to + 1));
  }

  pick<T>(...choices: T[]): T {
    return choices[this.int(0, choices.length - 1)] as T;
  }

  /** Between `least` and `most` dimensions of size 1 to 4. */
  shape(least = 0, most = 4): number[] {
    return Array.from({ length: this.int(least, most) }, () => this.int(1, 4));
  }

  /** float64, wanting a gradient. No two numbers are close, so that no step changes which one is largest. */
  tensor(shape: readonly number[], from = -2, to = 2): Tensor {
    const count = shape.reduce((a, b) => a * b, 1);
    const cell = (to - from) / count;
    const order = Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.int(0, i);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    const values = Float64Array.from(order, k => from + (k + this.number(0.25, 0.75)) * cell);
    return fromData(values, shape, 'float64').requiresGrad_();
  }

  /** Odd multiples of 0.005: never close to a kink at a multiple of 0.01. */
  offGrid(shape: readonly number[], from = -2, to = 2): Tensor {
    const count = shape.reduce((a, b) => a * b, 1);
    const values = Float64Array.from(
      { length: count },
      () => this.int(from * 100, to * 100 - 1) / 100 + 0.005
    );
    return fromData(values, shape, 'float64').requiresGrad_();
  }

  /** Of magnitude 0.5 to 2: to divide by. */
  nonzero(shape: readonly number[]): Tensor {
    const count = shape.reduce((a, b) => a * b, 1);
    const values = Float64Array.from({ length: count }, () => this.pick(-1, 1) * this.number(0.5, 2));
    return fromData(values, shape, 'float64').requiresGrad_();
  }

  indices(shape: readonly number[], below: number): Tensor {
    const count = shape.reduce((a, b) => a * b, 1);
    return fromData(
      Array.from({ length: count }, () => this.int(0, below - 1)),
      shape,
      'int64'
    );
  }

  /** A shape that broadcasts to `shape`. */
  broadcastable(shape: readonly number[]): number[] {
    return shape.slice(this.int(0, shape.length)).map(size => this.pick(size, 1));
  }
}

/** Operators recorded on the way to `result`. */
export function recordedOperators(result: Tensor): Set<string> {
  const names = new Set<string>();
  const open: GradNode[] = result.gradFn ? [result.gradFn] : [];
  for (let node = open.pop(); node; node = open.pop()) {
    names.add(node.op);
    for (const { from } of node.inputs()) {
      if (from) {
        open.push(from);
      }
    }
  }
  return names;
}

/** @throws Error naming the element where gradient and finite difference are apart. */
export function checkGradients(test: GradientCase, random: Random): void {
  const { inputs, fn, reference = fn, step = 1e-5, tolerance = 1e-6 } = test;
  const output = fn(...inputs);
  const weights = random.tensor(output.shape).detach();
  mul(output, weights).sum().backward();
  const value = (): number => noGrad(() => sum(mul(reference(...inputs), weights)).item());
  inputs.forEach((input, n) => {
    const found = input.grad?.data() ?? new Float64Array(input.numel());
    const values = input.storage.view();
    for (let i = 0; i < values.length; i++) {
      const before = values[i]!;
      values[i] = before + step;
      const above = value();
      values[i] = before - step;
      const below = value();
      values[i] = before;
      const expected = (above - below) / (2 * step);
      const error = Math.abs(expected - found[i]!);
      if (!(error <= tolerance * Math.max(1, Math.abs(expected)))) {
        throw new Error(
          `input ${n} of shape [${input.shape.join(', ')}], element ${i} = ${before}: ` +
            `gradient ${found[i]}, finite difference ${expected}`
        );
      }
    }
  });
}
