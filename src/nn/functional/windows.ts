// Windows as columns and back: `torch.nn.functional.unfold` and `fold`, each the gradient of the other.

import { spatialTriple, type Spatial } from '../../tensor/ops/convolution';
import { columns, overlapAdd, type WindowGeometry } from '../../tensor/ops/columns';
import { reshape } from '../../tensor/ops/shape';
import type { Tensor } from '../../tensor/tensor';
import { python } from './define';

interface Windows {
  dilation?: Spatial;
  padding?: Spatial;
  stride?: Spatial;
}
const options = [
  ['dilation', 1],
  ['padding', 0],
  ['stride', 1]
] as const;

const pair = (value: Spatial, what: string): readonly [number, number] => {
  const [, h, w] = spatialTriple(value, 2, 1, what);
  return [h, w];
};

function geometry(kernel: Spatial, dilation: Spatial, padding: Spatial, stride: Spatial): WindowGeometry {
  return {
    kernel: pair(kernel, 'kernel_size'),
    dilation: pair(dilation, 'dilation'),
    padding: pair(padding, 'padding'),
    stride: pair(stride, 'stride')
  };
}

/** `[N, C, H, W]` → `[N, C·kh·kw, L]`: every window as a column. */
export const unfold = python<(x: Tensor, kernelSize: Spatial, options?: Windows) => Tensor>(
  'unfold',
  2,
  ['input', 'kernel_size', ...options],
  (x: Tensor, kernel: Spatial, dilation: Spatial, padding: Spatial, stride: Spatial) => {
    const g = geometry(kernel, dilation, padding, stride);
    if (x.ndim === 3) {
      const [c, l] = columns(reshape(x, [1, ...x.shape]), g).shape.slice(1);
      return reshape(columns(reshape(x, [1, ...x.shape]), g), [c ?? 0, l ?? 0]);
    }
    return columns(x, g);
  }
);

/** `[N, C·kh·kw, L]` → `[N, C, H, W]`: columns added up where their windows lie. */
export const fold = python<
  (x: Tensor, outputSize: Spatial, kernelSize: Spatial, options?: Windows) => Tensor
>(
  'fold',
  3,
  ['input', 'output_size', 'kernel_size', ...options],
  (x: Tensor, size: Spatial, kernel: Spatial, dilation: Spatial, padding: Spatial, stride: Spatial) => {
    const g = geometry(kernel, dilation, padding, stride);
    const output = pair(size, 'output_size');
    if (x.ndim === 2) {
      const whole = overlapAdd(reshape(x, [1, ...x.shape]), output, g);
      return reshape(whole, whole.shape.slice(1));
    }
    return overlapAdd(x, output, g);
  }
);
