// Losses, composed of differentiable operators. Reductions and weights as in PyTorch: a weighted mean divides
// by the weights' sum, and ignored targets count for nothing.

import type { ParameterEntry } from '../../tensor/functions/parameters';
import { isFloatingDType } from '../../tensor/dtype';
import { fromData } from '../../tensor/ops/create';
import { add, div, mul, sub } from '../../tensor/ops/elementwise';
import { gather } from '../../tensor/ops/indexing';
import { abs, logSigmoid, neg, square } from '../../tensor/ops/pointwise';
import { mean, softmax, sum } from '../../tensor/ops/reduce';
import { at, expand, reshape, squeeze, unsqueeze } from '../../tensor/ops/shape';
import type { Tensor } from '../../tensor/tensor';
import { python } from './define';

/** How the losses of elements become the result: their mean, their sum, or themselves. */
export type Reduction = 'mean' | 'sum' | 'none';

/** Keyword arguments of losses. */
export interface LossOptions {
  reduction?: Reduction;
}

/** PyTorch's deprecated `size_average` and `reduce` stay in graphs, unused. */
const reductionEntries: readonly ParameterEntry[] = [
  ['size_average', null],
  ['reduce', null],
  ['reduction', 'mean']
];

export function reduced(x: Tensor, reduction: Reduction): Tensor {
  switch (reduction) {
    case 'none':
      return x;
    case 'sum':
      return sum(x);
    case 'mean':
      return mean(x);
    default:
      throw new Error(`loss: reduction '${String(reduction)}' is none of 'mean', 'sum', 'none'`);
  }
}

type ElementLoss<O = LossOptions> = (x: Tensor, target: Tensor, options?: O) => Tensor;

/** Squared differences. PyTorch: `torch.nn.functional.mse_loss`. */
export const mseLoss = python<ElementLoss<LossOptions & { weight?: Tensor | null }>>(
  'mse_loss',
  2,
  ['input', 'target', ...reductionEntries, ['weight', null]],
  (x: Tensor, y: Tensor, _average: null, _reduce: null, reduction: Reduction, weight: Tensor | null) => {
    const losses = square(sub(x, y));
    if (!weight) {
      return reduced(losses, reduction);
    }
    const weighted = mul(losses, weight);
    return reduction === 'mean'
      ? div(sum(weighted), sum(expand(weight, losses.shape)))
      : reduced(weighted, reduction);
  }
);

/** Absolute differences. PyTorch: `torch.nn.functional.l1_loss`. */
export const l1Loss = python<ElementLoss>(
  'l1_loss',
  2,
  ['input', 'target', ...reductionEntries],
  (x: Tensor, y: Tensor, _average: null, _reduce: null, reduction: Reduction) =>
    reduced(abs(sub(x, y)), reduction)
);

/** Keyword arguments of `binaryCrossEntropyWithLogits`. */
export interface BinaryCrossEntropyOptions extends LossOptions {
  /** A factor for every element. */
  weight?: Tensor | null;
  /** A factor for the positive class. */
  posWeight?: Tensor | null;
}
/**
 * Cross entropy of sigmoid(x) with targets in [0, 1]. PyTorch:
 * `torch.nn.functional.binary_cross_entropy_with_logits`.
 */
export const binaryCrossEntropyWithLogits = python<ElementLoss<BinaryCrossEntropyOptions>>(
  'binary_cross_entropy_with_logits',
  2,
  ['input', 'target', ['weight', null], ...reductionEntries, ['pos_weight', null]],
  (
    x: Tensor,
    y: Tensor,
    weight: Tensor | null,
    _average: null,
    _reduce: null,
    reduction: Reduction,
    posWeight: Tensor | null
  ) => {
    if (x.ndim !== y.ndim || x.shape.some((size, d) => size !== y.shape[d])) {
      throw new Error(
        `binaryCrossEntropyWithLogits: target [${y.shape.join(', ')}] must have the input's shape [${x.shape.join(', ')}]`
      );
    }
    const logP = logSigmoid(x);
    const positive = posWeight ? mul(logP, add(mul(sub(posWeight, 1), y), 1)) : logP;
    const losses = sub(mul(sub(1, y), x), positive);
    return reduced(weight ? mul(losses, weight) : losses, reduction);
  }
);

/** Keyword arguments of `nllLoss`. */
export interface NLLOptions extends LossOptions {
  /** A factor for every class. */
  weight?: Tensor | null;
  /** Targets of this value count for nothing. */
  ignoreIndex?: number;
}
/** `x`: log-probabilities `[N, C, …]` or `[C]`; `target`: class numbers `[N, …]` or one. */
export const nllLoss = python<ElementLoss<NLLOptions>>(
  'nll_loss',
  2,
  [
    'input',
    'target',
    ['weight', null],
    ['size_average', null],
    ['ignore_index', -100],
    ['reduce', null],
    ['reduction', 'mean']
  ],
  (
    x: Tensor,
    target: Tensor,
    weight: Tensor | null,
    _average: null,
    ignoreIndex: number,
    _reduce: null,
    reduction: Reduction
  ) => {
    const { index, factors } = readTargets('nllLoss', x, target, weight, ignoreIndex);
    return weightedMean(pickedLosses(x, index, factors), factors, reduction);
  }
);

/** Keyword arguments of `crossEntropy`. */
export interface CrossEntropyOptions extends NLLOptions {
  labelSmoothing?: number;
}
/** `x`: logits `[N, C, …]` or `[C]`; `target`: class numbers, or probabilities of the shape of `x`. */
export const crossEntropy = python<ElementLoss<CrossEntropyOptions>>(
  'cross_entropy',
  2,
  [
    'input',
    'target',
    ['weight', null],
    ['size_average', null],
    ['ignore_index', -100],
    ['reduce', null],
    ['reduction', 'mean'],
    ['label_smoothing', 0]
  ],
  (
    x: Tensor,
    target: Tensor,
    weight: Tensor | null,
    _average: null,
    ignoreIndex: number,
    _reduce: null,
    reduction: Reduction,
    smoothing: number
  ) => {
    const dim = classDim(x);
    const logP = softmax(x, dim, true);
    if (isFloatingDType(target.dtype)) {
      return againstProbabilities(logP, target, weight, reduction, smoothing);
    }
    const { index, factors, kept } = readTargets('crossEntropy', x, target, weight, ignoreIndex);
    const loss = weightedMean(pickedLosses(logP, index, factors), factors, reduction);
    if (smoothing === 0) {
      return loss;
    }
    const everyClass = neg(sum(weight ? mul(logP, alongClasses(weight, x)) : logP, dim));
    const uniform = weightedMean(mul(everyClass, kept), factors, reduction);
    return add(mul(loss, 1 - smoothing), mul(uniform, smoothing / at(x.shape, dim)));
  }
);

function againstProbabilities(
  logP: Tensor,
  target: Tensor,
  weight: Tensor | null,
  reduction: Reduction,
  smoothing: number
): Tensor {
  const dim = classDim(logP);
  const classes = at(logP.shape, dim);
  const smooth = smoothing === 0 ? target : add(mul(target, 1 - smoothing), smoothing / classes);
  const products = mul(logP, smooth);
  const losses = neg(sum(weight ? mul(products, alongClasses(weight, logP)) : products, dim));
  // Class weights take no part in this mean.
  return reduced(losses, reduction);
}

const classDim = (x: Tensor): number => (x.ndim === 1 ? 0 : 1);

/** `[C]` so that it broadcasts over the class dimension of `x`. */
function alongClasses(weight: Tensor, x: Tensor): Tensor {
  return reshape(
    weight,
    x.shape.map((_, d) => (d === classDim(x) ? -1 : 1))
  );
}

interface Targets {
  /** Class numbers, 0 where ignored. */
  readonly index: Tensor;
  /** The weight of each target's class, 0 where ignored. */
  readonly factors: Tensor;
  /** 1, or 0 where ignored. */
  readonly kept: Tensor;
}

function readTargets(
  op: string,
  x: Tensor,
  target: Tensor,
  weight: Tensor | null,
  ignoreIndex: number
): Targets {
  const dim = classDim(x);
  const classes = at(x.shape, dim);
  const expected = x.shape.filter((_, d) => d !== dim);
  if (target.ndim !== expected.length || target.shape.some((size, d) => size !== expected[d])) {
    throw new Error(
      `${op}: target [${target.shape.join(', ')}] does not fit input [${x.shape.join(', ')}]; ` +
        `expected [${expected.join(', ')}]`
    );
  }
  const values = target.data();
  const table = weight?.data();
  const count = values.length;
  const [index, factors, kept] = [0, 1, 2].map(() => new Float64Array(count)) as [
    Float64Array,
    Float64Array,
    Float64Array
  ];
  for (let i = 0; i < count; i++) {
    const k = values[i] as number;
    if (k === ignoreIndex) {
      continue;
    }
    if (!(k >= 0 && k < classes)) {
      throw new RangeError(`${op}: target ${k} is out of range for ${classes} classes`);
    }
    index[i] = k;
    kept[i] = 1;
    factors[i] = table ? (table[k] as number) : 1;
  }
  return {
    index: fromData(index, target.shape, 'int64'),
    factors: fromData(factors, target.shape, x.dtype),
    kept: fromData(kept, target.shape, x.dtype)
  };
}

/** −log p of each target, times its factor. */
function pickedLosses(logP: Tensor, index: Tensor, factors: Tensor): Tensor {
  const dim = classDim(logP);
  const picked = squeeze(gather(logP, dim, unsqueeze(index, dim)), dim);
  return neg(mul(picked, factors));
}

function weightedMean(losses: Tensor, factors: Tensor, reduction: Reduction): Tensor {
  return reduction === 'mean' ? div(sum(losses), sum(factors)) : reduced(losses, reduction);
}
