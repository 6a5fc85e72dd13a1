// Python's `x[…]`: numbers, slices, Ellipsis, None are views; tensors and lists of positions, and masks, copy.

import { writeInPlace } from '../autograd/inPlace';
import { ellipsis, Slice, Tuple } from '../structures';
import { Tensor } from '../tensor';
import { empty, fromData, product } from './create';
import { copied, filled } from './elementwise';
import { cast } from './map';
import type { Operand } from './promote';
import { indexSelect } from './join';
import { flatPositions, indexPut, nonzeroColumns } from './scatter';
import { select, slice } from './parts';
import { at, expand, permute, reshape, unsqueeze } from './views';

/** A tensor of positions for dimension `dim` of the view. */
interface Picked {
  readonly dim: number;
  readonly positions: Tensor;
}

/** Python's `x[index]`. A list of numbers picks rows; any other array is a tuple of indices. */
export function index(x: Tensor, key: unknown): Tensor {
  const [view, picks] = resolve(x, key);
  return picks.length === 0 ? view : pick(view, picks);
}

/** Python's `x[key] = value`. */
export function setItem(x: Tensor, key: unknown, value: Operand): void {
  const [view, picks] = resolve(x, key);
  const source = value instanceof Tensor ? value : filled(empty([], x.dtype), value);
  if (picks.length === 0) {
    writeInPlace('setAt', view, [source], into => copied(into, source));
    return;
  }
  // The picked dimensions to the front, so that positions count in them.
  const dims = picks.map(p => p.dim);
  const others = view.shape.map((_, d) => d).filter(d => !dims.includes(d));
  const moved = permute(view, [...dims, ...others]);
  const positions = picks.map(p => p.positions);
  const shape = pick(view, picks).shape;
  const values = expand(cast(source, x.dtype), shape);
  const first = at(dims, 0);
  const together = dims.every((d, i) => d === first + i);
  // Where the picked dimensions stay in the middle, the values have them there too.
  const n = shape.length - others.length;
  const lead = together ? first : 0;
  const order = [
    ...Array.from({ length: n }, (_, i) => lead + i),
    ...Array.from({ length: lead }, (_, i) => i),
    ...Array.from({ length: others.length - lead }, (_, i) => lead + n + i)
  ];
  writeInPlace('setAt', moved, [source], into => indexPut(into, positions, permute(values, order)));
}

/** The view that numbers and slices make, and what tensors pick from it. */
export function resolve(x: Tensor, key: unknown): [view: Tensor, picks: Picked[]] {
  const keys = expandEllipsis(x, keysOf(key));
  const picks: Picked[] = [];
  let view = x;
  let d = 0;
  for (const k of keys) {
    if (k === null) {
      view = unsqueeze(view, d++);
    } else if (typeof k === 'number') {
      view = select(view, d, k);
    } else if (k instanceof Slice) {
      view = slice(view, d++, k as Slice<number | null>);
    } else if (typeof k === 'boolean') {
      // A mask without dimensions for a new dimension of one.
      view = unsqueeze(view, d);
      picks.push({ dim: d++, positions: fromData(k ? [0] : [], [Number(k)], 'int64') });
    } else {
      for (const positions of positionsOf(view, d, k)) {
        picks.push({ dim: d++, positions });
      }
    }
  }
  return [view, picks];
}

function keysOf(key: unknown): unknown[] {
  if (!Array.isArray(key)) {
    return [key];
  }
  const isPositions = !(key instanceof Tuple) && isNumbers(key);
  return isPositions ? [key] : [...(key as unknown[])];
}

function isNumbers(list: readonly unknown[]): boolean {
  return list.every(
    item => typeof item === 'number' || typeof item === 'boolean' || (Array.isArray(item) && isNumbers(item))
  );
}

/** How many dimensions an index uses up. */
function reach(key: unknown): number {
  if (key === null || key === ellipsis || typeof key === 'boolean') {
    return 0;
  }
  return key instanceof Tensor && key.dtype === 'bool' ? key.ndim : 1;
}

function expandEllipsis(x: Tensor, keys: readonly unknown[]): unknown[] {
  const named = keys.reduce((sum: number, key) => sum + reach(key), 0);
  if (named > x.ndim) {
    throw new RangeError(
      `index: ${named} indices for a tensor of ${x.ndim} dimensions [${x.shape.join(', ')}]`
    );
  }
  const dots = keys.indexOf(ellipsis);
  if (dots < 0) {
    return [...keys];
  }
  const all = new Array<unknown>(x.ndim - named).fill(new Slice());
  return [...keys.slice(0, dots), ...all, ...keys.slice(dots + 1)];
}

function positionsOf(view: Tensor, dim: number, key: unknown): Tensor[] {
  if (Array.isArray(key)) {
    return positionsOf(view, dim, listTensor(key));
  }
  if (!(key instanceof Tensor)) {
    throw new TypeError(`index: a ${typeof key} cannot be an index`);
  }
  if (key.dtype !== 'bool') {
    if (key.dtype.startsWith('float')) {
      throw new TypeError(
        `index: a tensor used as index must hold whole numbers or booleans, not ${key.dtype}`
      );
    }
    return [key];
  }
  key.shape.forEach((size, k) => {
    if (size !== view.shape[dim + k]) {
      throw new RangeError(
        `index: the mask [${key.shape.join(', ')}] does not fit dimension ${dim + k} of [${view.shape.join(', ')}]`
      );
    }
  });
  return nonzeroColumns(key);
}

function listTensor(list: readonly unknown[]): Tensor {
  const shape: number[] = [];
  for (let level: unknown = list; Array.isArray(level); level = (level as unknown[])[0]) {
    shape.push(level.length);
  }
  const flat = list.flat(Infinity) as (number | boolean)[];
  return typeof flat[0] === 'boolean'
    ? fromData(flat.map(Number), shape, 'bool')
    : fromData(flat as number[], shape, 'int64');
}

/** Picked dimensions that stand together are replaced where they stand; otherwise by dimensions in front. */
function pick(view: Tensor, picks: readonly Picked[]): Tensor {
  const dims = picks.map(p => p.dim);
  const first = at(dims, 0);
  const together = dims.every((d, i) => d === first + i);
  const others = view.shape.map((_, d) => d).filter(d => !dims.includes(d));
  const moved = permute(view, [...dims, ...others]);
  const lead = dims.length;
  const { positions, shape } = flatPositions(
    moved.shape.slice(0, lead),
    picks.map(p => p.positions)
  );
  const rest = moved.shape.slice(lead);
  const rows = reshape(moved, [product(moved.shape.slice(0, lead)), ...rest]);
  const found = indexSelect(rows, 0, fromData(positions, [positions.length], 'int64'));
  const result = reshape(found, [...shape, ...rest]);
  if (!together || first === 0) {
    return result;
  }
  // The dimensions before the picked ones come first again.
  const n = shape.length;
  const back = [
    ...Array.from({ length: first }, (_, i) => n + i),
    ...shape.map((_, i) => i),
    ...rest.slice(first).map((_, i) => n + first + i)
  ];
  return permute(result, back);
}
