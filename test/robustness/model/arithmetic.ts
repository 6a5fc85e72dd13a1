// Arithmetic of values, numbers, parameters and buffers; joins and splits.

import { F, operator, torch, type Tensor } from '../../../src';
import type { Builder, V } from './builder';
import { pick, type Gene } from './genes';
import { anyTensor, choices, size, unary, type Row } from './rows';

type Two = readonly [python: string, compute: (x: Tensor, y: Tensor) => unknown];

const BINARY: readonly Two[] = [
  ['{0} + {1}', (x, y) => x.add(y)],
  ['torch.add({0}, {1})', (x, y) => torch.add(x, y)],
  ['{0} * {1}', (x, y) => x.mul(y)],
  ['torch.mul({0}, {1})', (x, y) => torch.mul(x, y)],
  ['{0} - {1}', (x, y) => x.sub(y)],
  ['torch.maximum({0}, {1})', (x, y) => torch.maximum(x, y)],
  ['torch.minimum({0}, {1})', (x, y) => torch.minimum(x, y)],
  ['torch.sub({0}, {1})', (x, y) => torch.sub(x, y)]
];

const binary = (name: string, order: number): Row => ({
  name,
  fits: anyTensor,
  build: (b, x, { a, b: n }) => {
    const [python, compute] = pick(BINARY, a >> order);
    return b.step([x, b.alike(x, n)], python, compute as never);
  }
});

/** add or mul, then a relu, which quantization fuses. */
const binaryRelu: Row = {
  name: 'binary, relu',
  fits: anyTensor,
  build: (b, x, { a, b: n }) => {
    const [python, compute] = pick(BINARY.slice(0, 4), a);
    const sum = b.step([x, b.alike(x, n >> 2)], python, compute as never);
    return n % 2 === 0
      ? b.step([sum], 'F.relu({0})', F.relu as never)
      : b.step([sum], 'torch.relu({0})', torch.relu as never);
  }
};

/** With a parameter or a buffer of the model. */
const withField: Row = {
  name: 'field',
  fits: x => x.ndim > 0,
  build: (b, x, { a, b: n }) => {
    const name = b.field([size(b.tensor(x), -1)], a % 2 === 0 ? 'parameter' : 'buffer');
    const [python, compute] = pick(BINARY.slice(0, 5), n);
    return b.withSelf([x], python.replace('{1}', `self.${name}`), ((self: object, value: Tensor) =>
      compute(value, Reflect.get(self, name) as Tensor)) as never);
  }
};

const joined = (python: string, join: (xs: Tensor[], dim: number) => Tensor): Row => ({
  name: python,
  fits: x => x.ndim > 0 && x.ndim < 5,
  build: (b, x, { a, b: n }) => {
    const parts = [x, b.alike(x, n), ...(a % 3 === 0 ? [b.alike(x, n + 1)] : [])];
    const dim = a % b.tensor(x).ndim;
    const names = parts.map((_, i) => `{${i}}`).join(', ');
    return b.step(parts, `torch.${python}([${names}], ${dim})`, ((...xs: Tensor[]) =>
      join(xs, dim)) as never);
  }
});

/** Splits, and goes on with parts, joined again or one alone. */
const splitRow: Row = {
  name: 'split',
  fits: x => x.ndim > 0 && x.shape.some(n => n > 1),
  build: (b, x, gene) => {
    const { shape } = b.tensor(x);
    const dim = gene.a % shape.length;
    const n = shape[dim] ?? 1;
    if (n < 2) {
      return undefined;
    }
    const parts = splitParts(b, x, gene, dim, n);
    const count = (b.values[parts] as unknown[]).length;
    const item = (i: number) =>
      b.step([parts], `{0}[${i}]`, ((xs: Tensor[]) => operator.getitem(xs as never, i)) as never);
    const first = item(0);
    if (count < 2) {
      return first;
    }
    const second = item(count - 1);
    return gene.b % 2 === 0
      ? second
      : b.step([first, second], `torch.cat([{0}, {1}], ${dim})`, ((p: Tensor, q: Tensor) =>
          torch.cat([p, q], dim)) as never);
  }
};

function splitParts(b: Builder, x: V, { b: choice }: Gene, dim: number, n: number): V {
  const half = Math.ceil(n / 2);
  const forms: (readonly [string, (x: Tensor) => unknown])[] = [
    [`{0}.chunk(2, ${dim})`, t => t.chunk(2, dim)],
    [`torch.chunk({0}, 2, ${dim})`, t => torch.chunk(t, 2, dim)],
    [`torch.split({0}, ${half}, ${dim})`, t => torch.split(t, half, dim)],
    [`{0}.split([1, ${n - 1}], dim=${dim})`, t => t.split([1, n - 1], { dim })]
  ];
  const [python, compute] = pick(forms, choice >> 1);
  return b.step([x], python, compute as never);
}

export const arithmeticRows: readonly Row[] = [
  binary('binary', 0),
  binaryRelu,
  choices('number', anyTensor, () => [
    ['{0} + 0.5', x => x.add(0.5)],
    ['{0} * 1.5', x => x.mul(1.5)],
    ['{0} - 1', x => x.sub(1)],
    ['{0} / 2.0', x => x.div(2)],
    ['torch.add({0}, 2)', x => torch.add(x, 2)],
    ['torch.mul({0}, 0.75)', x => torch.mul(x, 0.75)],
    ['0.25 + {0}', x => operator.add(0.25, x)],
    ['3 * {0}', x => operator.mul(3, x)],
    ['-{0}', x => x.neg()],
    ['1.0 - {0}', x => operator.sub(1, x)]
  ]),
  withField,
  joined('cat', (xs, dim) => torch.cat(xs, dim)),
  joined('stack', (xs, dim) => torch.stack(xs, dim)),
  splitRow,
  choices(
    'mean',
    x => x.ndim > 1,
    x => [
      ['{0}.mean(-1)', t => t.mean(-1)],
      ['{0}.mean(1, keepdim=True)', t => t.mean(1, { keepdim: true })],
      [`torch.mean({0}, ${x.ndim - 1})`, t => torch.mean(t, x.ndim - 1)],
      ['torch.mean({0}, -1, keepdim=True)', t => torch.mean(t, -1, { keepdim: true })]
    ]
  ),
  unary(
    '{0}.sum(-1, keepdim=True)',
    x => x.sum(-1, { keepdim: true }),
    x => x.ndim > 0
  )
];
