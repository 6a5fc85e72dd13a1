// Activations and dropout of `torch.nn.functional`. Functions PyTorch writes in Python are recorded with every
// argument but the first ones by keyword (spec 1.4); builtins as the caller wrote them.

import type { ParameterEntry } from '../../tensor/functions/parameters';
import * as any from '../../tensor/functions/unary';
import { compare, mul, where } from '../../tensor/ops/elementwise';
import * as pointwise from '../../tensor/ops/pointwise';
import { softmax as softmaxOp } from '../../tensor/ops/reduce';
import * as shape from '../../tensor/ops/shape';
import type { Tensor } from '../../tensor/tensor';
import { builtin, python } from './define';
import { dropElements } from './dropout';

interface Inplace {
  inplace?: boolean;
}
type Activation<Options = Inplace> = (x: Tensor, options?: Options) => Tensor;
const inplace: ParameterEntry = ['inplace', false];

export const relu = python<Activation>('relu', 1, ['input', inplace], (x: Tensor) => any.relu(x));
export const relu6 = python<Activation>('relu6', 1, ['input', inplace], (x: Tensor) => any.hardtanh(x, 0, 6));
export const hardswish = python<Activation>('hardswish', 1, ['input', inplace], (x: Tensor) =>
  pointwise.hardswish(x)
);
export const hardsigmoid = python<Activation>('hardsigmoid', 1, ['input', inplace], (x: Tensor) =>
  any.hardsigmoid(x)
);
export const silu = python<Activation>('silu', 1, ['input', inplace], (x: Tensor) => pointwise.silu(x));
export const mish = python<Activation>('mish', 1, ['input', inplace], (x: Tensor) => pointwise.mish(x));
export const leakyRelu = python<Activation<Inplace & { negativeSlope?: number }>>(
  'leaky_relu',
  1,
  ['input', ['negative_slope', 0.01], inplace],
  (x: Tensor, slope: number) => any.leakyRelu(x, slope)
);
export const elu = python<Activation<Inplace & { alpha?: number }>>(
  'elu',
  1,
  ['input', ['alpha', 1], inplace],
  (x: Tensor, alpha: number) => pointwise.elu(x, alpha)
);
export const hardtanh = python<Activation<Inplace & { minVal?: number; maxVal?: number }>>(
  'hardtanh',
  1,
  ['input', ['min_val', -1], ['max_val', 1], inplace],
  (x: Tensor, lo: number, hi: number) => any.hardtanh(x, lo, hi)
);
export const gelu = builtin<Activation<{ approximate?: 'none' | 'tanh' }>>(
  'gelu',
  ['input', ['approximate', 'none']],
  (x: Tensor, approximate: string) => (approximate === 'tanh' ? pointwise.geluTanh(x) : any.gelu(x))
);
export const softplus = builtin<Activation<{ beta?: number; threshold?: number }>>(
  'softplus',
  ['input', ['beta', 1], ['threshold', 20]],
  (x: Tensor, beta: number, threshold: number) => pointwise.softplus(x, beta, threshold)
);
export const prelu = builtin<(x: Tensor, weight: Tensor) => Tensor>(
  'prelu',
  ['input', 'weight'],
  (x: Tensor, weight: Tensor) => {
    const slopes =
      weight.numel() === 1
        ? weight
        : shape.reshape(weight, [1, -1, ...new Array<number>(Math.max(0, x.ndim - 2)).fill(1)]);
    return where(compare('gt', x, 0), x, mul(x, slopes));
  },
  'torch'
);
/** `sigmoid` is recorded as a method call. */
export const sigmoid = (x: Tensor): Tensor => x.sigmoid();
/** `tanh` is recorded as a method call. */
export const tanh = (x: Tensor): Tensor => x.tanh();
export const glu = python<(x: Tensor, options?: { dim?: number }) => Tensor>(
  'glu',
  1,
  ['input', ['dim', -1]],
  (x: Tensor, dim: number) => {
    const [a, b] = shape.chunk(x, 2, dim);
    return mul(a as Tensor, pointwise.sigmoid(b as Tensor));
  }
);

/** What PyTorch takes for a softmax without `dim`. */
const implicitDim = (x: Tensor): number => (x.ndim === 0 || x.ndim === 1 || x.ndim === 3 ? 0 : 1);

type SoftmaxFn = (x: Tensor, options: { dim: number }) => Tensor;
export const softmax = python<SoftmaxFn>(
  'softmax',
  1,
  ['input', ['dim', null], ['_stacklevel', 3], ['dtype', null]],
  (x: Tensor, dim: number | null) => any.softmaxAny(x, dim ?? implicitDim(x))
);
export const logSoftmax = python<SoftmaxFn>(
  'log_softmax',
  1,
  ['input', ['dim', null], ['_stacklevel', 3], ['dtype', null]],
  (x: Tensor, dim: number | null) => softmaxOp(x, dim ?? implicitDim(x), true)
);

interface DropoutOptions extends Inplace {
  p?: number;
  training?: boolean;
}
export const dropout = python<(x: Tensor, options?: DropoutOptions) => Tensor>(
  'dropout',
  1,
  ['input', ['p', 0.5], ['training', true], inplace],
  (x: Tensor, p: number, training: boolean) => (training && p > 0 ? dropElements(x, p) : x)
);
