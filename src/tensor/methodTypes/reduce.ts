// What methods of Tensor that sum up dimensions take and return. Without `dim` over everything.

import type { Tensor } from '../tensor';

type Sizes = readonly number[];

export interface ReduceOptions {
  dim?: number | Sizes;
  keepdim?: boolean;
}

export interface ReductionMethods {
  sum(dim?: number | Sizes | ReduceOptions, options?: ReduceOptions): Tensor;
  mean(dim?: number | Sizes | ReduceOptions, options?: ReduceOptions): Tensor;
  amax(dim?: number | Sizes, options?: ReduceOptions): Tensor;
  amin(dim?: number | Sizes, options?: ReduceOptions): Tensor;
  max(): Tensor;
  min(): Tensor;
  argmax(dim?: number): Tensor;
  any(): Tensor;
  all(): Tensor;
  var(dim?: number | Sizes, options?: ReduceOptions & { correction?: number }): Tensor;
}
