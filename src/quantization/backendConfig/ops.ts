// Operators without integer weights: arithmetic, activations, pools, shapes, norms. Spec 4.3.

import * as nn from '../../nn';
import type { BackendPatternConfig, PatternItem } from './index';
import { cls, config, D8, DIFFERENT, f, FIX01, FIX11, fn, LN8, SHARE } from './parts';

const { intrinsic } = nn;

export function* binaryConfigs(): Generator<BackendPatternConfig> {
  const byArguments = { numTensorArgsToObservationType: { 0: DIFFERENT, 1: SHARE, 2: DIFFERENT } };
  for (const op of ['operator.add', 'torch.add', 'operator.mul', 'torch.mul'].map(fn)) {
    for (const relu of [cls(nn.ReLU), f('relu'), fn('torch.relu')]) {
      yield config([op, relu], [D8], byArguments);
    }
    yield config(op, [D8], byArguments);
  }
  yield config(fn('torch.matmul'), [D8]);
}

/** Operators with an observer of their own at the output. */
const DEFAULT_OPS: readonly unknown[] = [
  nn.ELU,
  nn.LeakyReLU,
  nn.Hardswish,
  nn.InstanceNorm1d,
  nn.InstanceNorm2d,
  nn.InstanceNorm3d,
  nn.Dropout,
  nn.PReLU,
  ...['elu', 'hardswish', 'leaky_relu', 'dropout'].map(f)
];
const FIXED_01: readonly unknown[] = [
  nn.Hardsigmoid,
  f('hardsigmoid'),
  'hardsigmoid',
  'hardsigmoid_',
  nn.Sigmoid,
  fn('torch.sigmoid'),
  'sigmoid',
  'sigmoid_',
  nn.Softmax
];
const FIXED_11: readonly unknown[] = [nn.Tanh, fn('torch.tanh'), 'tanh', 'tanh_'];

/** Operators that keep their input's scale and zero point. */
const SHARE_OPS: readonly unknown[] = [
  nn.AdaptiveAvgPool1d,
  nn.AdaptiveAvgPool2d,
  nn.AdaptiveAvgPool3d,
  nn.AvgPool1d,
  nn.AvgPool2d,
  nn.AvgPool3d,
  nn.Hardtanh,
  nn.Identity,
  nn.MaxPool1d,
  nn.MaxPool2d,
  nn.MaxPool3d,
  nn.PixelShuffle,
  nn.PixelUnshuffle,
  nn.ReLU,
  nn.ReLU6,
  fn('torch.adaptive_avg_pool1d'),
  ...[
    'adaptive_avg_pool2d',
    'adaptive_avg_pool3d',
    'hardtanh',
    'interpolate',
    'max_pool1d',
    'max_pool2d',
    'max_pool3d'
  ].map(f),
  ...['pixel_shuffle', 'pixel_unshuffle', 'relu', 'relu6'].map(f),
  fn('torch.avg_pool1d'),
  f('avg_pool2d'),
  f('avg_pool3d'),
  ...[
    'clamp',
    'flatten',
    'mean',
    'narrow',
    'repeat_interleave',
    'transpose',
    'squeeze',
    'stack',
    'unsqueeze'
  ].map(name => fn(`torch.${name}`)),
  fn('operator.floordiv'),
  ...[
    'contiguous',
    'clamp',
    'detach',
    'detach_',
    'mean',
    'permute',
    'repeat',
    'repeat_interleave',
    'reshape',
    'resize_',
    'relu',
    'relu_'
  ],
  ...['squeeze', 'squeeze_', 'transpose', 'unsqueeze', 'unsqueeze_', 'view']
];

export function* singleConfigs(): Generator<BackendPatternConfig> {
  yield config(fn('torch.cat'), [D8], {}, SHARE);
  for (const op of DEFAULT_OPS) {
    yield config(op as PatternItem, [D8]);
  }
  yield config(f('group_norm'), [D8], { weightIndex: 2, biasIndex: 3 });
  yield config(f('instance_norm'), [D8], { weightIndex: 3, biasIndex: 4 });
  for (const op of FIXED_01) {
    yield config(op as PatternItem, [FIX01]);
  }
  for (const op of FIXED_11) {
    yield config(op as PatternItem, [FIX11]);
  }
  for (const op of SHARE_OPS) {
    yield config(op as PatternItem, [D8], {}, SHARE);
  }
  for (const method of ['shape', 'size']) {
    yield config(method, [D8], {}, 'input_output_not_observed');
  }
}

export function* normConfigs(): Generator<BackendPatternConfig> {
  const pairs = [
    [nn.BatchNorm2d, intrinsic.BNReLU2d],
    [nn.BatchNorm3d, intrinsic.BNReLU3d]
  ] as const;
  for (const [bn, fused] of pairs) {
    yield config([cls(bn), cls(nn.ReLU)], [D8], { fuser: 'bnReLU', fusedModule: cls(fused) });
    yield config([cls(bn), f('relu')], [D8], { fuser: 'bnReLU', fusedModule: cls(fused) });
  }
  for (const op of [nn.BatchNorm2d, nn.BatchNorm3d, intrinsic.BNReLU2d, intrinsic.BNReLU3d]) {
    yield config(cls(op), [D8]);
  }
  yield config(cls(nn.LayerNorm), [LN8]);
  yield config(f('layer_norm'), [LN8], { weightIndex: 2, biasIndex: 3 });
}
