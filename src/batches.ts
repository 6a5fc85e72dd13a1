// Calibration data as batches, whatever shape it has.

import { Tensor } from './tensor';

/**
 * A tensor `[N, …]` cut along its first dimension, or a list of batches as it is; each batch is the list of inputs
 * that `forward` takes.
 * @throws TypeError for anything else.
 */
export function toBatches(
  data: Tensor | readonly (Tensor | readonly unknown[])[],
  batchSize: number
): unknown[][] {
  if (data instanceof Tensor) {
    const count = data.shape[0] ?? 0;
    const starts = Array.from({ length: Math.ceil(count / batchSize) }, (_, i) => i * batchSize);
    return starts.map(start => [data.narrow(0, start, Math.min(batchSize, count - start))]);
  }
  if (!Array.isArray(data)) {
    throw new TypeError('toBatches: expected a tensor or an array of batches');
  }
  return (data as readonly (Tensor | readonly unknown[])[]).map(batch =>
    batch instanceof Tensor ? [batch] : [...batch]
  );
}
