// The table of operators that random models are made of: when a row takes a value, and what it does with it.

import type { Tensor } from '../../../src';
import type { Builder, V } from './builder';
import { pick, type Gene } from './genes';

export interface Row {
  readonly name: string;
  readonly fits: (x: Tensor) => boolean;
  /** Undefined where it does not apply after all. */
  readonly build: (b: Builder, x: V, gene: Gene) => V | undefined;
}

export const anyTensor = () => true;
export const rank =
  (...ranks: number[]) =>
  (x: Tensor) =>
    ranks.includes(x.ndim);

/** `F.relu`: one value in, one out, no settings. */
export function unary(python: string, compute: (x: Tensor) => unknown, fits: Row['fits'] = anyTensor): Row {
  return { name: python, fits, build: (b, x) => b.step([x], python, compute as never) };
}

type Choice = readonly [python: string, compute: (x: Tensor) => unknown];
/** A function with settings, one of several choices. */
export function choices(name: string, fits: Row['fits'], list: (x: Tensor) => readonly Choice[]): Row {
  return {
    name,
    fits,
    build: (b, x, { a }) => {
      const options = list(b.tensor(x));
      if (options.length === 0) {
        return undefined;
      }
      const [python, compute] = pick(options, a);
      return b.step([x], python, compute as never);
    }
  };
}

type Made = readonly [python: string, make: () => unknown];
/** A module, one of several choices. */
export function modules(name: string, fits: Row['fits'], list: (x: Tensor) => readonly Made[]): Row {
  return {
    name: `nn.${name}`,
    fits,
    build: (b, x, gene) => {
      const options = list(b.tensor(x));
      if (options.length === 0) {
        return undefined;
      }
      const [python, make] = pick(options, gene.a);
      return b.call(make(), python, [x], gene.b);
    }
  };
}

/** Python's list of numbers. */
export const list = (sizes: readonly number[]) => `[${sizes.join(', ')}]`;
export const size = (x: Tensor, d: number) => x.shape.at(d) ?? 1;
