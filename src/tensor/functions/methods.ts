// The methods of Tensor by PyTorch's names. Methods that take sizes one by one see arguments as written.

import type { DType } from '../dtype';
import { isDType } from '../dtype';
import { defineMethod, defineMethodLike, methodNames } from '../methods';
import { tuple } from '../structures';
import { installMethod, type Tensor } from '../tensor';
import * as elementwise from '../ops/elementwise';
import { gather } from '../ops/indexing';
import { matmul } from '../ops/linear';
import * as pointwise from '../ops/pointwise';
import * as reduce from '../ops/reduce';
import * as shape from '../ops/shape';
import { backward, retainGrad, setRequiresGrad } from '../autograd/backward';
import { dequantize, intRepr } from '../quantized/quantize';
import { addAny, mulAny } from './arithmetic';
import { params } from './parameters';
import * as any from './unary';

/** `name(self, sizes…)`: sizes one by one or as a list. */
function sized(name: string, fn: (x: Tensor, sizes: number[]) => Tensor): void {
  defineMethod(name, ([x, ...sizes]) => fn(x as Tensor, shape.sizesOf(sizes)));
}

sized('view', shape.view);
sized('reshape', shape.reshape);
sized('permute', shape.permute);
sized('expand', shape.expand);
sized('repeat', shape.repeat);
sized('flip', shape.flip);
sized('resize_', shape.reshape);

defineMethod('size', ([x, dim]) => {
  const sizes = (x as Tensor).shape;
  return dim === undefined
    ? tuple(...sizes)
    : shape.at(sizes, shape.normalizeDim(dim as number, sizes.length, 'size'));
});
defineMethod('shape', ([x]) => tuple(...(x as Tensor).shape));
defineMethod('squeeze', ([x, dim]) => shape.squeeze(x as Tensor, (dim as number | undefined) ?? null));
defineMethod('to', ([x, dtype], kwargs) => {
  const wanted = dtype ?? kwargs.dtype;
  return isDType(wanted) ? elementwise.cast(x as Tensor, wanted) : x;
});
defineMethod('type_as', ([x, other]) => elementwise.cast(x as Tensor, (other as Tensor).dtype));
defineMethod('expand_as', ([x, other]) => shape.expand(x as Tensor, (other as Tensor).shape));
defineMethod('requires_grad_', ([x, value], kwargs) =>
  setRequiresGrad(x as Tensor, ((value ?? kwargs.requires_grad) as boolean | undefined) ?? true)
);
defineMethod('backward', ([x, gradient], kwargs) =>
  backward(x as Tensor, (gradient as Tensor | null | undefined) ?? null, kwargs.retain_graph === true)
);
defineMethod('retain_grad', ([x]) => retainGrad(x as Tensor));
defineMethod('dim', ([x]) => (x as Tensor).ndim);
defineMethod('numel', ([x]) => (x as Tensor).numel());
defineMethod('item', ([x]) => (x as Tensor).item());
defineMethod('tolist', ([x]) => (x as Tensor).tolist());

const casts: { readonly [name: string]: DType } = {
  float: 'float32',
  double: 'float64',
  half: 'float16',
  int: 'int32',
  long: 'int64',
  bool: 'bool'
};
for (const [name, dtype] of Object.entries(casts)) {
  defineMethod(name, ([x]) => elementwise.cast(x as Tensor, dtype));
}

/** Methods with the parameters of a plain function; in-place spellings give the same value here. */
const simple: { readonly [name: string]: [ReturnType<typeof params>, (...values: never[]) => unknown] } = {
  flatten: [params('x', ['start_dim', 0], ['end_dim', -1]), shape.flatten],
  unflatten: [params('x', 'dim', 'sizes'), shape.unflatten],
  transpose: [params('x', 'dim0', 'dim1'), shape.transpose],
  swapaxes: [params('x', 'dim0', 'dim1'), shape.transpose],
  t: [
    params('x'),
    (x: Tensor) =>
      shape.permute(
        x,
        x.shape.map((_, d) => x.ndim - 1 - d)
      )
  ],
  contiguous: [params('x', ['memory_format', null]), (x: Tensor) => shape.contiguous(x)],
  clone: [params('x', ['memory_format', null]), (x: Tensor) => shape.clone(x)],
  detach: [params('x'), shape.detach],
  unsqueeze: [params('x', 'dim'), shape.unsqueeze],
  narrow: [params('x', 'dim', 'start', 'length'), shape.narrow],
  select: [params('x', 'dim', 'index'), shape.select],
  gather: [params('x', 'dim', 'index'), gather],
  index_select: [params('x', 'dim', 'index'), shape.indexSelect],
  repeat_interleave: [params('x', 'repeats', ['dim', null]), shape.repeatInterleave],
  chunk: [params('x', 'chunks', ['dim', 0]), shape.chunk],
  split: [params('x', 'split_size', ['dim', 0]), shape.split],
  unbind: [params('x', ['dim', 0]), shape.unbind],
  roll: [params('x', 'shifts', 'dims'), shape.roll],
  relu: [params('x'), any.relu],
  sigmoid: [params('x'), any.sigmoid],
  tanh: [params('x'), any.tanh],
  hardsigmoid: [params('x'), any.hardsigmoid],
  softmax: [params('x', 'dim', ['dtype', null]), (x: Tensor, dim: number) => any.softmaxAny(x, dim)],
  log_softmax: [
    params('x', 'dim', ['dtype', null]),
    (x: Tensor, dim: number) => reduce.softmax(x, dim, true)
  ],
  clamp: [params('x', ['min', null], ['max', null]), any.clamp],
  abs: [params('x'), pointwise.abs],
  exp: [params('x'), pointwise.exp],
  log: [params('x'), pointwise.log],
  sqrt: [params('x'), pointwise.sqrt],
  rsqrt: [params('x'), pointwise.rsqrt],
  square: [params('x'), pointwise.square],
  neg: [params('x'), pointwise.neg],
  masked_fill: [params('x', 'mask', 'value'), elementwise.maskedFill],
  add: [params('x', 'other', ['alpha', 1]), addAny],
  sub: [params('x', 'other', ['alpha', 1]), elementwise.sub],
  mul: [params('x', 'other'), mulAny],
  div: [params('x', 'other'), elementwise.div],
  pow: [params('x', 'exponent'), elementwise.pow],
  matmul: [params('x', 'other'), matmul],
  bmm: [params('x', 'other'), matmul],
  mm: [params('x', 'other'), matmul],
  sum: [
    params('x', ['dim', null], ['keepdim', false], ['dtype', null]),
    (x: Tensor, dim: reduce.Dims, keep: boolean) => reduce.sum(x, dim, keep)
  ],
  mean: [
    params('x', ['dim', null], ['keepdim', false], ['dtype', null]),
    (x: Tensor, dim: reduce.Dims, keep: boolean) => any.meanAny(x, dim, keep)
  ],
  var: [
    params('x', ['dim', null], ['correction', 1], ['keepdim', false]),
    (x: Tensor, dim: reduce.Dims, correction: number, keep: boolean) =>
      reduce.variance(x, dim, correction, keep)
  ],
  amax: [params('x', ['dim', null], ['keepdim', false]), reduce.amax],
  amin: [params('x', ['dim', null], ['keepdim', false]), reduce.amin],
  max: [params('x', ['dim', null], ['keepdim', false]), extremeOf(reduce.amax)],
  min: [params('x', ['dim', null], ['keepdim', false]), extremeOf(reduce.amin)],
  argmax: [params('x', ['dim', null], ['keepdim', false]), reduce.argmax],
  any: [params('x', ['dim', null]), reduce.any],
  all: [params('x', ['dim', null]), reduce.all],
  int_repr: [params('x'), intRepr],
  dequantize: [params('x'), dequantize],
  q_scale: [params('x'), (x: Tensor) => x.qScale()],
  q_zero_point: [params('x'), (x: Tensor) => x.qZeroPoint()]
};

/** Without `dim` the extreme value, with it values and indices. */
function extremeOf(reduction: typeof reduce.amax) {
  return (x: Tensor, dim: number | null, keepdim: boolean): unknown => {
    if (dim === null) {
      return reduction(x, null, keepdim);
    }
    const at = reduce.argmax(reduction === reduce.amax ? x : pointwise.neg(x), dim, true);
    const values = gather(x, dim, at);
    return keepdim ? [values, at] : [shape.squeeze(values, dim), shape.squeeze(at, dim)];
  };
}

for (const [name, [parameters, forward]] of Object.entries(simple)) {
  defineMethodLike(name, { parameters, forward });
}
for (const name of [
  'relu',
  'sigmoid',
  'tanh',
  'hardsigmoid',
  'detach',
  'squeeze',
  'unsqueeze',
  'clamp',
  'add',
  'mul',
  'sub',
  'div'
]) {
  const entry = simple[name];
  if (entry) {
    defineMethodLike(`${name}_`, { parameters: entry[0], forward: entry[1] });
  }
}
for (const name of elementwise.COMPARISON_NAMES) {
  defineMethodLike(name, {
    parameters: params('x', 'other'),
    forward: (x: Tensor, y: elementwise.Operand) => elementwise.compare(name, x, y)
  });
}

// `shape` is a field of every tensor, and a method only in graphs.
for (const name of methodNames().filter(known => known !== 'shape')) {
  installMethod(name);
}
