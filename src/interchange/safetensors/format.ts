// What reading and writing safetensors share: the element types with their bytes, and the error.

import type { DType } from '../../tensor';
import type { TypedArray } from '../../tensor/storage';
import { fromHalf, toHalfBits } from './half';

/** A header of a real model is far below this; a larger one is a corrupt length. */
export const MAX_HEADER_BYTES = 100_000_000;
/** As PyTorch has it; more is a corrupt shape. */
export const MAX_DIMENSIONS = 64;
/** The one key of a header that is no tensor. */
export const METADATA_KEY = '__metadata__';

/** Bytes that are no safetensors file, or tensors that cannot be written as one. Names the file, where known, and the tensor. */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';
  constructor(
    message: string,
    /** The tensor the message is about, where there is one. */
    readonly tensor?: string,
    /** The file the bytes came from, where it was given. */
    readonly source?: string
  ) {
    const file = source === undefined ? 'safetensors' : `safetensors file ${source}`;
    super(tensor === undefined ? `${file}: ${message}` : `${file}: tensor '${shorten(tensor)}': ${message}`);
  }
}

/** A text from a file, fit for a message. */
export function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** A value from a file, fit for a message. */
export function show(value: unknown): string {
  if (Array.isArray(value)) {
    return value.length <= 8 && value.every(v => typeof v !== 'object')
      ? JSON.stringify(value)
      : `a list of ${value.length}`;
  }
  return typeof value === 'object' && value !== null
    ? 'an object'
    : shorten(JSON.stringify(value) ?? 'nothing');
}

interface Format {
  readonly dtype: DType;
  readonly bytes: number;
  /** Gets a buffer of its own, so that elements are aligned. */
  read(buffer: ArrayBuffer): TypedArray;
}

/** Element types by the format's name. int64 beyond ±2^53 is rounded; bfloat16 becomes float32. */
export const FORMATS: { readonly [name: string]: Format } = {
  F64: { dtype: 'float64', bytes: 8, read: b => new Float64Array(b) },
  F32: { dtype: 'float32', bytes: 4, read: b => new Float32Array(b) },
  F16: { dtype: 'float16', bytes: 2, read: b => Float32Array.from(new Uint16Array(b), fromHalf) },
  BF16: {
    dtype: 'float32',
    bytes: 2,
    read: b => new Float32Array(Uint32Array.from(new Uint16Array(b), v => v << 16).buffer)
  },
  I64: { dtype: 'int64', bytes: 8, read: b => Float64Array.from(Array.from(new BigInt64Array(b), Number)) },
  I32: { dtype: 'int32', bytes: 4, read: b => new Int32Array(b) },
  I16: { dtype: 'int16', bytes: 2, read: b => new Int16Array(b) },
  I8: { dtype: 'int8', bytes: 1, read: b => new Int8Array(b) },
  U8: { dtype: 'uint8', bytes: 1, read: b => new Uint8Array(b) },
  BOOL: { dtype: 'bool', bytes: 1, read: b => Uint8Array.from(new Uint8Array(b), v => (v ? 1 : 0)) }
};

type Writer = readonly [name: string, write: (values: TypedArray) => ArrayBufferView];

export const WRITERS: { readonly [D in DType]?: Writer } = {
  float64: ['F64', v => Float64Array.from(v)],
  float32: ['F32', v => Float32Array.from(v)],
  float16: ['F16', v => Uint16Array.from(v, toHalfBits)],
  int64: ['I64', v => BigInt64Array.from(Array.from(v, x => BigInt(Math.trunc(x))))],
  int32: ['I32', v => Int32Array.from(v)],
  int16: ['I16', v => Int16Array.from(v)],
  int8: ['I8', v => Int8Array.from(v)],
  uint8: ['U8', v => Uint8Array.from(v)],
  bool: ['BOOL', v => Uint8Array.from(v)]
};
