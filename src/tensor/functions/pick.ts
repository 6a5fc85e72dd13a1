// Functions that pick elements by tensors of positions, and that write to such.

import type { TorchFunction } from '../function';
import * as indexing from '../ops/indexing';
import * as scatters from '../ops/scatter';
import * as shape from '../ops/shape';
import { tuple } from '../structures';
import type { Tensor } from '../tensor';
import { torchFunction } from './define';

/** `out[i][j] = x[index[i][j]][j]` for dim 0. */
export const gather = torchFunction<(x: Tensor, dim: number, index: Tensor) => Tensor>(
  'gather',
  ['input', 'dim', 'index', ['sparse_grad', false]],
  (x: Tensor, dim: number, index: Tensor) => indexing.gather(x, dim, index)
);
export const takeAlongDim = torchFunction<(x: Tensor, index: Tensor, dim?: number | null) => Tensor>(
  'take_along_dim',
  ['input', 'indices', ['dim', null]],
  indexing.takeAlongDim
);
export const indexSelect = torchFunction<(x: Tensor, dim: number, index: Tensor) => Tensor>(
  'index_select',
  ['input', 'dim', 'index'],
  shape.indexSelect
);
export const take = torchFunction<(x: Tensor, index: Tensor) => Tensor>(
  'take',
  ['input', 'index'],
  scatters.take
);
export const maskedSelect = torchFunction<(x: Tensor, mask: Tensor) => Tensor>(
  'masked_select',
  ['input', 'mask'],
  scatters.maskedSelect
);
export const nonzero = torchFunction<(x: Tensor, options?: { asTuple?: boolean }) => Tensor | Tensor[]>(
  'nonzero',
  ['input', ['as_tuple', false]],
  (x: Tensor, asTuple: boolean) => (asTuple ? tuple(...scatters.nonzeroColumns(x)) : scatters.nonzero(x)),
  { differentiable: false }
);

type Source = Tensor | number | { value?: number; src?: Tensor; reduce?: 'add' | 'multiply' };
/** `out[index[i][j]][j] = src[i][j]` for dim 0. */
export const scatter = torchFunction<
  (x: Tensor, dim: number, index: Tensor, source: Source, options?: { reduce?: 'add' | 'multiply' }) => Tensor
>(
  'scatter',
  ['input', 'dim', 'index', ['src', null], ['value', null], ['reduce', null]],
  (
    x: Tensor,
    dim: number,
    index: Tensor,
    src: Tensor | number | null,
    value: number | null,
    reduce: scatters.ScatterReduce | null
  ) => {
    const source = src ?? value;
    if (source === null) {
      throw new TypeError('scatter: give src or value');
    }
    return scatters.scatterAny(x, dim, index, source, reduce);
  },
  { inPlace: true }
);
type Into = ((x: Tensor, dim: number, index: Tensor, source: Tensor) => Tensor) & TorchFunction;
export const scatterAdd: Into = torchFunction(
  'scatter_add',
  ['input', 'dim', 'index', 'src'],
  scatters.scatterAdd,
  { inPlace: true }
);
export const scatterReduce = torchFunction<
  (
    x: Tensor,
    dim: number,
    index: Tensor,
    source: Tensor,
    reduce: 'sum' | 'prod' | 'mean' | 'amax' | 'amin',
    options?: { includeSelf?: boolean }
  ) => Tensor
>(
  'scatter_reduce',
  ['input', 'dim', 'index', 'src', 'reduce', ['include_self', true]],
  (
    x: Tensor,
    dim: number,
    index: Tensor,
    source: Tensor,
    reduce: scatters.ScatterReduce,
    includeSelf: boolean
  ) =>
    reduce === 'sum' && includeSelf
      ? scatters.scatterAdd(x, dim, index, source)
      : scatters.scatterReduce(x, dim, index, source, reduce, includeSelf),
  { inPlace: true }
);
export const indexAdd = torchFunction<
  (x: Tensor, dim: number, index: Tensor, source: Tensor, options?: { alpha?: number }) => Tensor
>('index_add', ['input', 'dim', 'index', 'source', ['alpha', 1]], scatters.indexAdd, { inPlace: true });
export const indexCopy: Into = torchFunction(
  'index_copy',
  ['input', 'dim', 'index', 'source'],
  scatters.indexCopy,
  { inPlace: true }
);
export const indexFill = torchFunction<
  (x: Tensor, dim: number, index: Tensor, value: number | Tensor) => Tensor
>('index_fill', ['input', 'dim', 'index', 'value'], scatters.indexFill, { inPlace: true });
export const indexPut = torchFunction<
  (x: Tensor, indices: readonly Tensor[], values: Tensor, options?: { accumulate?: boolean }) => Tensor
>('index_put', ['input', 'indices', 'values', ['accumulate', false]], scatters.indexPut, { inPlace: true });
export const maskedScatter = torchFunction<(x: Tensor, mask: Tensor, source: Tensor) => Tensor>(
  'masked_scatter',
  ['input', 'mask', 'source'],
  scatters.maskedScatter,
  { inPlace: true }
);
