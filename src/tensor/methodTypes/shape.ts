// What methods of Tensor that move, pick or convert elements take and return. Calls go by PyTorch's names through
// the table in `functions/methods`.

import type { DType } from '../dtype';
import type { Tensor } from '../tensor';

type Sizes = readonly number[];

export interface ShapeMethods {
  size(): number[];
  size(dim: number): number;
  dim(): number;
  /** A tensor over the same storage. @throws Error where strides do not allow it; use `reshape` then. */
  view(...sizes: number[] | [Sizes]): Tensor;
  reshape(...sizes: number[] | [Sizes]): Tensor;
  flatten(startDim?: number, endDim?: number): Tensor;
  unflatten(dim: number, sizes: Sizes): Tensor;
  permute(...dims: number[] | [Sizes]): Tensor;
  transpose(dim0: number, dim1: number): Tensor;
  t(): Tensor;
  contiguous(): Tensor;
  squeeze(dim?: number): Tensor;
  unsqueeze(dim: number): Tensor;
  expand(...sizes: number[] | [Sizes]): Tensor;
  expandAs(other: Tensor): Tensor;
  repeat(...sizes: number[] | [Sizes]): Tensor;
  repeatInterleave(repeats: number, dim?: number): Tensor;
  narrow(dim: number, start: number, length: number): Tensor;
  select(dim: number, index: number): Tensor;
  /** Along `dim` the element `index` names at each place. */
  gather(dim: number, index: Tensor): Tensor;
  indexSelect(dim: number, index: Tensor): Tensor;
  chunk(chunks: number, dim?: number | { dim: number }): Tensor[];
  split(size: number | Sizes, dim?: number | { dim: number }): Tensor[];
  unbind(dim?: number): Tensor[];
  flip(...dims: number[] | [Sizes]): Tensor;
  roll(shifts: number, dim: number): Tensor;
}

export interface CopyMethods {
  clone(): Tensor;
  detach(): Tensor;
  to(dtype: DType): Tensor;
  float(): Tensor;
  double(): Tensor;
  half(): Tensor;
  int(): Tensor;
  long(): Tensor;
  bool(): Tensor;
}
