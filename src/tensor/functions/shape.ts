// Functions that join, split and move elements.

import type { TorchFunction } from '../function';
import * as shape from '../ops/shape';
import { broadcastShapes as joinShapes } from '../ops/broadcast';
import { tuple } from '../structures';
import type { Tensor } from '../tensor';
import { torchFunction } from './define';
import * as any from './unary';

type Sizes = readonly number[];
type DimOption = number | { dim?: number };

// Joining.

type Join = ((tensors: readonly Tensor[], dim?: DimOption) => Tensor) & TorchFunction;
const joined = ['tensors', ['dim', 0]] as const;
/** Joins tensors along a dimension they have. PyTorch: `torch.cat`. */
export const cat: Join = torchFunction('cat', joined, any.catAny, { method: false });
export const concat: Join = torchFunction('concat', joined, any.catAny, { method: false });
export const concatenate: Join = torchFunction('concatenate', joined, any.catAny, { method: false });
/** Joins tensors along a new dimension. PyTorch: `torch.stack`. */
export const stack: Join = torchFunction('stack', joined, any.stackAny, { method: false });
type Stack = ((tensors: readonly Tensor[]) => Tensor) & TorchFunction;
const stacker = (name: string, atLeast: number, dim: (x: Tensor) => number): Stack =>
  torchFunction(
    name,
    ['tensors'],
    (tensors: readonly Tensor[]) => {
      const parts = tensors.map(t => widened(t, atLeast));
      return any.catAny(parts, parts[0] ? dim(parts[0]) : 0);
    },
    { method: false }
  );
export const hstack = stacker('hstack', 1, x => (x.ndim === 1 ? 0 : 1));
export const vstack = stacker('vstack', 2, () => 0);
export const rowStack = stacker('row_stack', 2, () => 0);
export const dstack = stacker('dstack', 3, () => 2);
export const columnStack: Stack = torchFunction(
  'column_stack',
  ['tensors'],
  (tensors: readonly Tensor[]) =>
    any.catAny(
      tensors.map(t => (t.ndim <= 1 ? shape.reshape(t, [t.numel(), 1]) : t)),
      1
    ),
  { method: false }
);

function widened(x: Tensor, ndim: number): Tensor {
  let result = x;
  if (result.ndim < 1) {
    result = shape.reshape(result, [1]);
  }
  if (result.ndim < 2 && ndim >= 2) {
    result = shape.unsqueeze(result, 0);
  }
  return result.ndim < 3 && ndim >= 3 ? shape.unsqueeze(result, 2) : result;
}

// Splitting.

type Parts = ((x: Tensor, sizes: number | Sizes, dim?: DimOption) => Tensor[]) & TorchFunction;
/** As many parts along `dim` as asked for, the last possibly smaller. PyTorch: `torch.chunk`. */
export const chunk = torchFunction<(x: Tensor, chunks: number, dim?: DimOption) => Tensor[]>(
  'chunk',
  ['input', 'chunks', ['dim', 0]],
  (x: Tensor, chunks: number, dim: number) => tuple(...shape.chunk(x, chunks, dim))
);
/** Parts of given sizes along `dim`. PyTorch: `torch.split`. */
export const split: Parts = torchFunction(
  'split',
  ['tensor', 'split_size_or_sections', ['dim', 0]],
  (x: Tensor, sizes: number | Sizes, dim: number) => tuple(...shape.split(x, sizes, dim)),
  { record: 2, aliases: ['torch.functional.split'], method: false }
);
export const tensorSplit = torchFunction<
  (x: Tensor, parts: number | Sizes | Tensor, dim?: DimOption) => Tensor[]
>(
  'tensor_split',
  ['input', 'indices_or_sections', ['dim', 0]],
  (x: Tensor, parts: number | Sizes | Tensor, dim: number) => tuple(...shape.tensorSplit(x, parts, dim))
);
export const unbind = torchFunction<(x: Tensor, dim?: DimOption) => Tensor[]>(
  'unbind',
  ['input', ['dim', 0]],
  (x: Tensor, dim: number) => tuple(...shape.unbind(x, dim))
);

// Shapes.

/** Dimensions `startDim` to `endDim` as one. PyTorch: `torch.flatten`. */
export const flatten = torchFunction<
  (x: Tensor, startDim?: number | { startDim?: number; endDim?: number }, endDim?: number) => Tensor
>('flatten', ['input', ['start_dim', 0], ['end_dim', -1]], shape.flatten);
export const unflatten = torchFunction<(x: Tensor, dim: number, sizes: Sizes) => Tensor>(
  'unflatten',
  ['input', 'dim', 'sizes'],
  shape.unflatten
);
export const ravel = torchFunction<(x: Tensor) => Tensor>('ravel', ['input'], (x: Tensor) =>
  shape.reshape(x, [-1])
);
/** The same elements in another shape; −1 for what is left. PyTorch: `torch.reshape`. */
export const reshape = torchFunction<(x: Tensor, shape: Sizes) => Tensor>(
  'reshape',
  ['input', 'shape'],
  shape.reshape,
  { method: false }
);
/** Dimensions in another order, as a view. PyTorch: `torch.permute`. */
export const permute = torchFunction<(x: Tensor, dims: Sizes) => Tensor>(
  'permute',
  ['input', 'dims'],
  shape.permute,
  { method: false }
);
type Swap = ((x: Tensor, dim0: number, dim1: number) => Tensor) & TorchFunction;
const swapped = ['input', 'dim0', 'dim1'] as const;
/** Two dimensions exchanged, as a view. PyTorch: `torch.transpose`. */
export const transpose: Swap = torchFunction('transpose', swapped, shape.transpose);
export const swapaxes: Swap = torchFunction('swapaxes', ['input', 'axis0', 'axis1'], shape.transpose);
export const swapdims: Swap = torchFunction('swapdims', swapped, shape.transpose);
export const t = torchFunction<(x: Tensor) => Tensor>('t', ['input'], (x: Tensor) => {
  if (x.ndim > 2) {
    throw new Error(
      `t: expected at most two dimensions, got [${x.shape.join(', ')}]; use transpose or permute`
    );
  }
  return shape.permute(
    x,
    x.shape.map((_, d) => x.ndim - 1 - d)
  );
});
type Move = ((x: Tensor, source: number | Sizes, destination: number | Sizes) => Tensor) & TorchFunction;
const moved = ['input', 'source', 'destination'] as const;
export const movedim: Move = torchFunction('movedim', moved, shape.movedim);
export const moveaxis: Move = torchFunction('moveaxis', moved, shape.movedim);
/** Without dimensions of size 1. PyTorch: `torch.squeeze`. */
export const squeeze = torchFunction<(x: Tensor, dim?: number | Sizes) => Tensor>(
  'squeeze',
  ['input', ['dim', null]],
  shape.squeeze
);
/** With a dimension of size 1 put in. PyTorch: `torch.unsqueeze`. */
export const unsqueeze = torchFunction<(x: Tensor, dim: number) => Tensor>(
  'unsqueeze',
  ['input', 'dim'],
  shape.unsqueeze
);
export const broadcastTo = torchFunction<(x: Tensor, size: Sizes) => Tensor>(
  'broadcast_to',
  ['input', 'size'],
  shape.expand
);
export const broadcastTensors = torchFunction<(...tensors: Tensor[]) => Tensor[]>(
  'broadcast_tensors',
  [],
  (tensors: readonly Tensor[]) => tuple(...shape.broadcastTensors(listOf(tensors))),
  { record: 0, variadic: 0, aliases: ['torch.functional.broadcast_tensors'], method: false }
);
export const broadcastShapes = (...shapes: readonly Sizes[]): number[] =>
  shapes.reduce((a: number[], b) => joinShapes(a, b, 'broadcast_shapes'), []);
const atLeast = (name: string, ndim: number) =>
  torchFunction<(x: Tensor) => Tensor>(name, ['input'], (x: Tensor) => widened(x, ndim), {
    record: 1,
    aliases: [`torch.functional.${name}`],
    method: false
  });
export const atleast1d = atLeast('atleast_1d', 1);
export const atleast2d = atLeast('atleast_2d', 2);
export const atleast3d = atLeast('atleast_3d', 3);

/** Tensors one by one, or as one list. */
function listOf(tensors: readonly (Tensor | readonly Tensor[])[]): readonly Tensor[] {
  const [first] = tensors;
  return Array.isArray(first) ? (first as readonly Tensor[]) : (tensors as readonly Tensor[]);
}

// Parts and copies.

/** `length` indices of `dim` from `start`, as a view. PyTorch: `torch.narrow`. */
export const narrow = torchFunction<(x: Tensor, dim: number, start: number, length: number) => Tensor>(
  'narrow',
  ['input', 'dim', 'start', 'length'],
  (x: Tensor, dim: number, start: number | Tensor, length: number) =>
    shape.narrow(x, dim, typeof start === 'number' ? start : start.item(), length)
);
export const select = torchFunction<(x: Tensor, dim: number, index: number) => Tensor>(
  'select',
  ['input', 'dim', 'index'],
  shape.select
);
export const clone = torchFunction<(x: Tensor) => Tensor>(
  'clone',
  ['input', ['memory_format', null]],
  (x: Tensor) => shape.clone(x)
);
export const detach = torchFunction<(x: Tensor) => Tensor>('detach', ['input'], shape.detach, {
  differentiable: false
});
export const tile = torchFunction<(x: Tensor, dims: Sizes) => Tensor>('tile', ['input', 'dims'], shape.tile, {
  method: false
});
/** Every element several times in a row. PyTorch: `torch.repeat_interleave`. */
export const repeatInterleave = torchFunction<
  (x: Tensor, repeats: number | Tensor, dim?: DimOption) => Tensor
>(
  'repeat_interleave',
  ['input', 'repeats', ['dim', null], ['output_size', null]],
  (x: Tensor, repeats: number | Tensor, dim: number | null) => shape.repeatInterleave(x, repeats, dim)
);
export const flip = torchFunction<(x: Tensor, dims: Sizes) => Tensor>(
  'flip',
  ['input', 'dims'],
  (x: Tensor, dims: number | Sizes) => shape.flip(x, [dims].flat()),
  { method: false }
);
export const fliplr = torchFunction<(x: Tensor) => Tensor>('fliplr', ['input'], (x: Tensor) =>
  shape.flip(x, [1])
);
export const flipud = torchFunction<(x: Tensor) => Tensor>('flipud', ['input'], (x: Tensor) =>
  shape.flip(x, [0])
);
export const roll = torchFunction<
  (x: Tensor, shifts: number | Sizes, dims?: number | Sizes | { dims?: number | Sizes }) => Tensor
>('roll', ['input', 'shifts', ['dims', null]], shape.roll);
export const rot90 = torchFunction<(x: Tensor, k?: number, dims?: Sizes) => Tensor>(
  'rot90',
  ['input', ['k', 1], ['dims', [0, 1]]],
  shape.rot90
);
/** Channels of groups dealt out in turn. PyTorch: `torch.channel_shuffle`. */
export const channelShuffle = torchFunction<(x: Tensor, groups: number) => Tensor>(
  'channel_shuffle',
  ['input', 'groups'],
  shape.channelShuffle,
  { method: false, aliases: ['torch.nn.functional.channel_shuffle'] }
);

// Matrices.

type Diagonal = number | { diagonal?: number };
type Triangle = ((x: Tensor, diagonal?: Diagonal) => Tensor) & TorchFunction;
const triangle = (upper: boolean) => (x: Tensor, offset: number) => shape.triangle(x, offset, upper);
const shifted = ['input', ['diagonal', 0]] as const;
export const tril: Triangle = torchFunction('tril', shifted, triangle(false), { inPlace: true });
export const triu: Triangle = torchFunction('triu', shifted, triangle(true), { inPlace: true });
export const diag: Triangle = torchFunction('diag', shifted, shape.diag);
interface DiagonalOptions {
  offset?: number;
  dim1?: number;
  dim2?: number;
}
export const diagonal = torchFunction<
  (x: Tensor, offset?: number | DiagonalOptions, dim1?: number, dim2?: number) => Tensor
>('diagonal', ['input', ['offset', 0], ['dim1', 0], ['dim2', 1]], shape.diagonal);
export const diagEmbed = torchFunction<(x: Tensor, options?: DiagonalOptions) => Tensor>(
  'diag_embed',
  ['input', ['offset', 0], ['dim1', -2], ['dim2', -1]],
  shape.diagEmbed
);
/** Coordinates of a grid; `indexing` 'ij' (also the default) or 'xy'. */
export const meshgrid = torchFunction<
  (...tensors: (Tensor | readonly Tensor[] | { indexing?: 'ij' | 'xy' })[]) => Tensor[]
>(
  'meshgrid',
  [['indexing', null]],
  (indexing: string | null, tensors: readonly Tensor[]) =>
    tuple(...shape.meshgrid(listOf(tensors), indexing)),
  { record: 0, variadic: 0, aliases: ['torch.functional.meshgrid'], method: false }
);
