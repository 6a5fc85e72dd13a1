// Where a tensor's numbers live. Nothing outside this folder keeps a typed array across an operator call:
// a storage in WebAssembly memory hands out a fresh view each time, since growing that memory detaches views.

import type { DType } from './dtype';

export type TypedArray =
  Float32Array | Float64Array | Int32Array | Int16Array | Int8Array | Uint8Array | Uint16Array;

export interface Storage {
  readonly dtype: DType;
  /** Number of elements. */
  readonly length: number;
  /** The elements, valid until the next operator call. */
  view(): TypedArray;
}

const ARRAY_TYPES = {
  float32: Float32Array,
  float64: Float64Array,
  /** Values of half precision, held as float32. */
  float16: Float32Array,
  /** Whole numbers up to 2^53, held as float64. */
  int64: Float64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  quint8: Uint8Array,
  qint8: Int8Array,
  qint32: Int32Array,
  /** One value per byte in memory; packed two to a byte in files. */
  quint4x2: Uint8Array
} satisfies Record<DType, new (length: number) => TypedArray>;

/** A storage on the JavaScript heap. */
export class HeapStorage implements Storage {
  constructor(
    readonly dtype: DType,
    private readonly array: TypedArray
  ) {}

  get length(): number {
    return this.array.length;
  }

  view(): TypedArray {
    return this.array;
  }
}

/** Zeroed elements of `dtype`. */
export function allocate(dtype: DType, length: number): Storage {
  return new HeapStorage(dtype, new ARRAY_TYPES[dtype](length));
}

/** A storage over numbers that are already there; copied only where the array type does not fit `dtype`. */
export function storageFrom(dtype: DType, values: TypedArray | readonly number[]): Storage {
  const ArrayType = ARRAY_TYPES[dtype];
  return new HeapStorage(dtype, values instanceof ArrayType ? values : ArrayType.from(values));
}
