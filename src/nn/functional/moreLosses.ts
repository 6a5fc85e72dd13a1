// Losses beside those of classification and regression: margins, divergences, likelihoods. Composed of differentiable
// operators; formulas as in PyTorch's documentation.

import type { TorchFunction } from '../../tensor/function';
import type { ParameterEntry } from '../../tensor/functions/parameters';
import { fromData } from '../../tensor/ops/create';
import {
  add,
  binaryEntropy,
  cast,
  compare,
  div,
  maximum,
  mul,
  pow,
  sub,
  where,
  xlogy
} from '../../tensor/ops/elementwise';
import { gather } from '../../tensor/ops/indexing';
import { abs, clamp, exp, log, logSigmoid, neg, relu, softplus, square } from '../../tensor/ops/pointwise';
import { mean, sum } from '../../tensor/ops/reduce';
import { at, unsqueeze } from '../../tensor/ops/shape';
import type { Tensor } from '../../tensor/tensor';
import { python } from './define';
import { reduced, type LossOptions, type Reduction } from './losses';
import { pairwiseDistance } from './vector';

const deprecated: readonly ParameterEntry[] = [
  ['size_average', null],
  ['reduce', null]
];
const reduction: ParameterEntry = ['reduction', 'mean'];
const LEGACY = [...deprecated, reduction];
type Two<O> = ((x: Tensor, target: Tensor, options?: O) => Tensor) & TorchFunction;
type Three<O> = ((a: Tensor, b: Tensor, target: Tensor, options?: O) => Tensor) & TorchFunction;

/** Squared below `beta`, absolute above. */
export const smoothL1Loss: Two<LossOptions & { beta?: number }> = python(
  'smooth_l1_loss',
  2,
  ['input', 'target', ...LEGACY, ['beta', 1]],
  (x: Tensor, y: Tensor, _a: null, _r: null, kind: Reduction, beta: number) => {
    const distance = abs(sub(x, y));
    const losses =
      beta === 0
        ? distance
        : where(
            compare('lt', distance, beta),
            div(mul(square(distance), 0.5), beta),
            sub(distance, 0.5 * beta)
          );
    return reduced(losses, kind);
  }
);

export const huberLoss: Two<LossOptions & { delta?: number; weight?: Tensor | null }> = python(
  'huber_loss',
  2,
  ['input', 'target', reduction, ['delta', 1], ['weight', null]],
  (x: Tensor, y: Tensor, kind: Reduction, delta: number, weight: Tensor | null) => {
    const distance = abs(sub(x, y));
    const losses = where(
      compare('le', distance, delta),
      mul(square(distance), 0.5),
      mul(sub(distance, 0.5 * delta), delta)
    );
    if (!weight) {
      return reduced(losses, kind);
    }
    const weighted = mul(losses, weight);
    return kind === 'mean'
      ? div(sum(weighted), sum(mul(weight, add(mul(losses, 0), 1))))
      : reduced(weighted, kind);
  }
);

/** Of probabilities; logarithms are at least −100. */
export const binaryCrossEntropy: Two<LossOptions & { weight?: Tensor | null }> = python(
  'binary_cross_entropy',
  2,
  ['input', 'target', ['weight', null], ...LEGACY],
  (x: Tensor, y: Tensor, weight: Tensor | null, _a: null, _r: null, kind: Reduction) => {
    const losses = binaryEntropy(x, y);
    return reduced(weight ? mul(losses, weight) : losses, kind);
  }
);

/** `x`: log-probabilities; `target`: probabilities, or with `logTarget` their logarithms. */
export const klDiv: Two<{ reduction?: Reduction | 'batchmean'; logTarget?: boolean }> = python(
  'kl_div',
  2,
  ['input', 'target', ...LEGACY, ['log_target', false]],
  (x: Tensor, y: Tensor, _a: null, _r: null, kind: Reduction | 'batchmean', logTarget: boolean) => {
    const losses = logTarget ? mul(exp(y), sub(y, x)) : sub(xlogy(y, y), mul(y, x));
    return kind === 'batchmean' ? div(sum(losses), at(x.shape, 0)) : reduced(losses, kind);
  }
);

export const poissonNLLLoss: Two<LossOptions & { logInput?: boolean; full?: boolean; eps?: number }> = python(
  'poisson_nll_loss',
  2,
  [
    'input',
    'target',
    ['log_input', true],
    ['full', false],
    deprecated[0] as ParameterEntry,
    ['eps', 1e-8],
    deprecated[1] as ParameterEntry,
    reduction
  ],
  (
    x: Tensor,
    y: Tensor,
    logInput: boolean,
    full: boolean,
    _a: null,
    eps: number,
    _r: null,
    kind: Reduction
  ) => {
    const losses = logInput ? sub(exp(x), mul(y, x)) : sub(x, mul(y, log(add(x, eps))));
    // Stirling's approximation of log y!, for y above 1.
    const stirling = add(sub(mul(y, log(y)), y), mul(log(mul(y, 2 * Math.PI)), 0.5));
    const extra = full ? where(compare('le', y, 1), 0, stirling) : null;
    return reduced(extra ? add(losses, extra) : losses, kind);
  }
);

export const gaussianNLLLoss: Three<LossOptions & { full?: boolean; eps?: number }> = python(
  'gaussian_nll_loss',
  3,
  ['input', 'target', 'var', ['full', false], ['eps', 1e-6], reduction],
  (x: Tensor, y: Tensor, variance: Tensor, full: boolean, eps: number, kind: Reduction) => {
    // The bound has no gradient: below it the variance keeps its own.
    const bounded = add(variance, sub(clamp(variance.detach(), eps, null), variance.detach()));
    const losses = mul(add(log(bounded), div(square(sub(x, y)), bounded)), 0.5);
    return reduced(full ? add(losses, 0.5 * Math.log(2 * Math.PI)) : losses, kind);
  }
);

export const hingeEmbeddingLoss: Two<LossOptions & { margin?: number }> = python(
  'hinge_embedding_loss',
  2,
  ['input', 'target', ['margin', 1], ...LEGACY],
  (x: Tensor, y: Tensor, margin: number, _a: null, _r: null, kind: Reduction) => {
    const apart = where(compare('ne', y, 1), relu(sub(margin, x)), mul(x, 0));
    const close = where(compare('ne', y, -1), x, mul(x, 0));
    return reduced(add(apart, close), kind);
  }
);

export const softMarginLoss: Two<LossOptions> = python(
  'soft_margin_loss',
  2,
  ['input', 'target', ...LEGACY],
  (x: Tensor, y: Tensor, _a: null, _r: null, kind: Reduction) =>
    reduced(softplus(neg(mul(y, x)), 1, 20), kind)
);

export const multilabelSoftMarginLoss: Two<LossOptions & { weight?: Tensor | null }> = python(
  'multilabel_soft_margin_loss',
  2,
  ['input', 'target', ['weight', null], ...LEGACY],
  (x: Tensor, y: Tensor, weight: Tensor | null, _a: null, _r: null, kind: Reduction) => {
    const losses = neg(add(mul(y, logSigmoid(x)), mul(sub(1, y), logSigmoid(neg(x)))));
    return reduced(mean(weight ? mul(losses, weight) : losses, -1), kind);
  }
);

/** Class numbers, ended by −1. */
export const multilabelMarginLoss: Two<LossOptions> = python(
  'multilabel_margin_loss',
  2,
  ['input', 'target', ...LEGACY],
  (x: Tensor, y: Tensor, _a: null, _r: null, kind: Reduction) => {
    const rows = x.ndim === 1 ? unsqueeze(x, 0) : x;
    const [n = 0, classes = 0] = rows.shape;
    const labels = y.data();
    const isTarget = new Uint8Array(n * classes);
    const counts = new Float64Array(n * classes * classes);
    for (let i = 0; i < n; i++) {
      const own: number[] = [];
      for (let k = 0; k < classes && (labels[i * classes + k] as number) >= 0; k++) {
        own.push(labels[i * classes + k] as number);
      }
      own.forEach(k => (isTarget[i * classes + k] = 1));
      for (const k of own) {
        for (let j = 0; j < classes; j++) {
          const at = (i * classes + k) * classes + j;
          counts[at] = (counts[at] as number) + (isTarget[i * classes + j] === 1 ? 0 : 1);
        }
      }
    }
    // For every target class k and every other class j: max(0, 1 − (x[k] − x[j])).
    const gaps = relu(add(sub(1, unsqueeze(rows, 2)), unsqueeze(rows, 1)));
    const wanted = fromData(counts, [n, classes, classes], x.dtype);
    const losses = div(sum(mul(gaps, wanted), [1, 2]), classes);
    return reduced(x.ndim === 1 ? losses.squeeze(0) : losses, kind);
  }
);

interface MultiMargin extends LossOptions {
  p?: number;
  margin?: number;
  weight?: Tensor | null;
}
export const multiMarginLoss: Two<MultiMargin> = python(
  'multi_margin_loss',
  2,
  ['input', 'target', ['p', 1], ['margin', 1], ['weight', null], ...LEGACY],
  (
    x: Tensor,
    y: Tensor,
    p: number,
    margin: number,
    weight: Tensor | null,
    _a: null,
    _r: null,
    kind: Reduction
  ) => {
    const classes = at(x.shape, x.ndim - 1);
    const own = gather(x, -1, unsqueeze(y, -1));
    const gaps = pow(relu(add(sub(margin, own), x)), p);
    const others = compare(
      'ne',
      unsqueeze(y, -1),
      fromData(
        Array.from({ length: classes }, (_, i) => i),
        [classes],
        'int64'
      )
    );
    const weighted = weight ? mul(gaps, unsqueeze(gather(weight, 0, y), -1)) : gaps;
    return reduced(div(sum(mul(weighted, cast(others, x.dtype)), -1), classes), kind);
  }
);

export const marginRankingLoss: Three<LossOptions & { margin?: number }> = python(
  'margin_ranking_loss',
  3,
  ['input1', 'input2', 'target', ['margin', 0], ...LEGACY],
  (a: Tensor, b: Tensor, y: Tensor, margin: number, _a: null, _r: null, kind: Reduction) =>
    reduced(clamp(add(mul(neg(y), sub(a, b)), margin), 0, null), kind)
);

export const cosineEmbeddingLoss: Three<LossOptions & { margin?: number }> = python(
  'cosine_embedding_loss',
  3,
  ['input1', 'input2', 'target', ['margin', 0], ...LEGACY],
  (a: Tensor, b: Tensor, y: Tensor, margin: number, _a: null, _r: null, kind: Reduction) => {
    const dim = a.ndim - 1;
    const length = (v: Tensor) => add(sum(square(v), dim), 1e-12);
    const cosine = div(sum(mul(a, b), dim), pow(mul(length(a), length(b)), 0.5));
    const together = where(compare('eq', y, 1), sub(1, cosine), mul(cosine, 0));
    const apart = where(compare('eq', y, -1), clamp(sub(cosine, margin), 0, null), mul(cosine, 0));
    return reduced(add(together, apart), kind);
  }
);

interface Triplet extends LossOptions {
  margin?: number;
  p?: number;
  eps?: number;
  swap?: boolean;
}
/** The anchor closer to the positive than to the negative example, by a margin. */
export const tripletMarginLoss = python<
  (anchor: Tensor, positive: Tensor, negative: Tensor, options?: Triplet) => Tensor
>(
  'triplet_margin_loss',
  3,
  ['anchor', 'positive', 'negative', ['margin', 1], ['p', 2], ['eps', 1e-6], ['swap', false], ...LEGACY],
  (
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: number,
    p: number,
    eps: number,
    swap: boolean,
    _a: null,
    _r: null,
    kind: Reduction
  ) => {
    const distance = (a: Tensor, b: Tensor) => pairwiseDistance(a, b, { p, eps });
    const near = distance(anchor, positive);
    const far = distance(anchor, negative);
    const other = swap ? neg(maximum(neg(far), neg(distance(positive, negative)))) : far;
    return reduced(clamp(add(sub(near, other), margin), 0, null), kind);
  }
);
