// The partial inverse of maximum pooling: values back to the places they were found, 0 elsewhere.

import { differentiable } from '../autograd/record';
import type { Tensor } from '../tensor';
import { empty, product } from './create';

/** `[N, C, …]` with places in the planes of `size`. */
export const unpool = differentiable(
  'unpool',
  (x: Tensor, indices: Tensor, size: readonly number[]): Tensor => {
    if (indices.shape.join() !== x.shape.join()) {
      throw new Error(`max_unpool: indices [${indices.shape.join(', ')}] for values [${x.shape.join(', ')}]`);
    }
    const result = empty([...x.shape.slice(0, 2), ...size], x.dtype);
    const out = result.storage.view();
    const [values, places] = [x.data(), indices.data()];
    const [from, to] = [product(x.shape.slice(2)), product(size)];
    for (let i = 0; i < values.length; i++) {
      const place = places[i] as number;
      if (!(place >= 0 && place < to)) {
        throw new RangeError(`max_unpool: place ${place} is outside of the output [${size.join(', ')}]`);
      }
      out[Math.floor(i / from) * to + place] = values[i] as number;
    }
    return result;
  }
);
