// One recorded run of PyTorch: the JSON and the tensors beside it. What a file claims is checked as far as the
// replay relies on it, so that a damaged one is a failed case with a reason.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { interchange } from '../../src';
import { parseSafetensors, type QuantizedEngine, type Tensor } from '../../src';

const ENGINES: readonly QuantizedEngine[] = ['fbgemm', 'x86', 'onednn', 'qnnpack'];

export interface RecordedObserver {
  readonly type: string;
  /** Class of the observer inside a fake-quantize module, else the same as `type`. */
  readonly observer?: string;
  readonly [setting: string]: unknown;
}

export interface RecordedQuantizedModule {
  readonly type: string;
  readonly scale?: number;
  readonly zero_point?: number;
}

export interface Case {
  readonly name: string;
  readonly mode: 'static' | 'dynamic' | 'weight_only' | 'qat';
  readonly backend: QuantizedEngine;
  /** Name of the backend config; absent where the default one was used. */
  readonly backend_config?: string;
  readonly modules: readonly interchange.RecordedModule[];
  readonly calibration_batches: number;
  readonly qconfig_mapping: interchange.RecordedMapping;
  readonly custom_config: interchange.RecordedCustomConfig;
  /** Given to convert as well. */
  readonly convert_qconfig_mapping?: interchange.RecordedMapping;
  readonly float: { readonly nodes: readonly interchange.RecordedNode[] };
  readonly prepared: {
    readonly nodes: readonly interchange.RecordedNode[];
    readonly observers: Readonly<Record<string, RecordedObserver>>;
  };
  readonly reference: { readonly nodes?: readonly interchange.RecordedNode[]; readonly error?: string };
  readonly quantized: {
    readonly nodes: readonly interchange.RecordedNode[];
    readonly modules: Readonly<Record<string, RecordedQuantizedModule>>;
  };
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** @throws Error saying which file is damaged and how. */
export function readCase(directory: string, name: string): Case {
  const document = readDocument(join(directory, `${name}.json`));
  const tensors = parseSafetensors(readFileSync(join(directory, `${name}.safetensors`)));
  return { ...document, name, tensors };
}

function readDocument(file: string): Omit<Case, 'tensors'> {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} is no JSON: ${(error as Error).message}`);
  }
  const lacks = (what: string) => new Error(`${file} is no recorded case: ${what}`);
  const at = (path: string): unknown =>
    path.split('.').reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), document);
  for (const path of ['modules', 'float.nodes', 'prepared.nodes', 'quantized.nodes']) {
    const list = at(path);
    if (!Array.isArray(list) || !list.every(isObject)) {
      throw lacks(`'${path}' should be a list of objects`);
    }
  }
  for (const path of [
    'qconfig_mapping',
    'custom_config',
    'prepared.observers',
    'reference',
    'quantized.modules'
  ]) {
    if (!isObject(at(path))) {
      throw lacks(`'${path}' should be an object`);
    }
  }
  for (const [path, allowed] of [
    ['mode', ['static', 'dynamic', 'weight_only', 'qat']],
    ['backend', ENGINES]
  ] as const) {
    if (!(allowed as readonly unknown[]).includes(at(path))) {
      throw lacks(`'${path}' is ${JSON.stringify(at(path))}, not one of ${allowed.join(', ')}`);
    }
  }
  if (!Number.isSafeInteger(at('calibration_batches'))) {
    throw lacks("'calibration_batches' should be a number");
  }
  return document as Omit<Case, 'tensors'>;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The tensors of a prefix, by what follows it. */
export function under(tensors: ReadonlyMap<string, Tensor>, prefix: string): Map<string, Tensor> {
  const found = [...tensors].filter(([key]) => key.startsWith(prefix));
  return new Map(found.map(([key, value]) => [key.slice(prefix.length), value]));
}
