// Operators that move and cut values without computing with them.

import { ellipsis, F, nn, slice, torch, type Tensor } from '../../../src';
import { choices, list, modules, size, unary, type Row } from './rows';

const several = (x: Tensor) => x.ndim >= 2;
const total = (x: Tensor) => x.numel() / size(x, 0);

export const shapeRows: readonly Row[] = [
  modules('Flatten', several, () => [['nn.Flatten()', () => new nn.Flatten()]]),
  choices('flatten', several, () => [
    ['torch.flatten({0}, 1)', x => torch.flatten(x, 1)],
    ['{0}.flatten(1)', x => x.flatten(1)],
    ['{0}.view({0}.size(0), -1)', x => x.contiguous().view(x.size(0), -1)],
    ['{0}.reshape({0}.shape[0], -1)', x => x.reshape(x.shape[0] as number, -1)]
  ]),
  choices(
    'reshape',
    x => x.ndim === 2 && total(x) % 2 === 0,
    x => [
      [`{0}.reshape(${size(x, 0)}, 2, ${total(x) / 2})`, t => t.reshape(size(x, 0), 2, total(x) / 2)],
      ['{0}.reshape(-1, 2)', t => t.reshape(-1, 2)],
      [
        `torch.reshape({0}, (${size(x, 0)}, 2, ${total(x) / 2}))`,
        t => torch.reshape(t, [size(x, 0), 2, total(x) / 2])
      ]
    ]
  ),
  choices('transpose', several, x => [
    ['{0}.transpose(0, 1)', t => t.transpose(0, 1)],
    ['torch.transpose({0}, -1, -2)', t => torch.transpose(t, -1, -2)],
    [`{0}.permute(${reversed(x).join(', ')})`, t => t.permute(...reversed(x))],
    [`torch.permute({0}, ${list(reversed(x))})`, t => torch.permute(t, reversed(x))]
  ]),
  choices(
    'unsqueeze',
    x => x.ndim > 0 && x.ndim < 5,
    () => [
      ['{0}.unsqueeze(1)', t => t.unsqueeze(1)],
      ['torch.unsqueeze({0}, -1)', t => torch.unsqueeze(t, -1)]
    ]
  ),
  choices(
    'squeeze',
    x => x.ndim > 2 && x.shape.includes(1),
    x => [
      [`{0}.squeeze(${x.shape.indexOf(1)})`, t => t.squeeze(x.shape.indexOf(1))],
      [`torch.squeeze({0}, ${x.shape.indexOf(1)})`, t => torch.squeeze(t, x.shape.indexOf(1))]
    ]
  ),
  choices(
    'narrow',
    x => x.ndim > 0 && size(x, -1) > 1,
    x => [
      [`torch.narrow({0}, -1, 0, ${size(x, -1) - 1})`, t => torch.narrow(t, -1, 0, size(x, -1) - 1)],
      [`{0}[..., :${size(x, -1) - 1}]`, t => t.at(ellipsis, slice(null, size(x, -1) - 1))],
      ['{0}[..., ::2]', t => t.at(ellipsis, slice(null, null, 2))]
    ]
  ),
  choices(
    'index',
    x => x.ndim > 2 && size(x, 1) > 1,
    () => [
      ['{0}[:, 0]', t => t.at(slice(), 0)],
      ['{0}[:, 1:]', t => t.at(slice(), slice(1))],
      ['{0}.select(1, 0)', t => t.select(1, 0)]
    ]
  ),
  choices(
    'repeat',
    x => x.ndim > 0 && x.numel() <= 300,
    x => [
      [`{0}.repeat(${[...ones(x), 2].join(', ')})`, t => t.repeat(...ones(x), 2)],
      ['torch.repeat_interleave({0}, 2, -1)', t => torch.repeatInterleave(t, 2, -1)],
      ['{0}.repeat_interleave(2, 0)', t => t.repeatInterleave(2, 0)]
    ]
  ),
  unary(
    'F.pad({0}, [1, 1])',
    x => F.pad(x, [1, 1]),
    x => x.ndim > 0
  ),
  unary('{0}.clone()', x => x.clone())
];

const reversed = (x: Tensor) => x.shape.map((_, d) => x.ndim - 1 - d);
const ones = (x: Tensor) => x.shape.slice(1).map(() => 1);
