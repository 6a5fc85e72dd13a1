// What a module holds, by PyTorch's keys. PyTorch: the result of `Module.state_dict`.

import { elementSize, type DType } from '../../tensor/dtype';
import { isPackedParams, type PackedParams } from '../../tensor/quantized/packed';
import { Tensor } from '../../tensor/tensor';

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

const itemBytes = (dtype: DType): number => (dtype === 'quint4x2' ? 0.5 : elementSize(dtype));

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
