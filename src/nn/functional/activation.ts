// Activations of `torch.nn.functional`. Functions PyTorch writes in Python are recorded with every argument but the
// first ones by keyword (spec 1.4); builtins as the caller wrote them. `inplace` writes the result into the input.

import { writeInPlace } from '../../tensor/autograd/inPlace';
import { defineFunction, type TorchFunction } from '../../tensor/function';
import { params, type ParameterEntry } from '../../tensor/functions/parameters';
import * as any from '../../tensor/functions/unary';
import { cast, mul } from '../../tensor/ops/elementwise';
import { oneHot as oneHotOp } from '../../tensor/ops/matrixShape';
import * as pointwise from '../../tensor/ops/pointwise';
import { softmax as softmaxOp } from '../../tensor/ops/reduce';
import * as shape from '../../tensor/ops/shape';
import type { DType } from '../../tensor/dtype';
import { randomSlopes } from '../../tensor/random';
import type { Tensor } from '../../tensor/tensor';
import { builtin, python } from './define';

interface Inplace {
  inplace?: boolean;
}
type Activation<Options = Inplace> = (x: Tensor, options?: Options) => Tensor;
type Forward = (x: Tensor, ...parameters: never[]) => Tensor;

/**
 * `F.name(x, …, inplace)`, and `F.name_(x, …)`, which PyTorch has as a builtin under `home`.
 * @param positional arguments recorded by position.
 */
function activation<F extends (...args: never[]) => unknown>(
  name: string,
  entries: readonly ParameterEntry[],
  forward: Forward,
  options: { positional?: number; target?: string; home?: string | null } = {}
): F & TorchFunction {
  const { positional = 1, target = name, home = 'torch.nn.functional' } = options;
  const inPlace = (x: Tensor, parameters: unknown[]): Tensor =>
    writeInPlace(`${name}_`, x, parameters, source => forward(source, ...(parameters as never[])));
  if (home !== null) {
    defineFunction({
      target: `${home}.${name}_`,
      parameters: params('input', ...entries),
      record: 'asWritten',
      aliases: [`torch.nn.functional.${name}_`],
      forward: (x: Tensor, ...parameters: unknown[]) => inPlace(x, parameters)
    });
  }
  return defineFunction<F>({
    target: `torch.nn.functional.${target}`,
    parameters: params('input', ...entries, ['inplace', false]),
    record: positional,
    aliases: [`torch.nn.functional.${name}`],
    forward: (x: Tensor, ...values: unknown[]) => {
      const isInPlace = values.pop() === true;
      return isInPlace ? inPlace(x, values) : forward(x, ...(values as never[]));
    }
  });
}

/** max(0, x). PyTorch: `torch.nn.functional.relu`. */
export const relu = activation<Activation>('relu', [], any.relu, { home: 'torch' });
/** min(max(0, x), 6). PyTorch: `torch.nn.functional.relu6`. */
export const relu6 = activation<Activation>('relu6', [], (x: Tensor) => any.hardtanh(x, 0, 6), {
  home: null
});
/** x · relu6(x + 3) / 6. PyTorch: `torch.nn.functional.hardswish`. */
export const hardswish = activation<Activation>('hardswish', [], x => pointwise.hardswish(x), { home: null });
/** relu6(x + 3) / 6. PyTorch: `torch.nn.functional.hardsigmoid`. */
export const hardsigmoid = activation<Activation>('hardsigmoid', [], any.hardsigmoid, { home: null });
/** x · sigmoid(x). PyTorch: `torch.nn.functional.silu`. */
export const silu = activation<Activation>('silu', [], x => pointwise.silu(x), { home: null });
/** x · tanh(softplus(x)). PyTorch: `torch.nn.functional.mish`. */
export const mish = activation<Activation>('mish', [], x => pointwise.mish(x), { home: null });
/** Scaled so that mean and variance stay as they are. PyTorch: `torch.nn.functional.selu`. */
export const selu = activation<Activation>('selu', [], pointwise.selu, { home: 'torch' });
/** x for positive x, else alpha · (e^(x / alpha) − 1). PyTorch: `torch.nn.functional.celu`. */
export const celu = activation<Activation<Inplace & { alpha?: number }>>(
  'celu',
  [['alpha', 1]],
  pointwise.celu,
  {
    home: 'torch'
  }
);
/** x for positive x, else negativeSlope · x. PyTorch: `torch.nn.functional.leaky_relu`. */
export const leakyRelu = activation<Activation<Inplace & { negativeSlope?: number }>>(
  'leaky_relu',
  [['negative_slope', 0.01]],
  (x: Tensor, slope: number) => any.leakyRelu(x, slope)
);
/** x for positive x, else alpha · (eˣ − 1). PyTorch: `torch.nn.functional.elu`. */
export const elu = activation<Activation<Inplace & { alpha?: number }>>(
  'elu',
  [['alpha', 1]],
  (x: Tensor, alpha: number) => pointwise.elu(x, alpha)
);
/** x cut to [minVal, maxVal]. PyTorch: `torch.nn.functional.hardtanh`. */
export const hardtanh = activation<Activation<Inplace & { minVal?: number; maxVal?: number }>>(
  'hardtanh',
  [
    ['min_val', -1],
    ['max_val', 1]
  ],
  (x: Tensor, lo: number, hi: number) => any.hardtanh(x, lo, hi)
);
/** `x` above the threshold, else `value`. */
export const threshold = activation<
  (x: Tensor, threshold: number, value: number, options?: Inplace) => Tensor
>(
  'threshold',
  ['threshold', 'value'],
  (x: Tensor, limit: number, value: number) => pointwise.threshold(x, limit, value),
  { positional: 3, target: '_threshold', home: 'torch' }
);
/** Slopes at random in training, their mean in evaluation. */
export const rrelu = activation<Activation<Inplace & { lower?: number; upper?: number; training?: boolean }>>(
  'rrelu',
  [
    ['lower', 1 / 8],
    ['upper', 1 / 3],
    ['training', false]
  ],
  (x: Tensor, lower: number, upper: number, training: boolean) =>
    training ? mul(x, randomSlopes(x, lower, upper)) : any.leakyRelu(x, (lower + upper) / 2),
  { home: 'torch' }
);

export const gelu = builtin<Activation<{ approximate?: 'none' | 'tanh' }>>(
  'gelu',
  ['input', ['approximate', 'none']],
  (x: Tensor, approximate: string) => (approximate === 'tanh' ? pointwise.geluTanh(x) : any.gelu(x))
);
/** log(1 + e^(beta · x)) / beta. PyTorch: `torch.nn.functional.softplus`. */
export const softplus = builtin<Activation<{ beta?: number; threshold?: number }>>(
  'softplus',
  ['input', ['beta', 1], ['threshold', 20]],
  (x: Tensor, beta: number, limit: number) => pointwise.softplus(x, beta, limit)
);
/** x moved by λ towards 0, 0 within ±λ. PyTorch: `torch.nn.functional.softshrink`. */
export const softshrink = builtin<(x: Tensor, lambd?: number | { lambd?: number }) => Tensor>(
  'softshrink',
  ['input', ['lambd', 0.5]],
  (x: Tensor, lambda: number) => pointwise.softshrink(x, lambda)
);
export { hardshrink } from '../../tensor/functions/torch';
/** log(sigmoid(x)). PyTorch: `torch.nn.functional.logsigmoid`. */
export const logsigmoid = defineFunction<Activation>({
  target: 'torch.nn.functional.log_sigmoid',
  aliases: ['torch.nn.functional.logsigmoid'],
  parameters: params('input'),
  record: 'asWritten',
  forward: (x: Tensor) => pointwise.logSigmoid(x)
});
/** x / (1 + |x|). PyTorch: `torch.nn.functional.softsign`. */
export const softsign = python<Activation>('softsign', 1, ['input'], (x: Tensor) => pointwise.softsign(x));
/** x − tanh(x). PyTorch: `torch.nn.functional.tanhshrink`. */
export const tanhshrink = python<Activation>('tanhshrink', 1, ['input'], (x: Tensor) =>
  pointwise.tanhshrink(x)
);
/**
 * x for positive x, else weight · x; one weight, or one per channel. PyTorch: `torch.nn.functional.prelu`.
 */
export const prelu = builtin<(x: Tensor, weight: Tensor) => Tensor>(
  'prelu',
  ['input', 'weight'],
  any.prelu,
  'torch'
);
/** `sigmoid` is recorded as a method call. */
export const sigmoid = (x: Tensor): Tensor => x.sigmoid();
/** `tanh` is recorded as a method call. */
export const tanh = (x: Tensor): Tensor => x.tanh();
/** The first half times the sigmoid of the second. */
export const glu = python<(x: Tensor, options?: { dim?: number }) => Tensor>(
  'glu',
  1,
  ['input', ['dim', -1]],
  (x: Tensor, dim: number) => {
    if ((x.shape.at(dim) ?? 1) % 2 !== 0) {
      throw new Error(`glu: dimension ${dim} of [${x.shape.join(', ')}] cannot be halved`);
    }
    const [a, b] = shape.chunk(x, 2, dim);
    return mul(a as Tensor, pointwise.sigmoid(b as Tensor));
  }
);

/** What PyTorch takes for a softmax without `dim`. */
const implicitDim = (x: Tensor): number => (x.ndim === 0 || x.ndim === 1 || x.ndim === 3 ? 0 : 1);

type SoftmaxFn = (x: Tensor, options: { dim: number; dtype?: DType }) => Tensor;
function softmaxFunction(
  name: string,
  forward: (x: Tensor, dim: number) => Tensor
): SoftmaxFn & TorchFunction {
  return python<SoftmaxFn>(
    name,
    1,
    ['input', ['dim', null], ['_stacklevel', 3], ['dtype', null]],
    (x: Tensor, dim: number | null, _level: number, dtype: DType | null) =>
      forward(dtype ? cast(x, dtype) : x, dim ?? implicitDim(x))
  );
}
export const softmax = softmaxFunction('softmax', any.softmaxAny);
export const logSoftmax = softmaxFunction('log_softmax', (x, dim) => softmaxOp(x, dim, true));
/** Softmax of −x. */
export const softmin = softmaxFunction('softmin', (x, dim) => softmaxOp(pointwise.neg(x), dim));

/** 1 at each class number, int64. As many classes as there are, unless told. */
export const oneHot = builtin<(x: Tensor, numClasses?: number | { numClasses?: number }) => Tensor>(
  'one_hot',
  ['tensor', ['num_classes', -1]],
  oneHotOp
);
