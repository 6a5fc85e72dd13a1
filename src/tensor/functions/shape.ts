// Functions of the `torch` namespace that join, split and move.

import { defineFunction } from '../function';
import { gather as gatherOp } from '../ops/indexing';
import * as shape from '../ops/shape';
import type { Tensor } from '../tensor';
import { params } from './parameters';
import * as any from './unary';

// Joining, splitting, moving.

type Join = (tensors: readonly Tensor[], dim?: number | { dim?: number }) => Tensor;
export const cat = defineFunction<Join>({
  target: 'torch.cat',
  parameters: params('tensors', ['dim', 0]),
  record: 'asWritten',
  forward: any.catAny
});
export const stack = defineFunction<Join>({
  target: 'torch.stack',
  parameters: params('tensors', ['dim', 0]),
  record: 'asWritten',
  forward: any.stackAny
});
export const chunk = defineFunction<(x: Tensor, chunks: number, dim?: number | { dim?: number }) => Tensor[]>(
  {
    target: 'torch.chunk',
    parameters: params('input', 'chunks', ['dim', 0]),
    record: 'asWritten',
    forward: shape.chunk
  }
);
export const split = defineFunction<
  (x: Tensor, size: number | readonly number[], dim?: number | { dim?: number }) => Tensor[]
>({
  target: 'torch.split',
  parameters: params('tensor', 'split_size_or_sections', ['dim', 0]),
  record: 'asWritten',
  forward: shape.split
});
export const flatten = defineFunction<
  (x: Tensor, startDim?: number | { startDim?: number; endDim?: number }, endDim?: number) => Tensor
>({
  target: 'torch.flatten',
  parameters: params('input', ['start_dim', 0], ['end_dim', -1]),
  record: 'asWritten',
  forward: shape.flatten
});
export const reshape = defineFunction<(x: Tensor, shape: readonly number[]) => Tensor>({
  target: 'torch.reshape',
  parameters: params('input', 'shape'),
  record: 'asWritten',
  forward: shape.reshape
});
export const permute = defineFunction<(x: Tensor, dims: readonly number[]) => Tensor>({
  target: 'torch.permute',
  parameters: params('input', 'dims'),
  record: 'asWritten',
  forward: shape.permute
});
export const transpose = defineFunction<(x: Tensor, dim0: number, dim1: number) => Tensor>({
  target: 'torch.transpose',
  parameters: params('input', 'dim0', 'dim1'),
  record: 'asWritten',
  forward: shape.transpose
});
export const squeeze = defineFunction<(x: Tensor, dim?: number) => Tensor>({
  target: 'torch.squeeze',
  parameters: params('input', ['dim', null]),
  record: 'asWritten',
  forward: shape.squeeze
});
export const unsqueeze = defineFunction<(x: Tensor, dim: number) => Tensor>({
  target: 'torch.unsqueeze',
  parameters: params('input', 'dim'),
  record: 'asWritten',
  forward: shape.unsqueeze
});
export const narrow = defineFunction<(x: Tensor, dim: number, start: number, length: number) => Tensor>({
  target: 'torch.narrow',
  parameters: params('input', 'dim', 'start', 'length'),
  record: 'asWritten',
  forward: shape.narrow
});
/** `out[i][j] = x[index[i][j]][j]` for dim 0. */
export const gather = defineFunction<(x: Tensor, dim: number, index: Tensor) => Tensor>({
  target: 'torch.gather',
  parameters: params('input', 'dim', 'index'),
  record: 'asWritten',
  forward: gatherOp
});
export const repeatInterleave = defineFunction<
  (x: Tensor, repeats: number, dim?: number | { dim?: number }) => Tensor
>({
  target: 'torch.repeat_interleave',
  parameters: params('input', 'repeats', ['dim', null]),
  record: 'asWritten',
  forward: shape.repeatInterleave
});
export const channelShuffle = defineFunction<(x: Tensor, groups: number) => Tensor>({
  target: 'torch.channel_shuffle',
  parameters: params('input', 'groups'),
  record: 'asWritten',
  forward: shape.channelShuffle
});
