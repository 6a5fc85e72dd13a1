// Which elements dropout sets to 0.

import { fromData } from '../../tensor/ops/create';
import { mul } from '../../tensor/ops/elementwise';
import { uniform } from '../../tensor/random';
import type { Tensor } from '../../tensor/tensor';

/** Each element is 0 with probability `p`, else divided by 1 − p. */
export function dropElements(x: Tensor, p: number): Tensor {
  const keep = Float32Array.from({ length: x.numel() }, () => (uniform() < p ? 0 : 1 / (1 - p)));
  return mul(x, fromData(keep, x.shape));
}
