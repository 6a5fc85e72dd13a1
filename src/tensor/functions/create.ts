// Functions that make tensors: of zeros, of a range, like another one. Sizes are a list, or in imported graphs also
// numbers one by one. `torch.tensor` and `fromData` are in `ops/create`: they take no traced values, as in PyTorch.

import type { DType } from '../dtype';
import type { TorchFunction } from '../function';
import { defineMethod, defineMethodLike } from '../methods';
import * as create from '../ops/create';
import { cast, filled } from '../ops/elementwise';
import type { CreateOptions } from '../ops/create';
import { sizesOf } from '../ops/views';
import type { Tensor } from '../tensor';
import { torchFunction } from './define';
import { params, type ParameterEntry } from './parameters';

type Sizes = readonly number[];
type Create = ((size: Sizes, options?: CreateOptions) => Tensor) & TorchFunction;

/** Keyword arguments every such function has; a tensor here is always dense and on the CPU. */
export const FACTORY: readonly ParameterEntry[] = [
  ['dtype', null],
  ['requires_grad', false],
  ['device', null],
  ['layout', null],
  ['pin_memory', false],
  ['memory_format', null],
  ['out', null],
  ['names', null]
];
type Factory = [dtype: DType | null, requiresGrad: boolean, ...unused: unknown[]];

export const options = (dtype: DType | null, requiresGrad: boolean): CreateOptions => ({
  ...(dtype ? { dtype } : {}),
  requiresGrad
});

function sized(name: string, make: (size: Sizes, given: CreateOptions) => Tensor): Create {
  return torchFunction(
    name,
    FACTORY,
    (...values: [...Factory, readonly unknown[]]) =>
      make(sizesOf(values[values.length - 1] as readonly unknown[]), options(values[0], values[1])),
    { variadic: 0, method: false, differentiable: false }
  );
}

export const zeros = sized('zeros', create.zeros);
export const ones = sized('ones', create.ones);
/** Zeros here; PyTorch leaves open what is in it. */
export const empty = sized('empty', create.zeros);
/** Of the value's dtype if that is a boolean, else float32: JavaScript cannot tell 1.0 from 1. */
export const full = torchFunction<
  (size: Sizes, value: number | boolean | Tensor, options?: CreateOptions) => Tensor
>(
  'full',
  ['size', 'fill_value', ...FACTORY],
  (size: Sizes, value: number | boolean | Tensor, ...[dtype, requiresGrad]: Factory) => {
    const number = typeof value === 'object' ? value.item() : value;
    return create.full(
      size,
      Number(number),
      options(dtype ?? (typeof number === 'boolean' ? 'bool' : null), requiresGrad)
    );
  },
  { method: false, differentiable: false }
);

type Range = (
  start: number,
  end?: number | CreateOptions | null,
  step?: number | CreateOptions,
  options?: CreateOptions
) => Tensor;
/** `arange(end)` or `arange(start, end, step)`; int64 for whole numbers. */
export const arange = torchFunction<Range>(
  'arange',
  ['start', ['end', null], ['step', 1], ...FACTORY],
  (start: number, end: number | null, step: number, ...[dtype, requiresGrad]: Factory) =>
    create.arange(start, end, step, options(dtype, requiresGrad)),
  { method: false, differentiable: false }
);
/** `steps` numbers from start to end, both included. */
export const linspace = torchFunction<
  (start: number, end: number, steps: number, options?: CreateOptions) => Tensor
>(
  'linspace',
  ['start', 'end', 'steps', ...FACTORY],
  (start: number, end: number, steps: number, ...[dtype, requiresGrad]: Factory) =>
    create.linspace(start, end, steps, options(dtype, requiresGrad)),
  { method: false, differentiable: false }
);
/** `base` to the powers of `linspace`. */
export const logspace = torchFunction<
  (start: number, end: number, steps: number, base?: number | ({ base?: number } & CreateOptions)) => Tensor
>(
  'logspace',
  ['start', 'end', 'steps', ['base', 10], ...FACTORY],
  (start: number, end: number, steps: number, base: number, ...[dtype, requiresGrad]: Factory) =>
    create.logspace(start, end, steps, base, options(dtype, requiresGrad)),
  { method: false, differentiable: false }
);
export const eye = torchFunction<
  (n: number, m?: number | null | CreateOptions, options?: CreateOptions) => Tensor
>(
  'eye',
  ['n', ['m', null], ...FACTORY],
  (n: number, m: number | null, ...[dtype, requiresGrad]: Factory) =>
    create.eye(n, m ?? n, options(dtype, requiresGrad)),
  { method: false, differentiable: false }
);

// Like another tensor.

type Like = ((x: Tensor, options?: CreateOptions) => Tensor) & TorchFunction;
const like = (name: string, value: number): Like =>
  torchFunction(
    name,
    ['input', ...FACTORY],
    (x: Tensor, ...[dtype, requiresGrad]: Factory) =>
      create.full(x.shape, value, options(dtype ?? x.dtype, requiresGrad)),
    { method: false, differentiable: false }
  );
export const zerosLike = like('zeros_like', 0);
export const onesLike = like('ones_like', 1);
export const emptyLike = like('empty_like', 0);
export const fullLike = torchFunction<
  (x: Tensor, value: number | boolean, options?: CreateOptions) => Tensor
>(
  'full_like',
  ['input', 'fill_value', ...FACTORY],
  (x: Tensor, value: number | boolean, ...[dtype, requiresGrad]: Factory) =>
    create.withOptions(
      filled(create.zeros(x.shape, { dtype: dtype ?? x.dtype }), value),
      options(null, requiresGrad)
    ),
  { method: false, differentiable: false }
);

/** `x.new_zeros(2, 3)`: of the dtype of `x`. */
function newSized(name: string, value: number): void {
  defineMethod(name, ([x, ...sizes], kwargs) => {
    const list = sizesOf(kwargs.size ? [kwargs.size] : sizes);
    const dtype = (kwargs.dtype as DType | null | undefined) ?? (x as Tensor).dtype;
    return create.full(list, value, options(dtype, kwargs.requires_grad === true));
  });
}
newSized('new_zeros', 0);
newSized('new_ones', 1);
newSized('new_empty', 0);
defineMethodLike('new_full', {
  parameters: params('input', 'size', 'fill_value', ...FACTORY),
  forward: (x: Tensor, size: Sizes, value: number | boolean, ...[dtype, requiresGrad]: Factory) =>
    create.withOptions(
      filled(create.zeros(size, { dtype: dtype ?? x.dtype }), value),
      options(null, requiresGrad)
    )
});
defineMethodLike('new_tensor', {
  parameters: params('input', 'data', ...FACTORY),
  forward: (x: Tensor, data: create.NestedNumbers, ...[dtype, requiresGrad]: Factory) =>
    create.withOptions(cast(create.tensor(data), dtype ?? x.dtype), options(null, requiresGrad))
});
