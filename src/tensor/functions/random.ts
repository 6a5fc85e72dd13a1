// Random functions of the `torch` namespace and the methods that fill a tensor: `x.uniform_(0, 1)`.

import { writeInPlace } from '../autograd/inPlace';
import type { DType } from '../dtype';
import { bind, type FunctionSpec, type TorchFunction } from '../function';
import type { Generator } from '../generator';
import { defineMethod } from '../methods';
import { add, broadcastShapes, mul } from '../ops/elementwise';
import { withOptions } from '../ops/create';
import { expand, sizesOf } from '../ops/views';
import * as random from '../random';
import { Tensor } from '../tensor';
import { FACTORY } from './create';
import { torchFunction } from './define';
import { params, type ParameterEntry } from './parameters';

type Sizes = readonly number[];
type Sized = ((size: Sizes, options?: random.RandomOptions) => Tensor) & TorchFunction;
const PLAIN = { method: false, differentiable: false } as const;
const GENERATED: readonly ParameterEntry[] = [...FACTORY, ['generator', null]];
type Factory = [dtype: DType | null, requiresGrad: boolean, ...others: unknown[]];
const optionsOf = (values: readonly unknown[]): random.RandomOptions => {
  const [dtype, requiresGrad] = values as Factory;
  const generator = values[GENERATED.length - 1] as Generator | null;
  return { ...(dtype ? { dtype } : {}), requiresGrad, generator };
};

const sized = (name: string, make: (size: Sizes, options: random.RandomOptions) => Tensor): Sized =>
  torchFunction(
    name,
    GENERATED,
    (...values: unknown[]) =>
      make(sizesOf(values[GENERATED.length] as readonly unknown[]), optionsOf(values)),
    { ...PLAIN, variadic: 0 }
  );
/** Uniform numbers in [0, 1). */
export const rand = sized('rand', random.rand);
/** Standard normal numbers. */
export const randn = sized('randn', random.randn);

type Like = ((x: Tensor, options?: random.RandomOptions) => Tensor) & TorchFunction;
const like = (name: string, make: (size: Sizes, options: random.RandomOptions) => Tensor): Like =>
  torchFunction(
    name,
    ['input', ...GENERATED],
    (x: Tensor, ...values: unknown[]) => {
      const options = optionsOf(values);
      return make(x.shape, { ...options, dtype: options.dtype ?? x.dtype });
    },
    PLAIN
  );
export const randLike = like('rand_like', random.rand);
export const randnLike = like('randn_like', random.randn);

/** `randint(high, size)` or `randint(low, high, size)`: whole numbers from low to below high. */
export const randint = torchFunction<
  (
    low: number,
    high: number | Sizes,
    size?: Sizes | random.RandomOptions,
    options?: random.RandomOptions
  ) => Tensor
>(
  'randint',
  ['low', 'high', ['size', null], ...GENERATED],
  (low: number, high: number | Sizes, size: Sizes | null, ...values: unknown[]) =>
    typeof high === 'number'
      ? random.randint(low, high, size ?? [], optionsOf(values))
      : random.randint(0, low, high, optionsOf(values)),
  PLAIN
);
export const randintLike = torchFunction<
  (x: Tensor, low: number, high?: number | null, options?: random.RandomOptions) => Tensor
>(
  'randint_like',
  ['input', 'low', ['high', null], ...GENERATED],
  (x: Tensor, low: number, high: number | null, ...values: unknown[]) => {
    const options = optionsOf(values);
    const [from, to] = high === null ? [0, low] : [low, high];
    return random.randint(from, to, x.shape, { ...options, dtype: options.dtype ?? x.dtype });
  },
  PLAIN
);
/** A random order of 0 … n − 1. */
export const randperm = torchFunction<(n: number, options?: random.RandomOptions) => Tensor>(
  'randperm',
  ['n', ...GENERATED],
  (n: number, ...values: unknown[]) => random.randperm(n, optionsOf(values)),
  PLAIN
);
/** 1 with the probability each element says, else 0. */
export const bernoulli = torchFunction<
  (x: Tensor, p?: number | { generator?: Generator }, options?: { generator?: Generator }) => Tensor
>(
  'bernoulli',
  ['input', ['p', null], ['generator', null]],
  (x: Tensor, p: number | null, generator: Generator | null) =>
    p === null ? random.bernoulliOf(x, x.dtype, generator) : random.bernoulli(x.shape, p, x.dtype, generator),
  { differentiable: false }
);
/** Normal numbers, `mean` and `std` for all (then with a size) or for each. */
export const normal = torchFunction<
  (mean: Tensor | number, std?: Tensor | number, size?: Sizes | random.RandomOptions) => Tensor
>(
  'normal',
  ['mean', ['std', 1], ['size', null], ...GENERATED],
  (mean: Tensor | number, std: Tensor | number, size: Sizes | null, ...values: unknown[]) => {
    const options = optionsOf(values);
    if (typeof mean === 'number' && typeof std === 'number') {
      const dtype = options.dtype ?? 'float32';
      return withOptions(random.normalNumbers(size ?? [], mean, std, dtype, options.generator), options);
    }
    const shape = [mean, std].reduce<number[]>(
      (s, v) => (v instanceof Tensor ? broadcastShapes(s, v.shape, 'normal') : s),
      []
    );
    const dtype = mean instanceof Tensor ? mean.dtype : (std as Tensor).dtype;
    const units = random.normalNumbers(shape, 0, 1, dtype, options.generator);
    return add(mul(units, std), mean);
  },
  PLAIN
);

/** Methods that fill `self`. */
function fills(
  name: string,
  entries: readonly ParameterEntry[],
  make: (x: Tensor, ...parameters: never[]) => Tensor
): void {
  const spec: FunctionSpec = {
    target: `Tensor.${name}`,
    record: 'asWritten',
    parameters: params('input', ...entries, ['generator', null]),
    forward: make
  };
  defineMethod(name, (args, kwargs) => {
    const [x, ...rest] = bind(spec, args, kwargs);
    return writeInPlace(name, x as Tensor, [], source => make(source, ...(rest as never[])));
  });
}
type Source = Generator | null;
fills(
  'uniform_',
  [
    ['from', 0],
    ['to', 1]
  ],
  (x, from: number, to: number, generator: Source) =>
    random.uniformNumbers(x.shape, from, to, x.dtype, generator)
);
fills(
  'normal_',
  [
    ['mean', 0],
    ['std', 1]
  ],
  (x, mean: number, std: number, generator: Source) =>
    random.normalNumbers(x.shape, mean, std, x.dtype, generator)
);
fills('bernoulli_', [['p', 0.5]], (x, p: number | Tensor, generator: Source) =>
  p instanceof Tensor
    ? random.bernoulliOf(expand(p, x.shape), x.dtype, generator)
    : random.bernoulli(x.shape, p, x.dtype, generator)
);
fills(
  'random_',
  [
    ['from', 0],
    ['to', null]
  ],
  (x, from: number, to: number | null, generator: Source) => {
    const [low, high] = to === null && from > 0 ? [0, from] : [from, to ?? DEFAULT_RANGE[x.dtype] ?? 2 ** 53];
    return random.randint(low, high, x.shape, { dtype: x.dtype, generator });
  }
);
/** One more than the largest whole number the dtype holds exactly. */
const DEFAULT_RANGE: { readonly [dtype: string]: number } = {
  float32: 2 ** 24 + 1,
  float16: 2 ** 11 + 1,
  float64: 2 ** 53 + 1,
  int32: 2 ** 31,
  int16: 2 ** 15,
  int8: 2 ** 7,
  uint8: 2 ** 8,
  bool: 2
};
