// Dropout of `torch.nn.functional`: elements or whole channels set to 0, in training only.

import type { TorchFunction } from '../../tensor/function';
import { writeInPlace } from '../../tensor/autograd/inPlace';
import type { ParameterEntry } from '../../tensor/functions/parameters';
import { full } from '../../tensor/ops/create';
import { add, div, mul } from '../../tensor/ops/elementwise';
import { bernoulli } from '../../tensor/random';
import type { Tensor } from '../../tensor/tensor';
import { python } from './define';

/** 1 with probability 1 − p, else 0, in the dtype of `x`; one number per channel of each sample if told. */
function keepMask(x: Tensor, p: number, perChannel: boolean): Tensor {
  const shape = perChannel ? x.shape.map((size, d) => (d < 2 ? size : 1)) : x.shape;
  return bernoulli(shape, 1 - p, x.dtype);
}

/** Each element is 0 with probability `p`, else divided by 1 − p. */
export function dropElements(x: Tensor, p: number, perChannel = false): Tensor {
  if (p === 1) {
    return mul(x, full([], 0, { dtype: x.dtype }));
  }
  return mul(x, div(keepMask(x, p, perChannel), 1 - p));
}

/** SELU's saturation, λα: what alpha dropout sets elements to is its negative. */
const SATURATION = 1.7580993408473766;

/** For networks of SELUs: mean and variance stay as they were. */
function dropToSaturation(x: Tensor, p: number, perChannel: boolean): Tensor {
  if (p === 1) {
    return mul(x, full([], 0, { dtype: x.dtype }));
  }
  const keep = keepMask(x, p, perChannel);
  const scale = 1 / Math.sqrt((SATURATION ** 2 * p + 1) * (1 - p));
  const shift = add(mul(add(keep, -1), SATURATION * scale), SATURATION * scale * p);
  return add(mul(x, mul(keep, scale)), shift);
}

interface DropoutOptions {
  p?: number;
  training?: boolean;
  inplace?: boolean;
}
type Dropout = ((x: Tensor, options?: DropoutOptions) => Tensor) & TorchFunction;

function dropoutFunction(name: string, isTraining: boolean, drop: (x: Tensor, p: number) => Tensor): Dropout {
  const entries: ParameterEntry[] = ['input', ['p', 0.5], ['training', isTraining], ['inplace', false]];
  return python(name, 1, entries, (x: Tensor, p: number, training: boolean, inplace: boolean) => {
    if (!(p >= 0 && p <= 1)) {
      throw new RangeError(`${name}: the probability has to be between 0 and 1, but got ${p}`);
    }
    if (!training || p === 0 || x.numel() === 0) {
      return x;
    }
    return inplace ? writeInPlace(name, x, [], source => drop(source, p)) : drop(x, p);
  });
}

export const dropout = dropoutFunction('dropout', true, (x, p) => dropElements(x, p));
const channels = (x: Tensor, p: number): Tensor => dropElements(x, p, true);
/** Zeroes whole channels of `[N, C, L]`. */
export const dropout1d = dropoutFunction('dropout1d', true, channels);
export const dropout2d = dropoutFunction('dropout2d', true, channels);
export const dropout3d = dropoutFunction('dropout3d', true, channels);
export const alphaDropout = dropoutFunction('alpha_dropout', false, (x, p) => dropToSaturation(x, p, false));
export const featureAlphaDropout = dropoutFunction('feature_alpha_dropout', false, (x, p) =>
  dropToSaturation(x, p, true)
);
