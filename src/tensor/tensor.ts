// The tensor: numbers in a storage, seen through shape and strides. Semantics of torch.Tensor.
// What operators compute stands in `ops/`; methods here only name the operator, so that a tracing proxy,
// which inherits them, records the call. `add`, `mul`, `at` … are Python's operators (`+`, `*`, `[]`); every
// other method is recorded as a method under PyTorch's snake_case name.

import { type DType, type QScheme } from './dtype';
import { call, isPlainObject, lookupFunction, snakeCase, type Kwargs } from './function';
import { callMethod } from './methods';
import { tuple, type Slice, type ellipsis } from './structures';
import type { TensorMethods } from './methodTypes';
import { printTensor } from './print';
import { rounder } from './rounder';
import { allocate, type Storage, type TypedArray } from './storage';
import type { GradNode } from './autograd/record';

/** How the integers of a quantized tensor stand for real numbers. */
export interface Quantizer {
  /** How a quantized tensor is quantized. @throws Error for one that is not. */
  readonly qscheme: QScheme;
  /** One entry per tensor, or one per channel of `axis`. */
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  readonly axis?: number;
}

export interface TensorOptions {
  /** In elements; row-major if absent. */
  strides?: readonly number[];
  offset?: number;
  quantizer?: Quantizer | null;
  /** The tensor this one is a view of. */
  base?: Tensor | null;
}

/** What may stand in `x.at(…)`: Python's `x[…]`. */
export type Index = number | null | Slice | typeof ellipsis | Tensor | readonly number[];
export type Scalar = number | boolean;
type Operand = Tensor | Scalar;

/** Methods of PyTorch's that `functions/methods` puts on the prototype. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type
export interface Tensor extends TensorMethods {}

/** Numbers of one dtype in a shape, seen through strides; views share their storage. PyTorch: `torch.Tensor`. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging
export class Tensor {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly quantizer: Quantizer | null;
  /** The tensor whose numbers these are, if this is a view (`Tensor._base`). */
  readonly base: Tensor | null;
  /** Are operators on this tensor recorded for `backward`? True as well for what was computed from such. */
  requiresGrad = false;
  /** What `backward` found, added up over calls until set to null. */
  grad: Tensor | null = null;
  /** The call that computed this tensor, if it was recorded. */
  gradFn: GradNode | null = null;
  /** See `retainGrad`. */
  retainsGrad = false;

  constructor(
    readonly storage: Storage,
    shape: readonly number[],
    options: TensorOptions = {}
  ) {
    this.shape = shape;
    this.strides = options.strides ?? rowMajorStrides(shape);
    this.offset = options.offset ?? 0;
    this.quantizer = options.quantizer ?? null;
    this.base = options.base ?? null;
  }

  get dtype(): DType {
    return this.storage.dtype;
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Not computed by a recorded call: `backward` leaves its gradient in `grad`. */
  get isLeaf(): boolean {
    return this.gradFn === null;
  }

  /** Number of elements. */
  numel(): number {
    return this.shape.reduce((product, size) => product * size, 1);
  }

  /** Do the elements lie in row-major order? PyTorch: `is_contiguous`. */
  isContiguous(): boolean {
    const expected = rowMajorStrides(this.shape);
    return this.shape.every((size, d) => size === 1 || this.strides[d] === expected[d]) || this.numel() === 0;
  }

  /** The elements in row-major order: a view where possible, else a copy. Valid until the next operator call. */
  data(): TypedArray {
    const all = this.storage.view();
    const count = this.numel();
    if (this.isContiguous()) {
      return all.length === count ? all : (all.subarray(this.offset, this.offset + count) as TypedArray);
    }
    const copy = allocate(this.dtype, count).view();
    gather(all, this, copy);
    return copy;
  }

  /** Overwrites this tensor's elements with `source`'s, converting the dtype. `name` is for the error. */
  copyFrom(source: Tensor, name = 'copy'): this {
    if (source.shape.length !== this.shape.length || source.shape.some((size, d) => size !== this.shape[d])) {
      throw new Error(`${name}: expected shape [${this.shape.join(', ')}], got [${source.shape.join(', ')}]`);
    }
    // A copy where both are views of one storage: the source must not change on the way.
    const shared = source.storage === this.storage;
    const round = rounder(this.dtype);
    const converts = source.dtype !== this.dtype && !this.quantizer;
    const read = source.data();
    const values = converts ? Array.from(read, round) : shared ? read.slice() : read;
    const all = this.storage.view();
    if (this.isContiguous()) {
      all.set(values, this.offset);
      return this;
    }
    let i = 0;
    forEachOffset(this, position => {
      all[position] = values[i++] ?? 0;
    });
    return this;
  }

  /** The only element as a number. @throws Error unless there is exactly one. */
  item(): number {
    if (this.numel() !== 1) {
      throw new Error(
        `item: a tensor of shape [${this.shape.join(', ')}] has ${this.numel()} elements, not one`
      );
    }
    return (this.quantizer ? this.dequantize() : this).data()[0] ?? NaN;
  }

  /** Nested arrays of numbers; a number for no dimensions; booleans for dtype bool. */
  tolist(): unknown {
    const values = (this.quantizer ? this.dequantize() : this).data();
    const isBool = this.dtype === 'bool';
    let i = 0;
    const build = (d: number): unknown => {
      if (d === this.shape.length) {
        const value = values[i++] ?? NaN;
        return isBool ? value !== 0 : value;
      }
      return Array.from({ length: this.shape[d] ?? 0 }, () => build(d + 1));
    };
    return build(0);
  }

  /** The tensor as PyTorch prints it. */
  toString(): string {
    return printTensor(this);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  // Quantized tensors.

  /** How a quantized tensor is quantized. @throws Error for one that is not. */
  qscheme(): QScheme {
    return this.quantized('qscheme').qscheme;
  }
  /** The scale of a tensor quantized with one. PyTorch: `q_scale`. */
  qScale(): number {
    return this.quantized('qScale').scales[0] ?? NaN;
  }
  /** The zero point of a tensor quantized with one. PyTorch: `q_zero_point`. */
  qZeroPoint(): number {
    return this.quantized('qZeroPoint').zeroPoints[0] ?? NaN;
  }
  /** The integers themselves, as uint8, int8 or int32. */
  intRepr(): Tensor {
    return method(this, 'intRepr', []) as Tensor;
  }
  /** Integers as floats; floats as they are. PyTorch: `dequantize`. */
  dequantize(): Tensor {
    return method(this, 'dequantize', []) as Tensor;
  }

  private quantized(what: string): Quantizer {
    if (!this.quantizer) {
      throw new Error(`${what}: this is a ${this.dtype} tensor, not a quantized one`);
    }
    return this.quantizer;
  }

  // Gradients.

  /** Starts or stops recording for this tensor. @throws TypeError unless it is floating point. */
  requiresGrad_(value = true): this {
    return method(this, 'requiresGrad_', [value]) as this;
  }
  /**
   * Adds to `grad` of every leaf this tensor was computed from. Without `gradient` it must be a scalar.
   * @throws Error for a second run, unless the first had `retainGraph`.
   */
  backward(gradient?: Tensor | null, options: { retainGraph?: boolean } = {}): void {
    method(this, 'backward', [gradient ?? null, options]);
  }
  /** Makes `backward` leave a gradient here although this tensor is no leaf. */
  retainGrad(): void {
    method(this, 'retainGrad', []);
  }

  // Python's operators.

  /** `this + other`, broadcast. PyTorch: `+`. */
  add(other: Operand): Tensor {
    return operator('add', this, other);
  }
  /** `this - other`, broadcast. PyTorch: `-`. */
  sub(other: Operand): Tensor {
    return operator('sub', this, other);
  }
  /** `this * other`, broadcast. PyTorch: `*`. */
  mul(other: Operand): Tensor {
    return operator('mul', this, other);
  }
  /** `this / other`, broadcast. PyTorch: `/`. */
  div(other: Operand): Tensor {
    return operator('truediv', this, other);
  }
  /** `this // other`, broadcast, rounded down. PyTorch: `//`. */
  floorDivide(other: Operand): Tensor {
    return operator('floordiv', this, other);
  }
  /** `this ** exponent`, broadcast. PyTorch: `**`. */
  pow(other: Operand): Tensor {
    return operator('pow', this, other);
  }
  /** `-this`. PyTorch: unary `-`. */
  neg(): Tensor {
    return operator('neg', this);
  }
  /** `this @ other`: matrix product of the last two dimensions. PyTorch: `@`. */
  matmul(other: Tensor): Tensor {
    return operator('matmul', this, other);
  }
  /** `this > other`, as bool. PyTorch: `>`. */
  gt(other: Operand): Tensor {
    return operator('gt', this, other);
  }
  /** `this < other`, as bool. PyTorch: `<`. */
  lt(other: Operand): Tensor {
    return operator('lt', this, other);
  }
  /** `this >= other`, as bool. PyTorch: `>=`. */
  ge(other: Operand): Tensor {
    return operator('ge', this, other);
  }
  /** `this <= other`, as bool. PyTorch: `<=`. */
  le(other: Operand): Tensor {
    return operator('le', this, other);
  }
  /** `this == other`, as bool. PyTorch: `==`. */
  eq(other: Operand): Tensor {
    return operator('eq', this, other);
  }
  /** `this != other`, as bool. PyTorch: `!=`. */
  ne(other: Operand): Tensor {
    return operator('ne', this, other);
  }
  /** Python's `x[…]`: `x.at(0)`, `x.at(slice(1, 3), ellipsis, null)`. */
  at(...index: Index[]): Tensor {
    const fn = functionNamed('operator.getitem');
    return call(fn, [this, index.length === 1 ? index[0] : tuple(...index)]) as Tensor;
  }

  /**
   * Python's `x[key] = value`: `x.setAt([0, slice(1, 3)], 7)`. Several indices are a list; a list of positions in it is
   * a list in the list. @throws TraceError for a traced tensor, as in PyTorch.
   */
  setAt(key: Index | readonly (Index | readonly number[])[], value: Operand): void {
    const index = Array.isArray(key) ? tuple(...(key as unknown[])) : key;
    call(functionNamed('operator.setitem'), [this, index, value]);
  }

  /** Slices along the first dimension, as PyTorch iterates. A traced tensor refuses. */
  [Symbol.iterator](): Iterator<Tensor> {
    return this.unbind(0)[Symbol.iterator]();
  }
}

export type { ReduceOptions } from './methodTypes';

export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = step;
    step *= shape[d] ?? 1;
  }
  return strides;
}

/** Calls `visit` with the storage position of every element, in row-major order. */
export function forEachOffset(tensor: Tensor, visit: (position: number) => void): void {
  const { shape, strides, offset } = tensor;
  const walk = (d: number, position: number): void => {
    if (d === shape.length) {
      visit(position);
      return;
    }
    const step = strides[d] ?? 0;
    for (let i = 0, n = shape[d] ?? 0; i < n; i++) {
      walk(d + 1, position + i * step);
    }
  };
  walk(0, offset);
}

function gather(source: TypedArray, tensor: Tensor, target: TypedArray): void {
  const { shape, strides } = tensor;
  const last = shape.length - 1;
  const inner = shape[last] ?? 1;
  const step = strides[last] ?? 1;
  let i = 0;
  const outer = new Tensor(tensor.storage, shape.slice(0, -1), {
    strides: strides.slice(0, -1),
    offset: tensor.offset
  });
  forEachOffset(outer, position => {
    for (let k = 0; k < inner; k++) {
      target[i++] = source[position + k * step] ?? 0;
    }
  });
}

function functionNamed(target: string) {
  const fn = lookupFunction(target);
  if (!fn) {
    throw new Error(`The operator table has no ${target}; import 'fxquant', not a part of it`);
  }
  return fn;
}

function operator(name: string, ...args: unknown[]): Tensor {
  return call(functionNamed(`operator.${name}`), args) as Tensor;
}

/** Calls a method under PyTorch's name; a trailing plain object holds keyword arguments. */
function method(self: Tensor, name: string, args: readonly unknown[]): unknown {
  const last = args.at(-1);
  if (!isPlainObject(last)) {
    return callMethod(snakeCase(name), [self, ...given(args)], {});
  }
  const kwargs: Kwargs = Object.fromEntries(
    Object.entries(last)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [snakeCase(key), value])
  );
  return callMethod(snakeCase(name), [self, ...given(args.slice(0, -1))], kwargs);
}

/** Arguments up to the last one that was given. */
function given(args: readonly unknown[]): readonly unknown[] {
  let end = args.length;
  while (end > 0 && args[end - 1] === undefined) {
    end -= 1;
  }
  return end === args.length ? args : args.slice(0, end);
}

/**
 * Puts a method of the table on the prototype, where tracing proxies find it too: `masked_fill_` becomes
 * `maskedFill_`. What the class defines itself stays.
 */
export function installMethod(pythonName: string): void {
  const name = pythonName.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  if (name in Tensor.prototype) {
    return;
  }
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...args: unknown[]): unknown {
      return method(this, pythonName, args);
    },
    writable: true,
    configurable: true
  });
}
