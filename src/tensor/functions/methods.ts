// The methods of Tensor that are no functions of the `torch` namespace as well, by PyTorch's names. Methods that take
// sizes one by one see arguments as written. The others are defined beside their functions.

import './torch';
import { backward, retainGrad, setRequiresGrad } from '../autograd/backward';
import { seeInPlace, writeInPlace } from '../autograd/inPlace';
import { elementSize, isDType, type DType } from '../dtype';
import { defineMethod, defineMethodLike, methodNames } from '../methods';
import * as elementwise from '../ops/elementwise';
import * as shape from '../ops/shape';
import { intRepr } from '../quantized/quantize';
import { tuple } from '../structures';
import { installMethod, Tensor } from '../tensor';
import { params } from './parameters';
import * as any from './unary';

// Sizes one by one or as a list.

function sized(name: string, key: string, fn: (x: Tensor, sizes: number[]) => Tensor): void {
  defineMethod(name, ([x, ...sizes], kwargs) =>
    fn(x as Tensor, shape.sizesOf(kwargs[key] === undefined ? sizes : [kwargs[key]]))
  );
}
sized('view', 'size', shape.view);
sized('reshape', 'shape', shape.reshape);
sized('permute', 'dims', shape.permute);
sized('expand', 'size', shape.expand);
sized('repeat', 'repeats', shape.repeat);
sized('tile', 'dims', shape.tile);
sized('flip', 'dims', shape.flip);
sized('resize_', 'size', shape.reshape);

// What a tensor is.

defineMethod('size', ([x, dim], kwargs) => {
  const sizes = (x as Tensor).shape;
  const wanted = (dim ?? kwargs.dim) as number | null | undefined;
  return wanted == null ? tuple(...sizes) : shape.at(sizes, shape.normalizeDim(wanted, sizes.length, 'size'));
});
defineMethod('shape', ([x]) => tuple(...(x as Tensor).shape));
defineMethod('stride', ([x, dim]) => {
  const { strides, ndim } = x as Tensor;
  return dim == null
    ? tuple(...strides)
    : shape.at(strides, shape.normalizeDim(dim as number, ndim, 'stride'));
});
const asks: { readonly [name: string]: (x: Tensor) => unknown } = {
  dim: x => x.ndim,
  ndimension: x => x.ndim,
  numel: x => x.numel(),
  nelement: x => x.numel(),
  item: x => x.item(),
  tolist: x => x.tolist(),
  q_scale: x => x.qScale(),
  q_zero_point: x => x.qZeroPoint(),
  is_contiguous: x => x.isContiguous(),
  is_floating_point: x => x.dtype.startsWith('float'),
  element_size: x => elementSize(x.dtype)
};
for (const [name, ask] of Object.entries(asks)) {
  defineMethod(name, ([x]) => ask(x as Tensor));
}

// Conversions.

defineMethod('to', ([x, ...others], kwargs) => {
  const source = x as Tensor;
  const target = [...others, kwargs.dtype, kwargs.other].find(v => isDType(v) || v instanceof Tensor);
  const dtype = target instanceof Tensor ? target.dtype : (target as DType | undefined);
  const result = dtype ? elementwise.cast(source, dtype) : source;
  return kwargs.copy === true && result === source ? shape.clone(source) : result;
});
defineMethod('type', ([x, dtype]) =>
  dtype === undefined ? (x as Tensor).dtype : elementwise.cast(x as Tensor, dtype as DType)
);
defineMethod('type_as', ([x, other]) => elementwise.cast(x as Tensor, (other as Tensor).dtype));
const casts: { readonly [name: string]: DType } = {
  float: 'float32',
  double: 'float64',
  half: 'float16',
  int: 'int32',
  long: 'int64',
  short: 'int16',
  char: 'int8',
  byte: 'uint8',
  bool: 'bool'
};
for (const [name, dtype] of Object.entries(casts)) {
  defineMethod(name, ([x]) => elementwise.cast(x as Tensor, dtype));
}
for (const name of ['cpu', 'cuda']) {
  // There is one device.
  defineMethod(name, ([x]) => x);
}

// Gradients.

defineMethod('requires_grad_', ([x, value], kwargs) =>
  setRequiresGrad(x as Tensor, ((value ?? kwargs.requires_grad) as boolean | undefined) ?? true)
);
defineMethod('backward', ([x, gradient], kwargs) =>
  backward(x as Tensor, (gradient as Tensor | null | undefined) ?? null, kwargs.retain_graph === true)
);
defineMethod('retain_grad', ([x]) => retainGrad(x as Tensor));

/** Methods with the parameters of a plain function. */
const simple: { readonly [name: string]: [ReturnType<typeof params>, (...values: never[]) => unknown] } = {
  contiguous: [params('x', ['memory_format', null]), (x: Tensor) => shape.contiguous(x)],
  split: [
    params('x', 'split_size', ['dim', 0]),
    (x: Tensor, sizes: number | readonly number[], dim: number) => tuple(...shape.split(x, sizes, dim))
  ],
  expand_as: [params('x', 'other'), (x: Tensor, other: Tensor) => shape.expand(x, other.shape)],
  view_as: [params('x', 'other'), (x: Tensor, other: Tensor) => shape.view(x, other.shape)],
  reshape_as: [params('x', 'other'), (x: Tensor, other: Tensor) => shape.reshape(x, other.shape)],
  unfold: [params('x', 'dimension', 'size', 'step'), shape.unfoldDim],
  hardsigmoid: [params('x'), any.hardsigmoid],
  prelu: [params('x', 'weight'), any.prelu],
  norm: [
    params('x', ['p', 'fro'], ['dim', null], ['keepdim', false], ['dtype', null]),
    (x: Tensor, p: number | string, dim: number | null, keepdim: boolean) =>
      any.norm(x, typeof p === 'number' ? p : 2, dim, keepdim)
  ],
  where: [
    params('x', 'condition', 'other'),
    (x: Tensor, condition: Tensor, other: elementwise.Operand) => elementwise.where(condition, x, other)
  ],
  int_repr: [params('x'), intRepr]
};
for (const [name, [parameters, forward]] of Object.entries(simple)) {
  defineMethodLike(name, { parameters, forward });
}

// In place what only changes how a tensor is seen.

type View = (x: Tensor, ...args: never[]) => Tensor;
const views: { readonly [name: string]: View } = {
  squeeze_: (x: Tensor, dim: number | null = null) => shape.squeeze(x, dim),
  unsqueeze_: shape.unsqueeze,
  transpose_: shape.transpose,
  swapaxes_: shape.transpose
};
for (const [name, see] of Object.entries(views)) {
  defineMethod(name, ([x, ...args]) => seeInPlace(name, x as Tensor, y => see(y, ...(args as never[]))));
}
defineMethod('detach_', ([x]) => {
  const self = x as Tensor;
  self.requiresGrad = false;
  self.gradFn = null;
  return self;
});
defineMethod('hardsigmoid_', ([x]) => writeInPlace('hardsigmoid_', x as Tensor, [], any.hardsigmoid));

// `shape` is a field of every tensor, and a method only in graphs.
for (const name of methodNames().filter(known => known !== 'shape')) {
  installMethod(name);
}
