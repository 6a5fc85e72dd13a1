// The Python values that torch.fx arguments are made of and JavaScript lacks: tuple, slice, Ellipsis.
// A list is an array; a tuple is an array that remembers that it was one, because graphs compared with
// PyTorch's must tell them apart. Operators accept either.

/** A Python tuple. Behaves as a frozen array. */
export class Tuple<T = unknown> extends Array<T> {
  // `map`, `slice` and `concat` of a tuple give plain arrays, as a list comprehension would.
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
}

/** `tuple(1, 2)` is Python's `(1, 2)`. */
export function tuple<T>(...items: T[]): Tuple<T> {
  const result = new Tuple<T>();
  result.push(...items);
  return result;
}

/** Python's `slice(start, stop, step)`; null means left out. */
export class Slice<T = number | null> {
  constructor(
    readonly start: T | null = null,
    readonly stop: T | null = null,
    readonly step: T | null = null
  ) {}
}

/** `slice(1, 3)` is Python's `1:3` inside an index. */
export function slice(
  start: number | null = null,
  stop: number | null = null,
  step: number | null = null
): Slice {
  return new Slice(start, stop, step);
}

/** Python's `...` inside an index. */
export const ellipsis: unique symbol = Symbol.for('fxquant.ellipsis') as never;
