// What methods of Tensor that sum up dimensions take and return. Without `dim` over everything.

import type { DType } from '../dtype';
import type { NamedTensors, ValuesIndices } from '../functions/returnTypes';
import type { Tensor } from '../tensor';

type Sizes = readonly number[];
type Dims = number | Sizes | null;

export interface ReduceOptions {
  dim?: number | Sizes;
  keepdim?: boolean;
}
type SumOptions = ReduceOptions & { dtype?: DType };
type SpreadOptions = ReduceOptions & { correction?: number; unbiased?: boolean };
interface Extreme {
  (): Tensor;
  (other: Tensor): Tensor;
  /** Values and places along a dimension. */
  (dim: number | (ReduceOptions & { dim: number }), options?: ReduceOptions | boolean): ValuesIndices;
}
interface SortOptions {
  dim?: number;
  descending?: boolean;
  stable?: boolean;
}

export interface ReductionMethods {
  /** Sum over all elements, or over dimensions. PyTorch: `sum`. */
  sum(dim?: Dims | SumOptions, options?: SumOptions | boolean): Tensor;
  /** Mean over all elements, or over dimensions. PyTorch: `mean`. */
  mean(dim?: Dims | SumOptions, options?: SumOptions | boolean): Tensor;
  prod(dim?: number | SumOptions, options?: SumOptions | boolean): Tensor;
  nansum(dim?: Dims | SumOptions, options?: SumOptions): Tensor;
  /** Largest over dimensions. PyTorch: `amax`. */
  amax(dim?: Dims | ReduceOptions, options?: ReduceOptions | boolean): Tensor;
  /** Smallest over dimensions. PyTorch: `amin`. */
  amin(dim?: Dims | ReduceOptions, options?: ReduceOptions | boolean): Tensor;
  aminmax(options?: ReduceOptions): NamedTensors<'min' | 'max'>;
  /** Largest element; with `dim`, values and their places. PyTorch: `max`. */
  max: Extreme;
  /** Smallest element; with `dim`, values and their places. PyTorch: `min`. */
  min: Extreme;
  /** Place of the largest element. PyTorch: `argmax`. */
  argmax(dim?: number | ReduceOptions | null, options?: ReduceOptions | boolean): Tensor;
  argmin(dim?: number | ReduceOptions | null, options?: ReduceOptions | boolean): Tensor;
  /** Is any element true? PyTorch: `any`. */
  any(dim?: Dims | ReduceOptions, options?: ReduceOptions | boolean): Tensor;
  /** Are all elements true? PyTorch: `all`. */
  all(dim?: Dims | ReduceOptions, options?: ReduceOptions | boolean): Tensor;
  /** Variance, unbiased unless told. PyTorch: `var`. */
  var(dim?: Dims | SpreadOptions, options?: SpreadOptions): Tensor;
  std(dim?: Dims | SpreadOptions, options?: SpreadOptions): Tensor;
  logsumexp(dim: number | Sizes, options?: ReduceOptions): Tensor;
  softmax(dim: number | { dim: number; dtype?: DType }): Tensor;
  logSoftmax(dim: number | { dim: number; dtype?: DType }): Tensor;
  norm(
    p?: number | 'fro' | { p?: number; dim?: Dims; keepdim?: boolean },
    dim?: Dims,
    keepdim?: boolean
  ): Tensor;
  countNonzero(dim?: Dims): Tensor;
  cumsum(dim: number | { dim: number }, options?: { dtype?: DType }): Tensor;
  cumprod(dim: number | { dim: number }, options?: { dtype?: DType }): Tensor;
  logcumsumexp(dim: number): Tensor;
  cummax(dim: number): ValuesIndices;
  cummin(dim: number): ValuesIndices;
  median(): Tensor;
  median(dim: number | (ReduceOptions & { dim: number }), options?: ReduceOptions): ValuesIndices;
  kthvalue(k: number, dim?: number | ReduceOptions, options?: ReduceOptions): ValuesIndices;
  topk(k: number, dim?: number | { dim?: number; largest?: boolean; sorted?: boolean }): ValuesIndices;
  sort(dim?: number | SortOptions, descending?: boolean | SortOptions): ValuesIndices;
  argsort(dim?: number | SortOptions, descending?: boolean | SortOptions): Tensor;
}
