// Recorded values: a tensor under its key, a quantized one as integers and qparams, a tuple as `KEY.0`, `KEY.1` …,
// a dictionary as `KEY.name`.

import { Tensor, tuple, type DType, type Quantizer } from '../../src';
import { fromData } from '../../src/tensor';

export type Tensors = ReadonlyMap<string, Tensor>;

/** The value under `key`, or undefined where nothing of it was recorded. */
export function readValue(tensors: Tensors, key: string): unknown {
  const plain = tensors.get(key) ?? readQuantized(tensors, key);
  if (plain) {
    return plain;
  }
  const names = partsOf(tensors, key);
  if (names.length === 0) {
    return undefined;
  }
  const parts = names.map(name => readValue(tensors, `${key}.${name}`));
  return names.every((name, i) => name === String(i))
    ? tuple(...parts)
    : Object.fromEntries(names.map((name, i) => [name, parts[i]]));
}

/** Integers with their scale and zero point, or those of each channel; undefined without either. */
export function readQuantized(tensors: Tensors, key: string): Tensor | undefined {
  const part = (name: string): number[] | undefined => {
    const tensor = tensors.get(`${key}#${name}`);
    return tensor && [...tensor.data()];
  };
  const integers = tensors.get(`${key}#int`);
  const [scales, zeroPoints] = [part('scales'), part('zero_points')];
  const [scale, zeroPoint] = part('qparams') ?? [];
  const quantizer: Quantizer | undefined =
    scales && zeroPoints
      ? { qscheme: 'per_channel_affine', scales, zeroPoints, axis: 0 }
      : scale !== undefined && zeroPoint !== undefined
        ? { qscheme: 'per_tensor_affine', scales: [scale], zeroPoints: [zeroPoint] }
        : undefined;
  if (!integers || !quantizer) {
    return undefined;
  }
  const { storage } = fromData(integers.data(), integers.shape, quantizedDType(integers.dtype));
  return new Tensor(storage, integers.shape, { quantizer });
}

function quantizedDType(dtype: DType): DType {
  return dtype === 'uint8' ? 'quint8' : dtype === 'int8' ? 'qint8' : 'qint32';
}

/** Names one level below `key`, in the order of a tuple or as recorded. */
function partsOf(tensors: Tensors, key: string): string[] {
  const names = new Set<string>();
  for (const name of tensors.keys()) {
    if (name.startsWith(`${key}.`)) {
      names.add(name.slice(key.length + 1).split(/[.#]/)[0] as string);
    }
  }
  const all = [...names];
  return all.every(name => /^\d+$/.test(name)) ? all.sort((a, b) => Number(a) - Number(b)) : all;
}

/** `prefix/0`, `prefix/1` … in order; a value that is no tensor was not recorded, and stays undefined. */
export function readInputs(tensors: Tensors, prefix: string): unknown[] {
  const count = Math.max(
    -1,
    ...[...tensors.keys()].map(key =>
      key.startsWith(`${prefix}/`) ? Number.parseInt(key.slice(prefix.length + 1), 10) : -1
    )
  );
  return Array.from({ length: count + 1 }, (_, i) => readValue(tensors, `${prefix}/${i}`));
}

/** A copy of the tensors in a value, as they lie in memory: operators in place must not change what was kept. */
export function cloneValue(value: unknown): unknown {
  if (value instanceof Tensor) {
    const all = value.storage.view();
    const { storage } = fromData(all.slice(), [all.length], value.dtype);
    const { strides, offset, quantizer } = value;
    return new Tensor(storage, value.shape, { strides, offset, quantizer });
  }
  return Array.isArray(value) ? tuple(...value.map(cloneValue)) : value;
}

/** The tensors in a value, each under the key it is recorded by. */
export function flattenValue(value: unknown, key: string): [string, Tensor][] {
  if (value instanceof Tensor) {
    return [[key, value]];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => flattenValue(item, `${key}.${i}`));
  }
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([k, v]) => flattenValue(v, `${key}.${k}`))
    : [];
}
