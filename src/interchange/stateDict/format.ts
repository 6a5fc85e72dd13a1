// State dicts as files: the tags that say what plain tensors of a safetensors file stand for. Described for readers
// and writers in other languages in docs/state-dicts.md.

import type { DType } from '../../tensor';
import * as packed from '../../tensor/quantized/packed';

/** Key of `__metadata__` under which a file says what its parts are. */
export const TAGS_KEY = 'fxquant.state_dict';
export const VERSION = 1;

/** What stands at a key that is no plain tensor. Parts of it are tensors, or tagged again, under `KEY#PART`. */
export type Tag =
  | { readonly tag: 'quantized'; readonly dtype: string; readonly qscheme: string; readonly axis?: number }
  | { readonly tag: 'packed'; readonly kind: string; readonly options?: unknown }
  | { readonly tag: 'tuple'; readonly length: number }
  | { readonly tag: 'value'; readonly value: string | number | boolean | null };

export interface TagDocument {
  readonly version: number;
  /** Every key of the state, in its order. */
  readonly keys: readonly string[];
  readonly tags: Readonly<Record<string, Tag>>;
}

/** Packed weights by the name they have in files. Parts are their tensors; a null bias is a tagged part. */
export const PACKED = {
  linear: packed.LinearPackedParams,
  linear_fp16: packed.LinearPackedParamsFp16,
  conv: packed.ConvPackedParams,
  embedding: packed.EmbeddingPackedParams,
  cell: packed.CellPackedParams
} as const satisfies Record<string, new (...args: never[]) => packed.PackedParams>;

/** What the integers of a quantized dtype are without their scale. */
export const REPRESENTATION: { readonly [dtype in DType]?: DType } = {
  quint8: 'uint8',
  qint8: 'int8',
  qint32: 'int32',
  quint4x2: 'uint8'
};

/** What JSON holds as it is. */
export function isPlainValue(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
