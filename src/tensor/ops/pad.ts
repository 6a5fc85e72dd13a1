// Padding: constant, reflect, replicate, circular. Amounts are PyTorch's: last dimension first, (before, after).

import { Tensor } from '../tensor';
import { empty } from './create';
import { at } from './shape';

export type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular';

export function pad(x: Tensor, amounts: readonly number[], mode: PadMode = 'constant', value = 0): Tensor {
  if (amounts.length % 2 !== 0 || amounts.length > 2 * x.ndim) {
    throw new Error(`pad: expected pairs for at most ${x.ndim} dimensions, got [${amounts.join(', ')}]`);
  }
  const before = x.shape.map((_, d) => amounts[2 * (x.ndim - 1 - d)] ?? 0);
  const after = x.shape.map((_, d) => amounts[2 * (x.ndim - 1 - d) + 1] ?? 0);
  const shape = x.shape.map((size, d) => size + at(before, d) + at(after, d));
  const result = empty(shape, x.dtype);
  const out = result.storage.view();
  const source = x.data();
  const strides = new Array<number>(x.ndim);
  for (let d = x.ndim - 1, step = 1; d >= 0; d--) {
    strides[d] = step;
    step *= at(x.shape, d);
  }
  let i = 0;
  const walk = (d: number, position: number, inside: boolean): void => {
    if (d === shape.length) {
      out[i++] = inside ? (source[position] as number) : value;
      return;
    }
    for (let k = 0; k < at(shape, d); k++) {
      const from = sourceIndex(k - at(before, d), at(x.shape, d), mode);
      walk(d + 1, position + Math.max(0, from) * (strides[d] as number), inside && from >= 0);
    }
  };
  walk(0, 0, true);
  return x.quantizer ? new Tensor(result.storage, shape, { quantizer: x.quantizer }) : result;
}

/** Where padded position `i` takes its value from; −1: from the constant. */
function sourceIndex(i: number, size: number, mode: PadMode): number {
  if (i >= 0 && i < size) {
    return i;
  }
  switch (mode) {
    case 'constant':
      return -1;
    case 'replicate':
      return i < 0 ? 0 : size - 1;
    case 'circular':
      return ((i % size) + size) % size;
    case 'reflect':
      return i < 0 ? -i : 2 * (size - 1) - i;
    default:
      return mode satisfies never;
  }
}
