// Test helper: the least of the safetensors format that the golden files need; trusts its input.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const GOLDEN = join(__dirname, '../../golden');

export interface Tensors {
  header: { [key: string]: { dtype: string; shape: number[]; data_offsets: [number, number] } };
  bytes: Buffer;
}
export function tensors(name: string): Tensors {
  const file = readFileSync(join(GOLDEN, `${name}.safetensors`));
  const length = Number(file.readBigUInt64LE(0));
  return {
    header: JSON.parse(file.subarray(8, 8 + length).toString('utf8')) as Tensors['header'],
    bytes: file.subarray(8 + length)
  };
}
export function values(from: Tensors, key: string): number[] {
  const entry = from.header[key];
  if (!entry) return [];
  const data = from.bytes.subarray(...entry.data_offsets);
  const read = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const size = { F32: 4, I32: 4, I64: 8, F64: 8, U8: 1 }[entry.dtype] ?? 4;
  return Array.from({ length: data.byteLength / size }, (_, i) =>
    entry.dtype === 'F32'
      ? read.getFloat32(i * 4, true)
      : entry.dtype === 'I64'
        ? Number(read.getBigInt64(i * 8, true))
        : entry.dtype === 'F64'
          ? read.getFloat64(i * 8, true)
          : read.getInt32(i * size, true)
  );
}
