// Operators without integer weights: activations, pools, shapes, norms. Spec 4.3. PyTorch: `_get_default_op_configs`,
// `_get_fixed_qparams_op_configs`, `_get_share_qparams_op_configs`, `_get_tensor_info_op_configs`, `_get_bn_configs` …

import * as nn from '../../../nn';
import { sequentialWrapper } from '../../fusers';
import { withFixedQParams, type DTypeConfig } from '../dtypes';
import type { PatternItem } from '../pattern';
import type { BackendPatternConfig } from '../patternConfig';
import { cls, config, f, fn, known, share, t } from './parts';

const { intrinsic } = nn;
type Configs = Generator<BackendPatternConfig>;
const classes = (list: readonly unknown[]): PatternItem[] => list.map(cls);

export function* catConfigs(dtypes: readonly DTypeConfig[]): Configs {
  yield share(t('cat'), dtypes);
}

const DEFAULT_MODULES = [
  nn.ELU,
  nn.LeakyReLU,
  nn.Hardswish,
  nn.InstanceNorm1d,
  nn.InstanceNorm2d,
  nn.InstanceNorm3d,
  nn.Dropout,
  nn.PReLU
];

/** Operators with an observer of their own at the output. */
export function* defaultConfigs(dtypes: readonly DTypeConfig[]): Configs {
  for (const op of [...classes(DEFAULT_MODULES), ...['elu', 'hardswish', 'leaky_relu', 'dropout'].map(f)]) {
    yield config(op, dtypes);
  }
  yield config(f('group_norm'), dtypes).setInputTypeToIndex({ weight: 2, bias: 3 });
  yield config(f('instance_norm'), dtypes).setInputTypeToIndex({ weight: 3, bias: 4 });
}

/** Operators whose output has a range of its own: 0 to 1, −1 to 1. */
export function* fixedConfigs(dtypes: readonly DTypeConfig[]): Configs {
  const zeroToOne = [
    cls(nn.Hardsigmoid),
    f('hardsigmoid'),
    'hardsigmoid',
    'hardsigmoid_',
    cls(nn.Sigmoid),
    t('sigmoid'),
    'sigmoid',
    'sigmoid_',
    cls(nn.Softmax)
  ];
  const fixed = (scale: number, zeroPoint: number) =>
    // Signed ones are left as they are: their scale could not be 1/256 from 0.
    dtypes.map(d => (d.inputDtype?.dtype === 'quint8' ? withFixedQParams(d, scale, zeroPoint) : d));
  for (const op of zeroToOne) {
    yield config(op, fixed(1 / 256, 0));
  }
  for (const op of [cls(nn.Tanh), t('tanh'), 'tanh', 'tanh_']) {
    yield config(op, fixed(2 / 256, 128));
  }
}

const SHARE_MODULES = [
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
  nn.ReLU6
];
const POOLS = ['adaptive_avg_pool2d', 'adaptive_avg_pool3d', 'hardtanh'];
const RESAMPLES = ['interpolate', 'max_pool1d', 'max_pool2d', 'max_pool3d'];
const SHARE_METHODS = (
  'contiguous clamp detach detach_ mean permute repeat repeat_interleave reshape resize_ relu relu_ ' +
  'squeeze squeeze_ transpose unsqueeze unsqueeze_ view'
).split(' ');

/** Operators that keep their input's scale and zero point. */
export function* shareConfigs(dtypes: readonly DTypeConfig[]): Configs {
  const functions = [
    t('adaptive_avg_pool1d'),
    ...POOLS.map(f),
    ...known(['torch.nn.functional.hardtanh_']),
    ...RESAMPLES.map(f),
    ...['pixel_shuffle', 'pixel_unshuffle'].map(t),
    ...['relu', 'relu6'].map(f),
    t('avg_pool1d'),
    ...['avg_pool2d', 'avg_pool3d'].map(f),
    ...['clamp', 'flatten', 'mean', 'narrow', 'repeat_interleave', 'transpose', 'squeeze'].map(t),
    ...['stack', 'unsqueeze'].map(t),
    fn('operator.floordiv')
  ];
  for (const op of [...classes(SHARE_MODULES), ...functions, ...SHARE_METHODS]) {
    yield share(op, dtypes);
  }
}

/** Sizes are the same for integers. */
export function* tensorInfoConfigs(dtypes: readonly DTypeConfig[]): Configs {
  for (const method of ['shape', 'size']) {
    yield config(method, dtypes).setObservationType('input_output_not_observed');
  }
}

export function* batchNormConfigs(dtypes: readonly DTypeConfig[]): Configs {
  const pairs = [
    [nn.BatchNorm2d, intrinsic.BNReLU2d],
    [nn.BatchNorm3d, intrinsic.BNReLU3d]
  ] as const;
  for (const [bn, fused] of pairs) {
    for (const relu of [cls(nn.ReLU), f('relu')]) {
      yield config([cls(bn), relu], dtypes)
        .setFuserMethod(sequentialWrapper(fused))
        .setFusedModule(cls(fused));
    }
    yield config(cls(bn), dtypes);
  }
  for (const [, fused] of pairs) {
    yield config(cls(fused), dtypes);
  }
}

export function* layerNormConfigs(dtypes: readonly DTypeConfig[]): Configs {
  yield config(cls(nn.LayerNorm), dtypes);
  yield config(f('layer_norm'), dtypes).setInputTypeToIndex({ weight: 2, bias: 3 });
}
