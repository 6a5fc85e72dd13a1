// Tensors from numbers: `torch.tensor`, `zeros`, `full`, `arange` …

import { isDType, type DType } from '../dtype';
import { rounder } from '../rounder';
import { allocate, storageFrom, type TypedArray } from '../storage';
import { Tensor } from '../tensor';

/** Dtype of a new tensor, and whether it is trained. */
export interface CreateOptions {
  dtype?: DType;
  /** Record what is computed from it, for `backward`. */
  requiresGrad?: boolean;
}

/** Numbers or booleans in lists of equal length, however deep. */
export type NestedNumbers = number | boolean | readonly NestedNumbers[];

/** An uninitialised (zero) tensor. */
export function empty(shape: readonly number[], dtype: DType = 'float32'): Tensor {
  return new Tensor(allocate(dtype, product(shape)), [...shape]);
}

/** A tensor over numbers in row-major order; a matching typed array is not copied. */
export function fromData(
  data: TypedArray | readonly number[],
  shape: readonly number[],
  dtype: DType = 'float32'
): Tensor {
  if (data.length !== product(shape)) {
    throw new Error(`shape [${shape.join(', ')}] has ${product(shape)} elements, got ${data.length} numbers`);
  }
  return new Tensor(storageFrom(dtype, data), [...shape]);
}

/**
 * `torch.tensor`: from a number, nested arrays, or a typed array (one dimension).
 * dtype: as given, else bool for booleans, int64 for whole-number literals only where all are BigInt-free
 * integers and `dtype` says so; JavaScript cannot tell `1.0` from `1`, so numbers become float32.
 * @throws Error for ragged arrays.
 */
export function tensor(values: NestedNumbers | TypedArray, options: CreateOptions | DType = {}): Tensor {
  const { dtype, ...rest } = isDType(options) ? { dtype: options } : options;
  if (ArrayBuffer.isView(values)) {
    return withOptions(fromData(values, [values.length], dtype ?? dtypeOfArray(values)), rest);
  }
  const shape = shapeOf(values);
  const flat: number[] = [];
  flatten(values, shape, 0, flat);
  return withOptions(fromData(flat, shape, dtype ?? (containsBoolean(values) ? 'bool' : 'float32')), rest);
}

/** A tensor of zeros. PyTorch: `torch.zeros`. */
export function zeros(shape: readonly number[], options: CreateOptions = {}): Tensor {
  return withOptions(empty(shape, options.dtype), options);
}

/** A tensor of ones. PyTorch: `torch.ones`. */
export function ones(shape: readonly number[], options: CreateOptions = {}): Tensor {
  return full(shape, 1, options);
}

/** A tensor of one value everywhere. PyTorch: `torch.full`. */
export function full(shape: readonly number[], value: number, options: CreateOptions = {}): Tensor {
  const result = empty(shape, options.dtype);
  result.storage.view().fill(rounder(result.dtype)(value));
  return withOptions(result, options);
}

export function eye(n: number, m = n, options: CreateOptions = {}): Tensor {
  const result = empty([n, m], options.dtype);
  const out = result.storage.view();
  for (let i = 0; i < Math.min(n, m); i++) {
    out[i * m + i] = 1;
  }
  return withOptions(result, options);
}

/** From both ends towards the middle, so that the last number is `end` itself. */
export function linspace(start: number, end: number, steps: number, options: CreateOptions = {}): Tensor {
  if (!(Number.isInteger(steps) && steps >= 0)) {
    throw new RangeError(`linspace: the number of steps must be a whole number, not ${steps}`);
  }
  const { dtype = 'float32' } = options;
  const round = dtype === 'float32' ? Math.fround : (v: number) => v;
  const [first, last] = [round(start), round(end)];
  const step = steps > 1 ? round(round(last - first) / (steps - 1)) : 0;
  const values = Array.from({ length: steps }, (_, i) =>
    i < Math.floor(steps / 2) || steps === 1 ? first + step * i : last - step * (steps - 1 - i)
  );
  return withOptions(fromData(values.map(rounder(dtype)), [steps], dtype), options);
}

/** `base` to the power of equally spaced numbers. */
export function logspace(
  start: number,
  end: number,
  steps: number,
  base: number,
  options: CreateOptions = {}
): Tensor {
  const { dtype = 'float32' } = options;
  const exponents = linspace(start, end, steps, { dtype: 'float64' }).data();
  const values = Array.from(exponents, v => rounder(dtype)(base ** v));
  return withOptions(fromData(values, [steps], dtype), options);
}

/** A new tensor as its maker wants it. @throws TypeError for a gradient of whole numbers. */
export function withOptions(x: Tensor, { requiresGrad = false }: CreateOptions): Tensor {
  return requiresGrad ? x.requiresGrad_() : x;
}

/** `arange(end)` or `arange(start, end, step)`; int64 for whole numbers, as in PyTorch. */
export function arange(start: number, end?: number | null, step = 1, options: CreateOptions = {}): Tensor {
  const [from, to] = end == null ? [0, start] : [start, end];
  if (step === 0 || !Number.isFinite(from) || !Number.isFinite(to) || (step > 0 ? from > to : from < to)) {
    throw new RangeError(`arange: no numbers lead from ${from} to ${to} in steps of ${step}`);
  }
  const count = Math.max(0, Math.ceil((to - from) / step));
  const whole = Number.isInteger(from) && Number.isInteger(step) && Number.isInteger(to);
  const dtype = options.dtype ?? (whole ? 'int64' : 'float32');
  const values = Array.from({ length: count }, (_, i) => rounder(dtype)(from + i * step));
  return withOptions(fromData(values, [count], dtype), options);
}

export function product(shape: readonly number[]): number {
  return shape.reduce((total, size) => total * size, 1);
}

/** A new tensor of the same kind around other numbers. */
export function like(source: Tensor, data: TypedArray, shape: readonly number[] = source.shape): Tensor {
  return new Tensor(storageFrom(source.dtype, data), [...shape], { quantizer: source.quantizer });
}

function dtypeOfArray(values: TypedArray): DType {
  const names: [new (n: number) => TypedArray, DType][] = [
    [Float64Array, 'float64'],
    [Int32Array, 'int32'],
    [Int16Array, 'int16'],
    [Int8Array, 'int8'],
    [Uint8Array, 'uint8']
  ];
  return names.find(([ArrayType]) => values instanceof ArrayType)?.[1] ?? 'float32';
}

function shapeOf(values: NestedNumbers): number[] {
  const shape: number[] = [];
  for (
    let level: NestedNumbers | undefined = values;
    Array.isArray(level);
    level = (level as readonly NestedNumbers[])[0]
  ) {
    shape.push(level.length);
  }
  return shape;
}

function flatten(values: NestedNumbers, shape: readonly number[], d: number, into: number[]): void {
  if (!Array.isArray(values)) {
    if (d !== shape.length) {
      throw new Error(
        `tensor: ragged array, found a number where ${shape.length - d} more levels are expected`
      );
    }
    into.push(Number(values));
    return;
  }
  if (values.length !== shape[d]) {
    throw new Error(
      `tensor: ragged array, expected ${shape[d] ?? 'no'} entries at level ${d}, got ${values.length}`
    );
  }
  for (const item of values as readonly NestedNumbers[]) {
    flatten(item, shape, d + 1, into);
  }
}

function containsBoolean(values: NestedNumbers): boolean {
  return Array.isArray(values)
    ? values.length > 0 && containsBoolean((values as readonly NestedNumbers[])[0] as NestedNumbers)
    : typeof values === 'boolean';
}
