// How often a storage was written in place: a gradient rule must not read numbers that changed since its call.
// PyTorch: `Tensor._version`.

import type { Storage, TypedArray } from '../storage';
import { Tensor } from '../tensor';

const writes = new WeakMap<Storage, number>();

export interface Version {
  readonly tensor: Tensor;
  readonly count: number;
}

const countOf = (storage: Storage): number => writes.get(storage) ?? 0;

/** Says that the numbers of `x` are being changed. */
export function markWritten(x: Tensor): void {
  writes.set(x.storage, countOf(x.storage) + 1);
}

export function versionOf(tensor: Tensor): Version {
  return { tensor, count: countOf(tensor.storage) };
}

export function isCurrent({ tensor, count }: Version): boolean {
  return countOf(tensor.storage) === count;
}

/** Stands for a tensor whose numbers are gone: shape and dtype can be asked, numbers cannot. */
export function unreadable(x: Tensor, reader: string): Tensor {
  const refuse = (): TypedArray => {
    throw new Error(
      `backward: ${reader} needs a tensor of shape [${x.shape.join(', ')}] that was changed in place after it was ` +
        'used; use the function that returns a new tensor, or clone() before changing it'
    );
  };
  const storage: Storage = { dtype: x.dtype, length: x.storage.length, view: refuse };
  const result = new Tensor(storage, x.shape, {
    strides: x.strides,
    offset: x.offset,
    quantizer: x.quantizer
  });
  result.requiresGrad = x.requiresGrad;
  return result;
}
