// The `torch.*` functions. All are PyTorch builtins: recorded with arguments as the caller wrote them.

import { defineFunction, type TorchFunction } from '../function';
import type { DType } from '../dtype';
import { Tensor } from '../tensor';
import { convolution, type Spatial } from '../ops/convolution';
import * as elementwise from '../ops/elementwise';
import { gather as gatherOp } from '../ops/indexing';
import { matmul as matmulOp } from '../ops/linear';
import * as pointwise from '../ops/pointwise';
import * as reduce from '../ops/reduce';
import * as shape from '../ops/shape';
import * as q from '../quantized/quantize';
import { addAny, mulAny } from './arithmetic';
import { params } from './parameters';
import * as any from './unary';

type Operand = elementwise.Operand;
type Dims = number | readonly number[];
interface Keep {
  keepdim?: boolean;
}
type Unary = (x: Tensor) => Tensor;
type Binary = (x: Operand, y: Operand) => Tensor;

function unaryFunction(name: string, forward: (x: Tensor) => Tensor): Unary & TorchFunction {
  return defineFunction<Unary>({
    target: `torch.${name}`,
    parameters: params('input'),
    record: 'asWritten',
    forward
  });
}

function binaryFunction(name: string, forward: (x: Operand, y: Operand) => Tensor): Binary & TorchFunction {
  return defineFunction<Binary>({
    target: `torch.${name}`,
    parameters: params('input', 'other'),
    record: 'asWritten',
    forward
  });
}

export const relu = unaryFunction('relu', any.relu);
export const sigmoid = unaryFunction('sigmoid', any.sigmoid);
export const tanh = unaryFunction('tanh', any.tanh);
export const abs = unaryFunction('abs', pointwise.abs);
export const neg = unaryFunction('neg', pointwise.neg);
export const exp = unaryFunction('exp', pointwise.exp);
export const log = unaryFunction('log', pointwise.log);
export const sqrt = unaryFunction('sqrt', pointwise.sqrt);
export const rsqrt = unaryFunction('rsqrt', pointwise.rsqrt);
export const erf = unaryFunction('erf', pointwise.erf);
export const sin = unaryFunction('sin', pointwise.sin);
export const cos = unaryFunction('cos', pointwise.cos);
export const floor = unaryFunction('floor', pointwise.floor);

export const div = binaryFunction('div', elementwise.div);
export const maximum = binaryFunction('maximum', elementwise.maximum);
export const minimum = binaryFunction('minimum', elementwise.minimum);
export const pow = binaryFunction('pow', elementwise.pow);
export const gt = binaryFunction('gt', (a, b) => elementwise.compare('gt', a, b));
export const lt = binaryFunction('lt', (a, b) => elementwise.compare('lt', a, b));
export const eq = binaryFunction('eq', (a, b) => elementwise.compare('eq', a, b));

type Scaled = (x: Operand, y: Operand, options?: { alpha?: number }) => Tensor;
/** `x + alpha · y`. */
export const add = defineFunction<Scaled>({
  target: 'torch.add',
  parameters: params('input', 'other', ['alpha', 1]),
  record: 'asWritten',
  forward: addAny
});
export const sub = defineFunction<Scaled>({
  target: 'torch.sub',
  parameters: params('input', 'other', ['alpha', 1]),
  record: 'asWritten',
  forward: elementwise.sub
});
export const mul = binaryFunction('mul', mulAny);
export const matmul = defineFunction<(x: Tensor, y: Tensor) => Tensor>({
  target: 'torch.matmul',
  parameters: params('input', 'other'),
  record: 'asWritten',
  forward: matmulOp
});
export const bmm = defineFunction<(x: Tensor, y: Tensor) => Tensor>({
  target: 'torch.bmm',
  parameters: params('input', 'mat2'),
  record: 'asWritten',
  forward: matmulOp
});
export const where = defineFunction<(condition: Tensor, x: Operand, y: Operand) => Tensor>({
  target: 'torch.where',
  parameters: params('condition', 'input', 'other'),
  record: 'asWritten',
  forward: elementwise.where
});
export const clamp = defineFunction<(x: Tensor, min?: number | null, max?: number | null) => Tensor>({
  target: 'torch.clamp',
  parameters: params('input', ['min', null], ['max', null]),
  record: 'asWritten',
  forward: any.clamp
});

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
  forward: shape.stack
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

// Reductions.

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

// Convolutions: the same functions as nn.functional's.

export interface ConvOptions {
  stride?: Spatial;
  padding?: Spatial | 'same' | 'valid';
  dilation?: Spatial;
  groups?: number;
}
type Conv = (
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null | ConvOptions,
  ...rest: (Spatial | ConvOptions | string)[]
) => Tensor;

function convFunction(dims: number): Conv & TorchFunction {
  const name = `conv${dims}d`;
  return defineFunction<Conv>({
    target: `torch.${name}`,
    parameters: params(
      'input',
      'weight',
      ['bias', null],
      ['stride', 1],
      ['padding', 0],
      ['dilation', 1],
      ['groups', 1]
    ),
    record: 'asWritten',
    forward: (
      x: Tensor,
      w: Tensor,
      b: Tensor | null,
      stride: Spatial,
      padding: Spatial,
      dilation: Spatial,
      groups: number
    ) => convolution(name, x, w, b, dims, { stride, padding, dilation, groups })
  });
}

export interface ConvTransposeOptions {
  stride?: Spatial;
  padding?: Spatial;
  outputPadding?: Spatial;
  groups?: number;
  dilation?: Spatial;
}
type ConvTranspose = (
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null | ConvTransposeOptions,
  ...rest: (Spatial | ConvTransposeOptions)[]
) => Tensor;

function convTransposeFunction(dims: number): ConvTranspose & TorchFunction {
  const name = `conv_transpose${dims}d`;
  return defineFunction<ConvTranspose>({
    target: `torch.${name}`,
    parameters: params(
      'input',
      'weight',
      ['bias', null],
      ['stride', 1],
      ['padding', 0],
      ['output_padding', 0],
      ['groups', 1],
      ['dilation', 1]
    ),
    record: 'asWritten',
    forward: (
      x: Tensor,
      w: Tensor,
      b: Tensor | null,
      stride: Spatial,
      padding: Spatial,
      outputPadding: Spatial,
      groups: number,
      dilation: Spatial
    ) =>
      convolution(name, x, w, b, dims, { stride, padding, dilation, groups, outputPadding, transposed: true })
  });
}

export const conv1d = convFunction(1);
export const conv2d = convFunction(2);
export const conv3d = convFunction(3);
export const convTranspose1d = convTransposeFunction(1);
export const convTranspose2d = convTransposeFunction(2);
export const convTranspose3d = convTransposeFunction(3);

// Quantization.

type Number0d = Tensor | number;
const numberOf = (v: Number0d): number => (v instanceof Tensor ? v.item() : v);

export const quantizePerTensor = defineFunction<
  (x: Tensor, scale: Number0d, zeroPoint: Number0d, dtype: DType) => Tensor
>({
  target: 'torch.quantize_per_tensor',
  parameters: params('input', 'scale', 'zero_point', 'dtype'),
  record: 'asWritten',
  forward: (x: Tensor, scale: Number0d, zeroPoint: Number0d, dtype: DType) =>
    q.quantizePerTensor(x, numberOf(scale), numberOf(zeroPoint), dtype)
});
export const quantizePerChannel = defineFunction<
  (x: Tensor, scales: Tensor, zeroPoints: Tensor, axis: number, dtype: DType) => Tensor
>({
  target: 'torch.quantize_per_channel',
  parameters: params('input', 'scales', 'zero_points', 'axis', 'dtype'),
  record: 'asWritten',
  forward: (x: Tensor, scales: Tensor, zeroPoints: Tensor, axis: number, dtype: DType) =>
    q.quantizePerChannel(x, scales.data(), zeroPoints.data(), axis, dtype, zeroPoints.dtype === 'float32')
});
export const quantizePerTensorDynamic = defineFunction<
  (x: Tensor, dtype: DType, reduceRange: boolean) => Tensor
>({
  target: 'torch.quantize_per_tensor_dynamic',
  parameters: params('input', 'dtype', 'reduce_range'),
  record: 'asWritten',
  forward: q.quantizePerTensorDynamic
});
export const dequantize = unaryFunction('dequantize', q.dequantize);
