// What methods of Tensor that move, pick or convert elements take and return. Calls go by PyTorch's names through
// the tables in `functions/`.

import type { DType } from '../dtype';
import type { CreateOptions, NestedNumbers } from '../ops/create';
import type { Tensor } from '../tensor';

type Sizes = readonly number[];
type DimOption = number | { dim?: number };

export interface ShapeMethods {
  /** All sizes, or that of one dimension. PyTorch: `size`. */
  size(): number[];
  /** All sizes, or that of one dimension. PyTorch: `size`. */
  size(dim: number): number;
  stride(): number[];
  stride(dim: number): number;
  /** Number of dimensions. PyTorch: `dim`. */
  dim(): number;
  nelement(): number;
  elementSize(): number;
  isFloatingPoint(): boolean;
  /** A tensor over the same storage. @throws Error where strides do not allow it; use `reshape` then. */
  view(...sizes: number[] | [Sizes]): Tensor;
  viewAs(other: Tensor): Tensor;
  /** The same elements in another shape; −1 for what is left. PyTorch: `reshape`. */
  reshape(...sizes: number[] | [Sizes]): Tensor;
  reshapeAs(other: Tensor): Tensor;
  /** Dimensions as one. PyTorch: `flatten`. */
  flatten(startDim?: number | { startDim?: number; endDim?: number }, endDim?: number): Tensor;
  /** One dimension as several. PyTorch: `unflatten`. */
  unflatten(dim: number, sizes: Sizes): Tensor;
  ravel(): Tensor;
  /** Dimensions in another order, as a view. PyTorch: `permute`. */
  permute(...dims: number[] | [Sizes]): Tensor;
  /** Two dimensions exchanged, as a view. PyTorch: `transpose`. */
  transpose(dim0: number, dim1: number): Tensor;
  swapaxes(axis0: number, axis1: number): Tensor;
  swapdims(dim0: number, dim1: number): Tensor;
  movedim(source: number | Sizes, destination: number | Sizes): Tensor;
  moveaxis(source: number | Sizes, destination: number | Sizes): Tensor;
  /** Rows and columns exchanged, as a view. PyTorch: `t`. */
  t(): Tensor;
  /** Itself, or a row-major copy. PyTorch: `contiguous`. */
  contiguous(): Tensor;
  /** Without dimensions of size 1. PyTorch: `squeeze`. */
  squeeze(dim?: number | Sizes | { dim: number }): Tensor;
  /** With a dimension of size 1 put in. PyTorch: `unsqueeze`. */
  unsqueeze(dim: number): Tensor;
  squeeze_(dim?: number): Tensor;
  unsqueeze_(dim: number): Tensor;
  transpose_(dim0: number, dim1: number): Tensor;
  /** Dimensions of size 1 repeated without copying; −1 keeps one. PyTorch: `expand`. */
  expand(...sizes: number[] | [Sizes]): Tensor;
  /** Expanded to another tensor's shape. PyTorch: `expand_as`. */
  expandAs(other: Tensor): Tensor;
  broadcastTo(size: Sizes): Tensor;
  /** Copies laid side by side. PyTorch: `repeat`. */
  repeat(...sizes: number[] | [Sizes]): Tensor;
  tile(...sizes: number[] | [Sizes]): Tensor;
  /** Every element several times in a row. PyTorch: `repeat_interleave`. */
  repeatInterleave(repeats: number | Tensor, dim?: DimOption): Tensor;
  /** `length` indices of `dim` from `start`, as a view. PyTorch: `narrow`. */
  narrow(dim: number, start: number, length: number): Tensor;
  /** One index of a dimension, which goes away. PyTorch: `select`. */
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
  /** As many parts along `dim` as asked for. PyTorch: `chunk`. */
  chunk(chunks: number, dim?: DimOption): Tensor[];
  /** Parts of given sizes along `dim`. PyTorch: `split`. */
  split(size: number | Sizes, dim?: DimOption): Tensor[];
  tensorSplit(parts: number | Sizes | Tensor, dim?: DimOption): Tensor[];
  /** One tensor per index of `dim`. PyTorch: `unbind`. */
  unbind(dim?: number): Tensor[];
  /** Dimensions in reverse order. PyTorch: `flip`. */
  flip(...dims: number[] | [Sizes]): Tensor;
  fliplr(): Tensor;
  flipud(): Tensor;
  /** Elements moved round along dimensions. PyTorch: `roll`. */
  roll(shifts: number | Sizes, dims?: number | Sizes): Tensor;
  rot90(k?: number, dims?: Sizes): Tensor;
}

type ScatterOptions = { reduce?: 'add' | 'multiply' };

/** Picking by tensors of positions, and writing to such. */
export interface PickMethods {
  /** Along `dim` the element `index` names at each place. */
  gather(dim: number, index: Tensor): Tensor;
  takeAlongDim(index: Tensor, dim?: number | { dim?: number }): Tensor;
  /** The indices listed, along `dim`. PyTorch: `index_select`. */
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
  /** A copy. PyTorch: `clone`. */
  clone(): Tensor;
  /** The same numbers, not recorded for gradients. PyTorch: `detach`. */
  detach(): Tensor;
  detach_(): Tensor;
  /** Of another dtype. PyTorch: `to`. */
  to(dtype: DType | Tensor): Tensor;
  type(dtype: DType): Tensor;
  typeAs(other: Tensor): Tensor;
  /** As float32. PyTorch: `float`. */
  float(): Tensor;
  /** As float64. PyTorch: `double`. */
  double(): Tensor;
  /** As float16. PyTorch: `half`. */
  half(): Tensor;
  /** As int32. PyTorch: `int`. */
  int(): Tensor;
  /** As int64. PyTorch: `long`. */
  long(): Tensor;
  short(): Tensor;
  char(): Tensor;
  byte(): Tensor;
  /** As bool: what is not zero. PyTorch: `bool`. */
  bool(): Tensor;
  cpu(): Tensor;
  newZeros(...sizes: number[] | [Sizes]): Tensor;
  newOnes(...sizes: number[] | [Sizes]): Tensor;
  newEmpty(...sizes: number[] | [Sizes]): Tensor;
  newFull(size: Sizes, value: number | boolean, options?: CreateOptions): Tensor;
  newTensor(data: NestedNumbers, options?: CreateOptions): Tensor;
}
