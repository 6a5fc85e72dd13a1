// Activations as modules, functions and methods: every one of the backend tables, and some that no table has.

import { F, nn, torch } from '../../../src';
import { anyTensor, choices, modules, size, unary, type Row } from './rows';

const plain = (name: string, cls: new () => unknown): Row =>
  modules(name, anyTensor, () => [[`nn.${name}()`, () => new cls()]]);

export const activationRows: readonly Row[] = [
  plain('ReLU', nn.ReLU),
  unary('F.relu({0})', x => F.relu(x)),
  unary('torch.relu({0})', x => torch.relu(x)),
  unary('{0}.relu()', x => x.relu()),
  plain('ReLU6', nn.ReLU6),
  unary('F.relu6({0})', x => F.relu6(x)),
  modules('Hardtanh', anyTensor, () => [
    ['nn.Hardtanh()', () => new nn.Hardtanh()],
    ['nn.Hardtanh(-0.5, 2.0)', () => new nn.Hardtanh({ minVal: -0.5, maxVal: 2 })]
  ]),
  choices('F.hardtanh', anyTensor, () => [
    ['F.hardtanh({0})', x => F.hardtanh(x)],
    ['F.hardtanh({0}, -0.25, 0.75)', x => F.hardtanh(x, { minVal: -0.25, maxVal: 0.75 })]
  ]),
  plain('Hardswish', nn.Hardswish),
  unary('F.hardswish({0})', x => F.hardswish(x)),
  plain('Hardsigmoid', nn.Hardsigmoid),
  unary('F.hardsigmoid({0})', x => F.hardsigmoid(x)),
  plain('Sigmoid', nn.Sigmoid),
  unary('torch.sigmoid({0})', x => torch.sigmoid(x)),
  unary('{0}.sigmoid()', x => x.sigmoid()),
  plain('Tanh', nn.Tanh),
  unary('torch.tanh({0})', x => torch.tanh(x)),
  unary('{0}.tanh()', x => x.tanh()),
  modules('ELU', anyTensor, () => [
    ['nn.ELU()', () => new nn.ELU()],
    ['nn.ELU(0.5)', () => new nn.ELU(0.5)]
  ]),
  choices('F.elu', anyTensor, () => [
    ['F.elu({0})', x => F.elu(x)],
    ['F.elu({0}, alpha=0.7)', x => F.elu(x, { alpha: 0.7 })]
  ]),
  modules('LeakyReLU', anyTensor, () => [
    ['nn.LeakyReLU()', () => new nn.LeakyReLU()],
    ['nn.LeakyReLU(0.3)', () => new nn.LeakyReLU(0.3)]
  ]),
  choices('F.leaky_relu', anyTensor, () => [
    ['F.leaky_relu({0})', x => F.leakyRelu(x)],
    ['F.leaky_relu({0}, negative_slope=0.2)', x => F.leakyRelu(x, { negativeSlope: 0.2 })]
  ]),
  modules(
    'PReLU',
    x => x.ndim >= 2,
    x => [
      ['nn.PReLU()', () => new nn.PReLU()],
      [`nn.PReLU(${size(x, 1)})`, () => new nn.PReLU(size(x, 1))]
    ]
  ),
  modules(
    'Softmax',
    x => x.ndim >= 1,
    () => [
      ['nn.Softmax(dim=-1)', () => new nn.Softmax({ dim: -1 })],
      ['nn.Softmax(dim=0)', () => new nn.Softmax({ dim: 0 })]
    ]
  ),
  choices(
    'softmax',
    x => x.ndim >= 1,
    () => [
      ['F.softmax({0}, dim=-1)', x => F.softmax(x, { dim: -1 })],
      ['torch.softmax({0}, -1)', x => torch.softmax(x, -1)],
      ['{0}.softmax(-1)', x => x.softmax(-1)]
    ]
  ),
  plain('GELU', nn.GELU),
  unary('F.gelu({0})', x => F.gelu(x)),
  plain('SiLU', nn.SiLU),
  unary('F.silu({0})', x => F.silu(x)),
  plain('Mish', nn.Mish),
  plain('Softplus', nn.Softplus),
  plain('Identity', nn.Identity),
  modules('Dropout', anyTensor, () => [['nn.Dropout(0.2)', () => new nn.Dropout(0.2)]]),
  unary('F.dropout({0}, training=False)', x => F.dropout(x, { training: false })),
  choices('clamp', anyTensor, () => [
    ['torch.clamp({0}, -0.5, 1.5)', x => torch.clamp(x, -0.5, 1.5)],
    ['{0}.clamp(0.0, 3.0)', x => x.clamp(0, 3)],
    ['{0}.clamp(min=-1.0)', x => x.clamp({ min: -1 } as never)]
  ]),
  unary('{0}.abs()', x => x.abs()),
  unary('torch.exp(torch.clamp({0}, -3.0, 1.0))', x => torch.exp(torch.clamp(x, -3, 1))),
  unary('{0}.detach()', x => x.detach()),
  unary('{0}.contiguous()', x => x.contiguous())
];
