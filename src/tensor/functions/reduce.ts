// Reductions: functions that make one number of many. Without `dim` of all elements; with it along that dimension.

import type { DType } from '../dtype';
import type { TorchFunction } from '../function';
import { cast, maximum, minimum } from '../ops/elementwise';
import * as order from '../ops/order';
import * as reduce from '../ops/reduce';
import * as scans from '../ops/scan';
import { vectorNorm } from '../ops/vectorNorm';
import { Tensor } from '../tensor';
import { torchFunction, type Dims, type Keep } from './define';
import { namedTuple, valuesIndices, type NamedTensors, type ValuesIndices } from './returnTypes';
import * as any from './unary';

type OptionalDims = Dims | null;
const typed = (x: Tensor, dtype: DType | null): Tensor => (dtype ? cast(x, dtype) : x);

// Sums.

type Options = Keep & { dim?: OptionalDims; dtype?: DType };
type Sum = ((x: Tensor, dim?: OptionalDims | Options, options?: Options) => Tensor) & TorchFunction;
const summed = ['input', ['dim', null], ['keepdim', false], ['dtype', null]] as const;
/** Sum over all elements, or over dimensions. PyTorch: `torch.sum`. */
export const sum: Sum = torchFunction(
  'sum',
  summed,
  (x: Tensor, dim: OptionalDims, keepdim: boolean, dtype: DType | null) =>
    reduce.sum(typed(x, dtype), dim, keepdim)
);
/** Mean over all elements, or over dimensions. PyTorch: `torch.mean`. */
export const mean: Sum = torchFunction(
  'mean',
  summed,
  (x: Tensor, dim: OptionalDims, keepdim: boolean, dtype: DType | null) =>
    any.meanAny(typed(x, dtype), dim, keepdim)
);
/** Over one dimension or all. */
export const prod: Sum = torchFunction(
  'prod',
  summed,
  (x: Tensor, dim: OptionalDims, keepdim: boolean, dtype: DType | null) =>
    reduce.prod(typed(x, dtype), dim, keepdim)
);
const withoutNaN = (x: Tensor): Tensor => any.nanToZero(x);
export const nansum: Sum = torchFunction(
  'nansum',
  summed,
  (x: Tensor, dim: OptionalDims, keepdim: boolean, dtype: DType | null) =>
    reduce.sum(withoutNaN(typed(x, dtype)), dim, keepdim)
);
export const logsumexp = torchFunction<(x: Tensor, dim: Dims, options?: Keep) => Tensor>(
  'logsumexp',
  ['input', 'dim', ['keepdim', false]],
  (x: Tensor, dim: Dims, keepdim: boolean) => reduce.logsumexp(x, dim, keepdim)
);
export const countNonzero = torchFunction<(x: Tensor, dim?: OptionalDims | { dim?: OptionalDims }) => Tensor>(
  'count_nonzero',
  ['input', ['dim', null]],
  reduce.countNonzero,
  { differentiable: false }
);

// Spread. Also called as `var(x, unbiased)` and `var(x, dim, unbiased)`, which older graphs do.

type Spread = Keep & { dim?: OptionalDims; correction?: number; unbiased?: boolean };
const spread = [
  'input',
  ['dim', null],
  ['unbiased', null],
  ['keepdim', false],
  ['correction', null]
] as const;
type SpreadForward<R> = (x: Tensor, dim: Dims | null, correction: number, keepdim: boolean) => R;
function spreadForward<R>(fn: SpreadForward<R>) {
  return (
    x: Tensor,
    dim: Dims | boolean | null,
    unbiased: boolean | null,
    keepdim: boolean,
    correction: number | null
  ): R => {
    const isUnbiased = typeof dim === 'boolean' ? dim : unbiased;
    return fn(
      x,
      typeof dim === 'boolean' ? null : dim,
      correction ?? (isUnbiased === false ? 0 : 1),
      keepdim
    );
  };
}
type SpreadOf<R> = ((x: Tensor, dim?: OptionalDims | Spread, options?: Spread) => R) & TorchFunction;
const variance: SpreadOf<Tensor> = torchFunction('var', spread, spreadForward(reduce.variance));
export { variance as var };
export const std: SpreadOf<Tensor> = torchFunction('std', spread, spreadForward(reduce.deviation));
export const varMean: SpreadOf<Tensor[]> = torchFunction(
  'var_mean',
  spread,
  spreadForward((x, dim, correction, keepdim) => [
    reduce.variance(x, dim, correction, keepdim),
    reduce.mean(x, dim, keepdim)
  ]),
  { method: false }
);
export const stdMean: SpreadOf<Tensor[]> = torchFunction(
  'std_mean',
  spread,
  spreadForward((x, dim, correction, keepdim) => [
    reduce.deviation(x, dim, correction, keepdim),
    reduce.mean(x, dim, keepdim)
  ]),
  { method: false }
);

// Extremes.

interface Extreme extends TorchFunction {
  /** The extreme of all elements. */
  (x: Tensor): Tensor;
  /** At each place the more extreme of two. */
  (x: Tensor, other: Tensor): Tensor;
  /** Along `dim`, with the places. NaN wins. */
  (x: Tensor, dim: number | (Keep & { dim: number }), options?: Keep | boolean): ValuesIndices;
}
function extreme(name: 'max' | 'min'): Extreme {
  const sign = name === 'max' ? 1 : -1;
  const forward = (
    x: Tensor,
    dim: number | Tensor | null,
    keepdim: boolean,
    other: Tensor | null
  ): unknown => {
    const second = dim instanceof Tensor ? dim : other;
    if (second) {
      return sign > 0 ? maximum(x, second) : minimum(x, second);
    }
    return typeof dim === 'number'
      ? valuesIndices(order.extremeAlong(x, dim, keepdim, sign))
      : reduce.extremeOfAll(x, sign);
  };
  return torchFunction<(...args: never[]) => unknown>(
    name,
    ['input', ['dim', null], ['keepdim', false], ['other', null]],
    forward
  ) as unknown as Extreme;
}
export const max = extreme('max');
/** Smallest element; with `dim`, values and their places. PyTorch: `torch.min`. */
export const min = extreme('min');

type Amax = ((x: Tensor, dim?: Dims | (Keep & { dim?: Dims }), options?: Keep) => Tensor) & TorchFunction;
const kept = ['input', ['dim', null], ['keepdim', false]] as const;
export const amax: Amax = torchFunction('amax', kept, reduce.amax);
export const amin: Amax = torchFunction('amin', kept, reduce.amin);
export const aminmax = torchFunction<
  (x: Tensor, options?: Keep & { dim?: number }) => NamedTensors<'min' | 'max'>
>('aminmax', kept, (x: Tensor, dim: number | null, keepdim: boolean) =>
  namedTuple(['min', 'max'], [reduce.amin(x, dim, keepdim), reduce.amax(x, dim, keepdim)])
);
type Place = ((x: Tensor, dim?: number | null | (Keep & { dim?: number }), options?: Keep) => Tensor) &
  TorchFunction;
/** Place of the largest element, of all or along `dim`. PyTorch: `torch.argmax`. */
export const argmax: Place = torchFunction('argmax', kept, reduce.argmax, { differentiable: false });
export const argmin: Place = torchFunction('argmin', kept, reduce.argmin, { differentiable: false });
const anyOf: Amax = torchFunction('any', kept, reduce.any, { differentiable: false });
const allOf: Amax = torchFunction('all', kept, reduce.all, { differentiable: false });
export { anyOf as any, allOf as all };

// Order.

interface Ordered {
  dim?: number;
  descending?: boolean;
  stable?: boolean;
}
const sorted = ['input', ['dim', -1], ['descending', false], ['stable', false]] as const;
type Sort<R> = ((x: Tensor, dim?: number | Ordered, descending?: boolean | Ordered) => R) & TorchFunction;
export const sort: Sort<ValuesIndices> = torchFunction(
  'sort',
  sorted,
  (x: Tensor, dim: number, descending: boolean) => valuesIndices(order.sort(x, dim, descending))
);
export const argsort: Sort<Tensor> = torchFunction(
  'argsort',
  sorted,
  (x: Tensor, dim: number, descending: boolean) => order.sort(x, dim, descending)[1],
  { differentiable: false }
);
/** The `k` largest, in order. */
export const topk = torchFunction<
  (
    x: Tensor,
    k: number,
    dim?: number | { dim?: number; largest?: boolean; sorted?: boolean }
  ) => ValuesIndices
>(
  'topk',
  ['input', 'k', ['dim', -1], ['largest', true], ['sorted', true]],
  (x: Tensor, k: number, dim: number, largest: boolean) => valuesIndices(order.topk(x, k, dim, largest))
);
export const kthvalue = torchFunction<
  (x: Tensor, k: number, dim?: number | ({ dim?: number } & Keep)) => ValuesIndices
>(
  'kthvalue',
  ['input', 'k', ['dim', -1], ['keepdim', false]],
  (x: Tensor, k: number, dim: number, keepdim: boolean) => valuesIndices(order.kthValue(x, k, dim, keepdim))
);
interface Median extends TorchFunction {
  (x: Tensor): Tensor;
  (x: Tensor, dim: number | ({ dim: number } & Keep), options?: Keep): ValuesIndices;
}
export const median = torchFunction<(...args: never[]) => unknown>(
  'median',
  kept,
  (x: Tensor, dim: number | null, keepdim: boolean) =>
    dim === null ? order.median(x) : valuesIndices(order.medianAlong(x, dim, keepdim))
) as unknown as Median;

// Running totals.

type Scan = ((x: Tensor, dim: number | { dim: number }, options?: { dtype?: DType }) => Tensor) &
  TorchFunction;
const scanned = ['input', 'dim', ['dtype', null]] as const;
const scan = (fn: (x: Tensor, dim: number) => Tensor) => (x: Tensor, dim: number, dtype: DType | null) =>
  fn(typed(x, dtype), dim);
export const cumsum: Scan = torchFunction('cumsum', scanned, scan(scans.cumsum), { inPlace: true });
export const cumprod: Scan = torchFunction('cumprod', scanned, scan(scans.cumprod), { inPlace: true });
export const logcumsumexp: Scan = torchFunction('logcumsumexp', ['input', 'dim'], scans.logcumsumexp);
type Cumulative = ((x: Tensor, dim: number) => ValuesIndices) & TorchFunction;
export const cummax: Cumulative = torchFunction('cummax', ['input', 'dim'], (x: Tensor, dim: number) =>
  valuesIndices(scans.cumulativeExtreme(x, dim, 1))
);
export const cummin: Cumulative = torchFunction('cummin', ['input', 'dim'], (x: Tensor, dim: number) =>
  valuesIndices(scans.cumulativeExtreme(x, dim, -1))
);

// Softmax and norms.

type Softmax = ((x: Tensor, dim: number | { dim: number; dtype?: DType }) => Tensor) & TorchFunction;
const softmaxed = ['input', 'dim', ['dtype', null]] as const;
/** e^x over its sum along `dim`. PyTorch: `torch.softmax`. */
export const softmax: Softmax = torchFunction(
  'softmax',
  softmaxed,
  (x: Tensor, dim: number, dtype: DType | null) => any.softmaxAny(typed(x, dtype), dim)
);
/** Logarithm of softmax along `dim`. PyTorch: `torch.log_softmax`. */
export const logSoftmax: Softmax = torchFunction(
  'log_softmax',
  softmaxed,
  (x: Tensor, dim: number, dtype: DType | null) => reduce.softmax(typed(x, dtype), dim, true)
);

/** Which norm: a number, infinity, or a name. */
export type NormOrder = number | 'fro' | null;
interface NormOptions extends Keep {
  p?: NormOrder;
  dim?: OptionalDims;
  dtype?: DType;
}
/** The norm of the elements as one vector, whatever the dimensions: `p` 2 or 'fro' is Euclid's. */
export const norm = torchFunction<
  (x: Tensor, p?: NormOrder | NormOptions, dim?: OptionalDims | NormOptions) => Tensor
>(
  'norm',
  ['input', ['p', 'fro'], ['dim', null], ['keepdim', false], ['out', null], ['dtype', null]],
  (x: Tensor, p: NormOrder, dim: OptionalDims, keepdim: boolean, _out: null, dtype: DType | null) =>
    vectorNorm(typed(x, dtype), typeof p === 'number' ? p : 2, dim, keepdim),
  { record: 1, aliases: ['torch.functional.norm'], method: false }
);
