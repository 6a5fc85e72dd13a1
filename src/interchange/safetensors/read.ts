// Reading the safetensors format: eight bytes with the header's length, a JSON header, then the numbers. Files come
// from anywhere, so every claim of the header is checked before anything is allocated.

import { fromData, type Tensor } from '../../tensor';
import { repeatedKey } from './keys';
import { FORMATS, MAX_DIMENSIONS, MAX_HEADER_BYTES, METADATA_KEY, SafetensorsError, show } from './format';

/** What reading a file may be told. */
export interface ReadOptions {
  /** Name of the file, for error messages. */
  readonly source?: string | undefined;
}

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: number[];
  readonly start: number;
  readonly end: number;
}

/** A file's tensors by name, in the header's order, and the texts it keeps beside them. */
export interface SafetensorsFile {
  readonly tensors: Map<string, Tensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads every tensor of a file: weights that PyTorch's `safetensors.torch.save_file` wrote, for one.
 * @throws SafetensorsError naming the file, where given, the tensor and the number that is wrong.
 */
export function parseSafetensors(file: Uint8Array, options: ReadOptions = {}): Map<string, Tensor> {
  return readSafetensors(file, options).tensors;
}

/** As `parseSafetensors`, with the file's metadata. */
export function readSafetensors(file: Uint8Array, options: ReadOptions = {}): SafetensorsFile {
  return new Reader(file, options.source).read();
}

class Reader {
  constructor(
    private readonly file: Uint8Array,
    private readonly source: string | undefined
  ) {}

  read(): SafetensorsFile {
    if (!ArrayBuffer.isView(this.file) || this.file.BYTES_PER_ELEMENT !== 1) {
      return this.fail('expected the bytes of a file as a Uint8Array, such as readFileSync returns');
    }
    const { header, dataStart } = this.header();
    const dataLength = this.file.length - dataStart;
    const entries = [...header]
      .filter(([name]) => name !== METADATA_KEY)
      .map(([name, value]) => this.entry(name, value, dataLength));
    this.requireWholeCover(entries, dataLength);
    const tensors = new Map<string, Tensor>();
    for (const { name, dtype, shape, start, end } of entries) {
      const format = FORMATS[dtype] as (typeof FORMATS)[string];
      // Not `file.slice`: Node's Buffer overrides it to return a view.
      const bytes = Uint8Array.prototype.slice.call(this.file, dataStart + start, dataStart + end);
      tensors.set(name, fromData(format.read(bytes.buffer), shape, format.dtype));
    }
    return { tensors, metadata: this.metadata(header.get(METADATA_KEY)) };
  }

  private fail(message: string, tensor?: string): never {
    throw new SafetensorsError(message, tensor, this.source);
  }

  private header(): { header: Map<string, unknown>; dataStart: number } {
    const { file } = this;
    if (file.length < 8) {
      return this.fail(`the file has ${file.length} bytes; a header needs 8 at least`);
    }
    const length = Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
    if (length > MAX_HEADER_BYTES || length > file.length - 8) {
      return this.fail(
        `the header claims ${length} bytes, the file has ${file.length - 8}; it is truncated or of another format`
      );
    }
    let text: string;
    let parsed: unknown;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, 8 + length));
      parsed = JSON.parse(text);
    } catch (error) {
      return this.fail(`the header is no JSON: ${(error as Error).message}`);
    }
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      return this.fail('the header is no JSON object');
    }
    const repeated = repeatedKey(text);
    if (repeated !== undefined) {
      return this.fail('it stands in the header twice', repeated);
    }
    return { header: new Map(Object.entries(parsed)), dataStart: 8 + length };
  }

  private metadata(value: unknown): Map<string, string> {
    if (value === undefined || value === null) {
      return new Map();
    }
    const entries = typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : undefined;
    if (!entries?.every((entry): entry is [string, string] => typeof entry[1] === 'string')) {
      return this.fail(`${METADATA_KEY} must hold texts only`);
    }
    return new Map(entries);
  }

  private entry(name: string, value: unknown, dataLength: number): Entry {
    if (typeof value !== 'object' || value === null) {
      return this.fail('its entry is no object', name);
    }
    const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>;
    const format = typeof dtype === 'string' && Object.hasOwn(FORMATS, dtype) ? FORMATS[dtype] : undefined;
    if (!format || typeof dtype !== 'string') {
      return this.fail(
        `dtype ${show(dtype)} is not supported; one of ${Object.keys(FORMATS).join(', ')}`,
        name
      );
    }
    if (!isSizes(shape) || shape.length > MAX_DIMENSIONS) {
      return this.fail(`shape ${show(shape)} is no list of at most ${MAX_DIMENSIONS} sizes`, name);
    }
    if (!isSizes(offsets) || offsets.length !== 2) {
      return this.fail(`data_offsets ${show(offsets)} is no pair of positions`, name);
    }
    const [start, end] = offsets as [number, number];
    if (start > end || end > dataLength) {
      const has = `the file has ${dataLength} bytes of data; it is truncated`;
      return this.fail(`its bytes are ${start} to ${end}, but ${has}`, name);
    }
    const expected = shape.reduce((total, size) => total * size, format.bytes);
    if (expected !== end - start) {
      const needs = `shape [${shape.join(', ')}] of ${dtype} needs ${expected} bytes`;
      return this.fail(`${needs}, its range has ${end - start}`, name);
    }
    return { name, dtype, shape, start, end };
  }

  /** Every byte belongs to one tensor, as the format demands: no overlap, no gap, nothing behind the last. */
  private requireWholeCover(entries: readonly Entry[], dataLength: number): void {
    const sorted = [...entries].sort((a, b) => a.start - b.start || a.end - b.end);
    let end = 0;
    sorted.forEach((entry, i) => {
      if (entry.start < end) {
        this.fail(`its bytes overlap those of '${sorted[i - 1]?.name ?? ''}'`, entry.name);
      }
      if (entry.start > end) {
        this.fail(`bytes ${end} to ${entry.start} before it belong to no tensor`, entry.name);
      }
      end = entry.end;
    });
    if (end < dataLength) {
      this.fail(`bytes ${end} to ${dataLength} of the data belong to no tensor; the header is incomplete`);
    }
  }
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(v => Number.isSafeInteger(v) && (v as number) >= 0);
}
