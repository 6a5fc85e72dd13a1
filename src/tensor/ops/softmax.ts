// Softmax and its logarithm over one dimension.

import { differentiable } from '../autograd/record';
import { isFloatingDType } from '../dtype';
import type { Tensor } from '../tensor';
import { empty, product } from './create';
import { at, normalizeDim, reshape } from './views';

/** Softmax over one dimension; `log` for its logarithm. */
export const softmax = differentiable('softmax', (x: Tensor, dim: number, log: boolean = false): Tensor => {
  const d = normalizeDim(dim, x.ndim, 'softmax');
  if (x.ndim === 0) {
    return reshape(softmax(reshape(x, [1]), 0, log), []);
  }
  const size = at(x.shape, d);
  const inner = product(x.shape.slice(d + 1));
  const outer = product(x.shape.slice(0, d));
  const source = x.data();
  const result = empty(x.shape, isFloatingDType(x.dtype) ? x.dtype : 'float32');
  const out = result.storage.view();
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const base = o * size * inner + i;
      let top = -Infinity;
      for (let k = 0; k < size; k++) {
        top = Math.max(top, source[base + k * inner] as number);
      }
      let total = 0;
      for (let k = 0; k < size; k++) {
        total += Math.exp((source[base + k * inner] as number) - top);
      }
      const logTotal = Math.log(total);
      for (let k = 0; k < size; k++) {
        const shifted = (source[base + k * inner] as number) - top;
        out[base + k * inner] = log ? shifted - logTotal : Math.exp(shifted) / total;
      }
    }
  }
  return result;
});
