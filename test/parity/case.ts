// One recorded run of PyTorch: the JSON and the tensors beside it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { interchange } from '../../src';
import { parseSafetensors, type Tensor } from '../../src';

export interface RecordedObserver {
  readonly type: string;
  readonly dtype: { readonly enum: string };
  readonly qscheme?: { readonly enum: string };
  readonly quant_min?: number | null;
  readonly quant_max?: number | null;
}

export interface Case {
  readonly name: string;
  readonly mode: 'static' | 'dynamic' | 'weight_only' | 'qat';
  readonly backend: 'fbgemm' | 'qnnpack';
  readonly modules: readonly interchange.RecordedModule[];
  readonly calibration_batches: number;
  readonly qconfig_mapping: interchange.RecordedMapping;
  readonly custom_config: interchange.RecordedCustomConfig & {
    readonly standalone_module_name: readonly string[];
  };
  readonly float: { readonly nodes: readonly interchange.RecordedNode[] };
  readonly prepared: {
    readonly nodes: readonly interchange.RecordedNode[];
    readonly observers: Readonly<Record<string, RecordedObserver>>;
  };
  readonly reference: { readonly nodes?: readonly interchange.RecordedNode[]; readonly error?: string };
  readonly quantized: {
    readonly nodes: readonly interchange.RecordedNode[];
    readonly modules: Readonly<
      Record<string, { readonly type: string; readonly scale?: number; readonly zero_point?: number }>
    >;
  };
  readonly accuracy?: { readonly test_images: number; readonly float: number; readonly int8: number };
  readonly tensors: ReadonlyMap<string, Tensor>;
}

export function readCase(directory: string, name: string): Case {
  const document = JSON.parse(readFileSync(join(directory, `${name}.json`), 'utf8')) as Omit<Case, 'tensors'>;
  const tensors = parseSafetensors(readFileSync(join(directory, `${name}.safetensors`)));
  return { ...document, name, tensors };
}

/** `prefix/0`, `prefix/1` … in order. */
export function tensorList(tensors: ReadonlyMap<string, Tensor>, prefix: string): Tensor[] {
  const list: Tensor[] = [];
  for (let value = tensors.get(`${prefix}/0`); value; value = tensors.get(`${prefix}/${list.length}`)) {
    list.push(value);
  }
  return list;
}

/** The tensors of a prefix, by what follows it. */
export function under(tensors: ReadonlyMap<string, Tensor>, prefix: string): Map<string, Tensor> {
  const found = [...tensors].filter(([key]) => key.startsWith(prefix));
  return new Map(found.map(([key, value]) => [key.slice(prefix.length), value]));
}
