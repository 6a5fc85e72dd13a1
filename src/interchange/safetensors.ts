// The safetensors format: eight bytes with the header's length, a JSON header, then the numbers. Files come
// from anywhere, so every claim of the header is checked before anything is allocated.

import { fromData, type DType, type Tensor } from '../tensor';
import type { TypedArray } from '../tensor/storage';

/** A header of a real model is far below this; a larger one is a corrupt length. */
const MAX_HEADER_BYTES = 100_000_000;

export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';
  constructor(
    message: string,
    /** The tensor the message is about, where there is one. */
    readonly tensor?: string
  ) {
    super(tensor === undefined ? `safetensors: ${message}` : `safetensors: tensor '${tensor}': ${message}`);
  }
}

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly start: number;
  readonly end: number;
}

interface Format {
  readonly dtype: DType;
  readonly bytes: number;
  /** Gets a buffer of its own, so that elements are aligned. */
  read(buffer: ArrayBuffer): TypedArray;
}

const FORMATS: { readonly [name: string]: Format } = {
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
  BOOL: { dtype: 'bool', bytes: 1, read: b => new Uint8Array(b) }
};

/**
 * Reads every tensor of a file.
 * @throws SafetensorsError naming the tensor and the number that is wrong.
 */
export function parseSafetensors(file: Uint8Array): Map<string, Tensor> {
  const [header, dataStart] = parseHeader(file);
  const entries = [...header].map(
    ([name, value]) => [name, checkEntry(name, value, file.length - dataStart)] as const
  );
  refuseOverlaps(entries);
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype, shape, start, end }] of entries) {
    const format = FORMATS[dtype] as Format;
    // Not `file.slice`: Node's Buffer overrides it to return a view.
    const bytes = Uint8Array.prototype.slice.call(file, dataStart + start, dataStart + end);
    tensors.set(name, fromData(format.read(bytes.buffer), shape, format.dtype));
  }
  return tensors;
}

function parseHeader(file: Uint8Array): [Map<string, unknown>, number] {
  if (file.length < 8) {
    throw new SafetensorsError(`the file has ${file.length} bytes; a header needs 8 at least`);
  }
  const length = Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES || length > file.length - 8) {
    throw new SafetensorsError(
      `the header claims ${length} bytes, the file has ${file.length - 8}; it is truncated or of another format`
    );
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, 8 + length)));
  } catch (error) {
    throw new SafetensorsError(`the header is no JSON: ${(error as Error).message}`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new SafetensorsError('the header is no JSON object');
  }
  const entries = Object.entries(parsed).filter(([name]) => name !== '__metadata__');
  return [new Map(entries), 8 + length];
}

function checkEntry(name: string, value: unknown, dataLength: number): Entry {
  if (typeof value !== 'object' || value === null) {
    throw new SafetensorsError('its entry is no object', name);
  }
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>;
  const format = typeof dtype === 'string' && Object.hasOwn(FORMATS, dtype) ? FORMATS[dtype] : undefined;
  if (!format || typeof dtype !== 'string') {
    const supported = Object.keys(FORMATS).join(', ');
    throw new SafetensorsError(`dtype ${JSON.stringify(dtype)} is not supported; one of ${supported}`, name);
  }
  if (!isSizes(shape)) {
    throw new SafetensorsError(`shape ${JSON.stringify(shape)} is no list of sizes`, name);
  }
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw new SafetensorsError(`data_offsets ${JSON.stringify(offsets)} is no pair of positions`, name);
  }
  const [start, end] = offsets as [number, number];
  if (start > end || end > dataLength) {
    const has = `the file has ${dataLength} bytes of data; it is truncated`;
    throw new SafetensorsError(`its bytes are ${start} to ${end}, but ${has}`, name);
  }
  const expected = shape.reduce((total, size) => total * size, format.bytes);
  if (expected !== end - start) {
    const needs = `shape [${shape.join(', ')}] of ${dtype} needs ${expected} bytes`;
    throw new SafetensorsError(`${needs}, its range has ${end - start}`, name);
  }
  return { dtype, shape, start, end };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(v => Number.isSafeInteger(v) && (v as number) >= 0);
}

function refuseOverlaps(entries: readonly (readonly [string, Entry])[]): void {
  const sorted = [...entries].sort(([, a], [, b]) => a.start - b.start || a.end - b.end);
  sorted.forEach(([name, entry], i) => {
    const before = sorted[i - 1];
    if (before && entry.start < before[1].end && entry.end > entry.start) {
      throw new SafetensorsError(`its bytes overlap those of '${before[0]}'`, name);
    }
  });
}

type Writer = readonly [name: string, write: (values: TypedArray) => ArrayBufferView];

const WRITERS: { readonly [D in DType]?: Writer } = {
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

/**
 * Writes tensors in the order given. Quantized tensors have no place in the format: write their integers
 * and qparams.
 * @throws SafetensorsError for a dtype the format does not have.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {}
): Uint8Array {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  const chunks: Uint8Array[] = [];
  let position = 0;
  for (const [name, tensor] of tensors) {
    const writer = tensor.quantizer ? undefined : WRITERS[tensor.dtype];
    if (!writer) {
      throw new SafetensorsError(`${tensor.dtype} cannot be written`, name);
    }
    const view = writer[1](tensor.data());
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    header[name] = {
      dtype: writer[0],
      shape: tensor.shape,
      data_offsets: [position, position + bytes.length]
    };
    chunks.push(bytes);
    position += bytes.length;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + headerLength + position).fill(0x20, 8, 8 + headerLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.set(text, 8);
  let offset = 8 + headerLength;
  for (const bytes of chunks) {
    file.set(bytes, offset);
    offset += bytes.length;
  }
  return file;
}

function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) {
    return fraction ? NaN : sign * Infinity;
  }
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** Bits of a number that is already one of half precision. */
function toHalfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) {
    return 0x7e00;
  }
  if (magnitude === Infinity) {
    return sign | 0x7c00;
  }
  if (magnitude < 2 ** -14) {
    return sign | Math.round(magnitude * 2 ** 24);
  }
  const exponent = Math.floor(Math.log2(magnitude));
  return sign | ((exponent + 15) << 10) | Math.round((magnitude / 2 ** exponent - 1) * 1024);
}
