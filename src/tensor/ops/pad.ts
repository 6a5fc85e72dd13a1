// Padding: constant, reflect, replicate, circular. Amounts are PyTorch's: last dimension first, (before, after).

import { differentiable } from '../autograd/record';
import { integerRange } from '../dtype';
import { f32, quantizeFma } from '../quantized/rounding';
import { rowMajorStrides, Tensor } from '../tensor';
import { empty } from './create';
import { at } from './shape';

export type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular';

export const pad = differentiable(
  'pad',
  (x: Tensor, amounts: readonly number[], mode: PadMode = 'constant', value: number = 0): Tensor => {
    const result = empty(paddedShape(x, amounts), x.dtype);
    checkAmounts(x, amounts, mode);
    const out = result.storage.view();
    const source = x.data();
    const fill = x.quantizer ? quantizedFill(x, value) : value;
    paddingSources(x, amounts, mode, (i, from) => {
      out[i] = from >= 0 ? (source[from] as number) : fill;
    });
    return x.quantizer ? new Tensor(result.storage, result.shape, { quantizer: x.quantizer }) : result;
  }
);

/** The integer that stands for `value`. @throws TypeError for a tensor quantized per channel. */
function quantizedFill(x: Tensor, value: number): number {
  const { scales, zeroPoints, axis } = x.quantizer ?? { scales: [], zeroPoints: [] };
  if (axis !== undefined) {
    throw new TypeError('pad: no kernel for tensors quantized per channel; dequantize() first');
  }
  const [lowest, highest] = integerRange(x.dtype);
  return quantizeFma(value, f32(1 / f32(scales[0] ?? 1)), zeroPoints[0] ?? 0, lowest, highest);
}

/** @throws Error where a mode that repeats the input would need more of it than there is. */
function checkAmounts(x: Tensor, amounts: readonly number[], mode: PadMode): void {
  amounts.forEach((amount, i) => {
    const size = at(x.shape, x.ndim - 1 - Math.floor(i / 2));
    if ((mode === 'reflect' && amount >= size) || (mode === 'circular' && amount > size)) {
      throw new Error(
        `pad: ${amount} is too much for mode '${mode}' in dimension ${x.ndim - 1 - Math.floor(i / 2)} of [${x.shape.join(', ')}]`
      );
    }
  });
}

function paddedShape(x: Tensor, amounts: readonly number[]): number[] {
  if (amounts.length % 2 !== 0 || amounts.length > 2 * x.ndim) {
    throw new Error(`pad: expected pairs for at most ${x.ndim} dimensions, got [${amounts.join(', ')}]`);
  }
  return x.shape.map((size, d) => {
    const pair = 2 * (x.ndim - 1 - d);
    return size + (amounts[pair] ?? 0) + (amounts[pair + 1] ?? 0);
  });
}

/** For every element of the padded tensor the element of `x` it repeats; −1: the constant. */
export function paddingSources(
  x: Tensor,
  amounts: readonly number[],
  mode: PadMode,
  visit: (i: number, from: number) => void
): void {
  const shape = paddedShape(x, amounts);
  const before = x.shape.map((_, d) => amounts[2 * (x.ndim - 1 - d)] ?? 0);
  const strides = rowMajorStrides(x.shape);
  let i = 0;
  const walk = (d: number, position: number, inside: boolean): void => {
    if (d === shape.length) {
      visit(i++, inside ? position : -1);
      return;
    }
    for (let k = 0; k < at(shape, d); k++) {
      const from = sourceIndex(k - at(before, d), at(x.shape, d), mode);
      walk(d + 1, position + Math.max(0, from) * (strides[d] as number), inside && from >= 0);
    }
  };
  walk(0, 0, true);
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
