// The entries of one module's state: how each is read, checked and set. Modules list theirs in `stateFields`.

import { asConv1d, ConvPackedParams, isPackedParams, type PackedParams } from '../../tensor/quantized/packed';
import { Tensor } from '../../tensor/tensor';
import type { ModuleBase } from '../module';
import { describe, type StateValue } from './dict';

/** One entry of a module's own state: how it is read, and what may be put there. */
export interface StateField {
  /** Key below the module; may have dots (`_packed_params.dtype`). */
  readonly name: string;
  /** May be absent from what is loaded: PyTorch does not write it, or not always. */
  readonly optional?: boolean;
  /** What holds the value: fields of one owner are one value under several keys (tied weights, shared observers). */
  readonly owner: object;
  /** The value as it is now. */
  get(): StateValue;
  /**
   * Checks a value for this field and returns what assigns it.
   * @throws Error saying what was expected.
   */
  accept(value: StateValue): () => void;
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
    accept(given) {
      const isFlat = current instanceof ConvPackedParams && current.options.dims === 1;
      const value = given instanceof ConvPackedParams && isFlat ? asConv1d(given) : given;
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

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, d) => size === b[d]);
