// What methods of Tensor that move, pick or convert elements take and return. Calls go by PyTorch's names through
// the tables in `functions/`.

import type { DType } from '../dtype';
import type { CreateOptions, NestedNumbers } from '../ops/create';
import type { Tensor } from '../tensor';

type Sizes = readonly number[];
type DimOption = number | { dim?: number };

export interface ShapeMethods {
  size(): number[];
  size(dim: number): number;
  stride(): number[];
  stride(dim: number): number;
  dim(): number;
  nelement(): number;
  elementSize(): number;
  isFloatingPoint(): boolean;
  /** A tensor over the same storage. @throws Error where strides do not allow it; use `reshape` then. */
  view(...sizes: number[] | [Sizes]): Tensor;
  viewAs(other: Tensor): Tensor;
  reshape(...sizes: number[] | [Sizes]): Tensor;
  reshapeAs(other: Tensor): Tensor;
  flatten(startDim?: number | { startDim?: number; endDim?: number }, endDim?: number): Tensor;
  unflatten(dim: number, sizes: Sizes): Tensor;
  ravel(): Tensor;
  permute(...dims: number[] | [Sizes]): Tensor;
  transpose(dim0: number, dim1: number): Tensor;
  swapaxes(axis0: number, axis1: number): Tensor;
  swapdims(dim0: number, dim1: number): Tensor;
  movedim(source: number | Sizes, destination: number | Sizes): Tensor;
  moveaxis(source: number | Sizes, destination: number | Sizes): Tensor;
  t(): Tensor;
  contiguous(): Tensor;
  squeeze(dim?: number | Sizes | { dim: number }): Tensor;
  unsqueeze(dim: number): Tensor;
  squeeze_(dim?: number): Tensor;
  unsqueeze_(dim: number): Tensor;
  transpose_(dim0: number, dim1: number): Tensor;
  expand(...sizes: number[] | [Sizes]): Tensor;
  expandAs(other: Tensor): Tensor;
  broadcastTo(size: Sizes): Tensor;
  repeat(...sizes: number[] | [Sizes]): Tensor;
  tile(...sizes: number[] | [Sizes]): Tensor;
  repeatInterleave(repeats: number | Tensor, dim?: DimOption): Tensor;
  narrow(dim: number, start: number, length: number): Tensor;
  select(dim: number, index: number): Tensor;
  /** Windows of `size` every `step`, as a new last dimension. */
  unfold(dimension: number, size: number, step: number): Tensor;
  diagonal(
    offset?: number | { offset?: number; dim1?: number; dim2?: number },
    dim1?: number,
    dim2?: number
  ): Tensor;
  diag(diagonal?: number): Tensor;
  diagEmbed(options?: { offset?: number; dim1?: number; dim2?: number }): Tensor;
  tril(diagonal?: number | { diagonal?: number }): Tensor;
  triu(diagonal?: number | { diagonal?: number }): Tensor;
  tril_(diagonal?: number): Tensor;
  triu_(diagonal?: number): Tensor;
  chunk(chunks: number, dim?: DimOption): Tensor[];
  split(size: number | Sizes, dim?: DimOption): Tensor[];
  tensorSplit(parts: number | Sizes | Tensor, dim?: DimOption): Tensor[];
  unbind(dim?: number): Tensor[];
  flip(...dims: number[] | [Sizes]): Tensor;
  fliplr(): Tensor;
  flipud(): Tensor;
  roll(shifts: number | Sizes, dims?: number | Sizes): Tensor;
  rot90(k?: number, dims?: Sizes): Tensor;
}

type ScatterOptions = { reduce?: 'add' | 'multiply' };

/** Picking by tensors of positions, and writing to such. */
export interface PickMethods {
  /** Along `dim` the element `index` names at each place. */
  gather(dim: number, index: Tensor): Tensor;
  takeAlongDim(index: Tensor, dim?: number | { dim?: number }): Tensor;
  indexSelect(dim: number, index: Tensor): Tensor;
  take(index: Tensor): Tensor;
  maskedSelect(mask: Tensor): Tensor;
  nonzero(): Tensor;
  scatter(dim: number, index: Tensor, source: Tensor | number, options?: ScatterOptions): Tensor;
  scatter_(dim: number, index: Tensor, source: Tensor | number, options?: ScatterOptions): Tensor;
  scatterAdd(dim: number, index: Tensor, source: Tensor): Tensor;
  scatterAdd_(dim: number, index: Tensor, source: Tensor): Tensor;
  scatterReduce(
    dim: number,
    index: Tensor,
    source: Tensor,
    reduce: 'sum' | 'prod' | 'mean' | 'amax' | 'amin',
    options?: { includeSelf?: boolean }
  ): Tensor;
  indexAdd(dim: number, index: Tensor, source: Tensor, options?: { alpha?: number }): Tensor;
  indexAdd_(dim: number, index: Tensor, source: Tensor, options?: { alpha?: number }): Tensor;
  indexCopy(dim: number, index: Tensor, source: Tensor): Tensor;
  indexCopy_(dim: number, index: Tensor, source: Tensor): Tensor;
  indexFill(dim: number, index: Tensor, value: number | Tensor): Tensor;
  indexFill_(dim: number, index: Tensor, value: number | Tensor): Tensor;
  indexPut(indices: readonly Tensor[], values: Tensor, options?: { accumulate?: boolean }): Tensor;
  indexPut_(indices: readonly Tensor[], values: Tensor, options?: { accumulate?: boolean }): Tensor;
  maskedScatter(mask: Tensor, source: Tensor): Tensor;
}

export interface CopyMethods {
  clone(): Tensor;
  detach(): Tensor;
  detach_(): Tensor;
  to(dtype: DType | Tensor): Tensor;
  type(dtype: DType): Tensor;
  typeAs(other: Tensor): Tensor;
  float(): Tensor;
  double(): Tensor;
  half(): Tensor;
  int(): Tensor;
  long(): Tensor;
  short(): Tensor;
  char(): Tensor;
  byte(): Tensor;
  bool(): Tensor;
  cpu(): Tensor;
  newZeros(...sizes: number[] | [Sizes]): Tensor;
  newOnes(...sizes: number[] | [Sizes]): Tensor;
  newEmpty(...sizes: number[] | [Sizes]): Tensor;
  newFull(size: Sizes, value: number | boolean, options?: CreateOptions): Tensor;
  newTensor(data: NestedNumbers, options?: CreateOptions): Tensor;
}
