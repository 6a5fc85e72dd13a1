// State dicts: what a module holds, by PyTorch's keys, and putting it back. Loading is all or nothing: everything is
// checked first, then assigned. PyTorch: `Module.state_dict`, `Module.load_state_dict`.

import type { DType } from '../tensor/dtype';
import { isPackedParams, type PackedParams } from '../tensor/quantized/packed';
import { Tensor } from '../tensor/tensor';
import type { ModuleBase } from './module';

/**
 * What may stand in a state dict. Tensors mostly; quantized models also have dtypes and qschemes (by name), packed
 * weights, pairs of weight and bias, and null for a bias that is not there.
 */
export type StateValue = Tensor | PackedParams | string | number | boolean | null | readonly StateValue[];

/** A state by dotted keys, in PyTorch's order. A Map that knows which of its values are tensors. */
export class StateDict extends Map<string, StateValue> {
  /** The tensor at `key`. @throws TypeError for a key that is absent or holds something else. */
  tensor(key: string): Tensor {
    const value = this.get(key);
    if (!(value instanceof Tensor)) {
      throw new TypeError(
        this.has(key) ? `State '${key}' is ${describe(value)}, not a tensor` : `State has no '${key}'`
      );
    }
    return value;
  }

  /** The entries that are tensors: of a float model, all. */
  tensors(): Map<string, Tensor> {
    return new Map([...this].filter((entry): entry is [string, Tensor] => entry[1] instanceof Tensor));
  }

  /** Bytes of all tensors, those inside packed weights too; what stands under several keys counts once. */
  get byteLength(): number {
    const tensors = new Set([...this.values()].flatMap(tensorsOf));
    return [...tensors].reduce((sum, t) => sum + Math.ceil(t.numel() * itemBytes(t.dtype)), 0);
  }
}

function tensorsOf(value: StateValue): Tensor[] {
  if (value instanceof Tensor) {
    return [value];
  }
  if (isPackedParams(value)) {
    return (Object.values(value) as StateValue[]).flatMap(part => tensorsOf(part));
  }
  return Array.isArray(value) ? (value as readonly StateValue[]).flatMap(tensorsOf) : [];
}

const ITEM_BYTES: { readonly [D in DType]: number } = {
  float32: 4,
  float64: 8,
  float16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
  quint8: 1,
  qint8: 1,
  qint32: 4,
  quint4x2: 0.5
};

const itemBytes = (dtype: DType): number => ITEM_BYTES[dtype];

/** One entry of a module's own state: how it is read, and what may be put there. */
export interface StateField {
  /** Key below the module; may have dots (`_packed_params.dtype`). */
  readonly name: string;
  /** May be absent from what is loaded: PyTorch does not write it, or not always. */
  readonly optional?: boolean;
  /** What holds the value: fields of one owner are one value under several keys (tied weights, shared observers). */
  readonly owner: object;
  get(): StateValue;
  /**
   * Checks a value for this field and returns what assigns it.
   * @throws Error saying what was expected.
   */
  accept(value: StateValue): () => void;
}

/** What `loadStateDict` could not match. PyTorch: the result of `load_state_dict`. */
export interface IncompatibleKeys {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
}

/** A state dict that does not fit its model. Nothing was loaded. */
export class StateDictError extends Error implements IncompatibleKeys {
  override readonly name = 'StateDictError';
  constructor(
    message: string,
    readonly missing: readonly string[],
    readonly unexpected: readonly string[],
    /** Keys whose value has another shape, dtype or kind than the model's, with what was expected. */
    readonly mismatched: ReadonlyMap<string, string>
  ) {
    super(message);
  }
}

/** A parameter or buffer of `module`. With `resizes`, its dimensions take the sizes of what is loaded. */
export function tensorField(
  module: ModuleBase,
  name: string,
  rule: { readonly optional?: boolean; readonly resizes?: boolean } = {}
): StateField {
  const tensor = Reflect.get(module, name) as Tensor;
  return {
    name,
    optional: rule.optional ?? false,
    owner: tensor,
    get: () => tensor,
    accept(value) {
      const source = requireTensor(value);
      if ((source.quantizer === null) !== (tensor.quantizer === null)) {
        throw new TypeError(`expected ${describe(tensor)}, got ${describe(source)}`);
      }
      if (rule.resizes && source.ndim === tensor.ndim && !sameShape(source.shape, tensor.shape)) {
        const resized = (source.dtype === tensor.dtype ? source : source.to(tensor.dtype)).clone();
        return () => Reflect.set(module, name, resized);
      }
      // PyTorch 0.3 wrote what has no dimensions as one element.
      const fitted = tensor.ndim === 0 && source.numel() === 1 ? source.reshape([]) : source;
      requireShape(fitted, tensor.shape);
      if (tensor.quantizer) {
        requireDType(fitted, tensor.dtype);
        return () => Reflect.set(module, name, fitted);
      }
      return () => tensor.copyFrom(fitted);
    }
  };
}

/** Something a class has, and a file must agree with: the dtype of packed weights. */
export function constantField(owner: object, name: string, constant: StateValue): StateField {
  return {
    name,
    owner,
    get: () => constant,
    accept(value) {
      if (value !== constant) {
        throw new TypeError(`expected ${describe(constant)}, got ${describe(value)}`);
      }
      return () => undefined;
    }
  };
}

/** A packed weight in attribute `name` of `module`. */
export function packedField(module: ModuleBase, name: string): StateField {
  const current = Reflect.get(module, name) as PackedParams;
  return {
    name,
    owner: module,
    get: () => current,
    accept(value) {
      if (!isPackedParams(value) || value.constructor !== current.constructor) {
        throw new TypeError(`expected ${describe(current)}, got ${describe(value)}`);
      }
      requireSameParts(value, current);
      return () => Reflect.set(module, name, value);
    }
  };
}

/** `value` as the quantized weight that takes the place of `current`. @throws TypeError unless shape and dtype agree. */
export function acceptWeight(value: StateValue | undefined, current: Tensor): Tensor {
  const weight = requireTensor(value ?? null);
  requireDType(weight, current.dtype);
  requireShape(weight, current.shape);
  return weight;
}

/** `value` as the bias of a layer with `channels` outputs, or null. @throws TypeError for anything else. */
export function acceptBias(value: StateValue | undefined, channels: number): Tensor | null {
  if (value === null || value === undefined) {
    return null;
  }
  const bias = requireTensor(value);
  requireShape(bias, [channels]);
  return bias;
}

/** Weights of packed values, however deep, have the same dtypes and shapes. */
function requireSameParts(value: PackedParams, current: PackedParams): void {
  const weights = (p: PackedParams): Tensor[] =>
    'weight' in p ? [p.weight] : [p.ih, p.hh, p.hr].flatMap(part => (part ? weights(part) : []));
  const [given, wanted] = [weights(value), weights(current)];
  if (given.length !== wanted.length) {
    throw new TypeError(`expected ${wanted.length} weights, got ${given.length}`);
  }
  given.forEach((weight, i) => acceptWeight(weight, wanted[i] as Tensor));
}

function requireTensor(value: StateValue): Tensor {
  if (!(value instanceof Tensor)) {
    throw new TypeError(`expected a tensor, got ${describe(value)}`);
  }
  return value;
}

function requireShape(tensor: Tensor, shape: readonly number[]): void {
  if (!sameShape(tensor.shape, shape)) {
    throw new TypeError(`expected shape [${shape.join(', ')}], got [${tensor.shape.join(', ')}]`);
  }
}

function requireDType(tensor: Tensor, dtype: string): void {
  if (tensor.dtype !== dtype) {
    throw new TypeError(`expected ${dtype}, got ${tensor.dtype}`);
  }
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, d) => size === b[d]);

/** A value in words. */
export function describe(value: StateValue | undefined): string {
  if (value instanceof Tensor) {
    return `a ${value.quantizer ? 'quantized' : 'plain'} tensor [${value.shape.join(', ')}] of ${value.dtype}`;
  }
  if (isPackedParams(value)) {
    return value.constructor.name;
  }
  return Array.isArray(value) ? `a list of ${value.length}` : value === null ? 'nothing' : String(value);
}

/** A field under its full key. */
export type KeyedField = readonly [key: string, field: StateField];

/**
 * Loads `state` into `fields`.
 * @param who the model's class, for the error.
 * @throws StateDictError for values that do not fit, and with `strict` for missing and unexpected keys, and for values
 *   that differ under keys which are one value here. Nothing has been assigned then.
 */
export function loadFields(
  who: string,
  fields: readonly KeyedField[],
  state: ReadonlyMap<string, StateValue>,
  strict: boolean
): IncompatibleKeys {
  const mismatched = new Map<string, string>();
  const assignments: (() => void)[] = [];
  const loaded = new Map<object, Map<string, string>>();
  for (const [key, field] of fields) {
    const value = state.get(key);
    if (value === undefined) {
      continue;
    }
    const sameOwner = loaded.get(field.owner) ?? new Map<string, string>();
    loaded.set(field.owner, sameOwner);
    const localName = field.owner instanceof Tensor ? '' : field.name;
    const before = sameOwner.get(localName);
    if (strict && before !== undefined && !sameValue(value, state.get(before))) {
      mismatched.set(key, `is one value with '${before}' in this model, the file has two different ones`);
    }
    sameOwner.set(localName, key);
    try {
      assignments.push(field.accept(value));
    } catch (error) {
      mismatched.set(key, (error as Error).message);
    }
  }
  const known = new Set(fields.map(([key]) => key));
  const isLoaded = ({ owner, name }: StateField) =>
    loaded.get(owner)?.has(owner instanceof Tensor ? '' : name) ?? false;
  const missing = fields.filter(([, f]) => !f.optional && !isLoaded(f)).map(([key]) => key);
  const unexpected = [...state.keys()].filter(key => !known.has(key));
  if (mismatched.size > 0 || (strict && missing.length + unexpected.length > 0)) {
    const message = explain(who, missing, unexpected, mismatched);
    throw new StateDictError(message, missing, unexpected, mismatched);
  }
  assignments.forEach(assign => assign());
  return { missing, unexpected };
}

function sameValue(a: StateValue, b: StateValue | undefined): boolean {
  if (a instanceof Tensor && b instanceof Tensor) {
    const [x, y] = [a.data(), b.data()];
    return sameShape(a.shape, b.shape) && x.every((value: number, i: number) => Object.is(value, y[i]));
  }
  return a === b || typeof a === 'object';
}

function explain(
  who: string,
  missing: readonly string[],
  unexpected: readonly string[],
  mismatched: ReadonlyMap<string, string>
): string {
  const mismatches = [...mismatched].map(([key, problem]) => `${key}: ${problem}`);
  const parts = [
    ...(mismatches.length > 0 ? [`values that do not fit: ${some(mismatches, '; ')}`] : []),
    `missing keys: ${some(missing)}`,
    `unexpected keys: ${some(unexpected)}`
  ];
  const remedy = remedyFor(missing, unexpected, mismatches.length > 0);
  return `loadStateDict for ${who}: ${parts.join('; ')}. ${remedy}`;
}

/** Lists as many as can be read; the error object has them all. */
function some(items: readonly string[], separator = ', '): string {
  const shown = items.length > 20 ? [...items.slice(0, 20), `and ${items.length - 20} more`] : items;
  return shown.join(separator) || 'none';
}

function remedyFor(missing: readonly string[], unexpected: readonly string[], mismatches: boolean): string {
  if (unexpected.some(key => /#(int|\d+|weight)$/.test(key))) {
    return 'The file holds quantized values: read it with parseStateDict.';
  }
  const prefix = /^\w+\./.exec(unexpected[0] ?? '')?.[0];
  if (prefix && missing.length > 0 && missing.every(key => unexpected.includes(prefix + key))) {
    return `The keys given start with '${prefix}': remove it from them.`;
  }
  return mismatches
    ? 'Nothing was loaded: the model must be built with the sizes of the one that was saved.'
    : 'Pass { strict: false } to load what matches.';
}
