// Reductions of the `torch` namespace.

import { defineFunction } from '../function';
import * as elementwise from '../ops/elementwise';
import * as reduce from '../ops/reduce';
import type { Tensor } from '../tensor';
import type { Dims, Keep } from './define';
import { params } from './parameters';
import * as any from './unary';

export const sum = defineFunction<
  (x: Tensor, dim?: Dims | ({ dim?: Dims } & Keep), options?: Keep) => Tensor
>({
  target: 'torch.sum',
  parameters: params('input', ['dim', null], ['keepdim', false], ['dtype', null]),
  record: 'asWritten',
  forward: (x: Tensor, dim: Dims | null, keepdim: boolean) => reduce.sum(x, dim, keepdim)
});
export const mean = defineFunction<
  (x: Tensor, dim?: Dims | ({ dim?: Dims } & Keep), options?: Keep) => Tensor
>({
  target: 'torch.mean',
  parameters: params('input', ['dim', null], ['keepdim', false], ['dtype', null]),
  record: 'asWritten',
  forward: (x: Tensor, dim: Dims | null, keepdim: boolean) => any.meanAny(x, dim, keepdim)
});
export const softmax = defineFunction<(x: Tensor, dim: number | { dim: number }) => Tensor>({
  target: 'torch.softmax',
  parameters: params('input', 'dim', ['dtype', null]),
  record: 'asWritten',
  forward: (x: Tensor, dim: number) => any.softmaxAny(x, dim)
});
export const logSoftmax = defineFunction<(x: Tensor, dim: number | { dim: number }) => Tensor>({
  target: 'torch.log_softmax',
  parameters: params('input', 'dim', ['dtype', null]),
  record: 'asWritten',
  forward: (x: Tensor, dim: number) => reduce.softmax(x, dim, true)
});
type Extreme = (x: Tensor, other?: Tensor) => Tensor;
/** The largest element, or with `other` the larger one at each place. */
export const max = defineFunction<Extreme>({
  target: 'torch.max',
  parameters: params('input', ['other', null]),
  record: 'asWritten',
  forward: (x: Tensor, other: Tensor | null) => (other ? elementwise.maximum(x, other) : reduce.amax(x))
});
export const min = defineFunction<Extreme>({
  target: 'torch.min',
  parameters: params('input', ['other', null]),
  record: 'asWritten',
  forward: (x: Tensor, other: Tensor | null) => (other ? elementwise.minimum(x, other) : reduce.amin(x))
});
export const argmax = defineFunction<(x: Tensor, dim?: number | { dim?: number }) => Tensor>({
  target: 'torch.argmax',
  parameters: params('input', ['dim', null], ['keepdim', false]),
  record: 'asWritten',
  forward: reduce.argmax
});
