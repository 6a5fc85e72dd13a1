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

/** max(0, x). PyTorch: `torch.nn.functional.relu`. */
export const relu = python<Activation>('relu', 1, ['input', inplace], (x: Tensor) => any.relu(x));
/** min(max(0, x), 6). PyTorch: `torch.nn.functional.relu6`. */
export const relu6 = python<Activation>('relu6', 1, ['input', inplace], (x: Tensor) => any.hardtanh(x, 0, 6));
/** x · relu6(x + 3) / 6. PyTorch: `torch.nn.functional.hardswish`. */
export const hardswish = python<Activation>('hardswish', 1, ['input', inplace], (x: Tensor) =>
  pointwise.hardswish(x)
);
/** relu6(x + 3) / 6. PyTorch: `torch.nn.functional.hardsigmoid`. */
export const hardsigmoid = python<Activation>('hardsigmoid', 1, ['input', inplace], (x: Tensor) =>
  any.hardsigmoid(x)
);
/** x · sigmoid(x). PyTorch: `torch.nn.functional.silu`. */
export const silu = python<Activation>('silu', 1, ['input', inplace], (x: Tensor) => pointwise.silu(x));
/** x · tanh(softplus(x)). PyTorch: `torch.nn.functional.mish`. */
export const mish = python<Activation>('mish', 1, ['input', inplace], (x: Tensor) => pointwise.mish(x));
/** x for positive x, else negativeSlope · x. PyTorch: `torch.nn.functional.leaky_relu`. */
export const leakyRelu = python<Activation<Inplace & { negativeSlope?: number }>>(
  'leaky_relu',
  1,
  ['input', ['negative_slope', 0.01], inplace],
  (x: Tensor, slope: number) => any.leakyRelu(x, slope)
);
/** x for positive x, else alpha · (eˣ − 1). PyTorch: `torch.nn.functional.elu`. */
export const elu = python<Activation<Inplace & { alpha?: number }>>(
  'elu',
  1,
  ['input', ['alpha', 1], inplace],
  (x: Tensor, alpha: number) => pointwise.elu(x, alpha)
);
/** x cut to [minVal, maxVal]. PyTorch: `torch.nn.functional.hardtanh`. */
export const hardtanh = python<Activation<Inplace & { minVal?: number; maxVal?: number }>>(
  'hardtanh',
  1,
  ['input', ['min_val', -1], ['max_val', 1], inplace],
  (x: Tensor, lo: number, hi: number) => any.hardtanh(x, lo, hi)
);
/** x · Φ(x); `approximate: 'tanh'` for the formula with tanh. PyTorch: `torch.nn.functional.gelu`. */
export const gelu = builtin<Activation<{ approximate?: 'none' | 'tanh' }>>(
  'gelu',
  ['input', ['approximate', 'none']],
  (x: Tensor, approximate: string) => (approximate === 'tanh' ? pointwise.geluTanh(x) : any.gelu(x))
);
/** log(1 + e^(beta · x)) / beta. PyTorch: `torch.nn.functional.softplus`. */
export const softplus = builtin<Activation<{ beta?: number; threshold?: number }>>(
  'softplus',
  ['input', ['beta', 1], ['threshold', 20]],
  (x: Tensor, beta: number, threshold: number) => pointwise.softplus(x, beta, threshold)
);
/**
 * x for positive x, else weight · x; one weight, or one per channel. PyTorch: `torch.nn.functional.prelu`.
 */
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
/** The first half of a dimension times the sigmoid of the second. PyTorch: `torch.nn.functional.glu`. */
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
/** e^x over its sum along `dim`. PyTorch: `torch.nn.functional.softmax`. */
export const softmax = python<SoftmaxFn>(
  'softmax',
  1,
  ['input', ['dim', null], ['_stacklevel', 3], ['dtype', null]],
  (x: Tensor, dim: number | null) => any.softmaxAny(x, dim ?? implicitDim(x))
);
/** Logarithm of softmax along `dim`. PyTorch: `torch.nn.functional.log_softmax`. */
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
/**
 * In training, zeroes each element with probability p and scales the rest. PyTorch:
 * `torch.nn.functional.dropout`.
 */
export const dropout = python<(x: Tensor, options?: DropoutOptions) => Tensor>(
  'dropout',
  1,
  ['input', ['p', 0.5], ['training', true], inplace],
  (x: Tensor, p: number, training: boolean) => (training && p > 0 ? dropElements(x, p) : x)
);
