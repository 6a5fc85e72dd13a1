// The backend config of PyTorch's own kernels: spec 4.2 and 4.3, in PyTorch's order. `null` backend configs
// mean this one, whatever the engine.

import { lookupFunction, type TorchFunction } from '../../tensor/function';
import * as nn from '../../nn';
import type { ModuleClass } from '../../nn/library';
import {
  BackendConfig,
  type BackendPatternConfig,
  type DTypeConfig,
  type ObservationType,
  type PatternItem
} from './index';

const W8: DTypeConfig = {
  inputDtype: { dtype: 'quint8' },
  outputDtype: { dtype: 'quint8' },
  weightDtype: { dtype: 'qint8' },
  biasDtype: 'float32'
};
const D8: DTypeConfig = { inputDtype: { dtype: 'quint8' }, outputDtype: { dtype: 'quint8' } };
const DYN8: DTypeConfig = {
  inputDtype: { dtype: 'quint8' },
  outputDtype: { dtype: 'float32' },
  weightDtype: { dtype: 'qint8' },
  biasDtype: 'float32',
  isDynamic: true
};
const DYN16: DTypeConfig = {
  inputDtype: { dtype: 'float16' },
  outputDtype: { dtype: 'float32' },
  weightDtype: { dtype: 'float16' },
  biasDtype: 'float32',
  isDynamic: true
};
const LN8: DTypeConfig = { ...D8, weightDtype: { dtype: 'float32' }, biasDtype: 'float32' };
const weightOnly = (dtype: 'quint8' | 'quint4x2'): DTypeConfig => ({
  inputDtype: { dtype: 'float32' },
  outputDtype: { dtype: 'float32' },
  weightDtype: { dtype }
});
function fixed(scale: number, zeroPoint: number): DTypeConfig {
  const side = {
    dtype: 'quint8',
    quantMinLowerBound: 0,
    quantMaxUpperBound: 255,
    scaleExactMatch: scale,
    zeroPointExactMatch: zeroPoint
  } as const;
  return { inputDtype: { dtype: 'quint8' }, outputDtype: side };
}
const FIX01 = fixed(1 / 256, 0);
const FIX11 = fixed(2 / 256, 128);
const LINEAR = [W8, DYN8, DYN16];

const DIFFERENT: ObservationType = 'output_use_different_observer_as_input';
const SHARE: ObservationType = 'output_share_observer_with_input';

/** A function by PyTorch's target. @throws Error if the table lacks it: a pattern must name what exists. */
function fn(target: string): TorchFunction {
  const found = lookupFunction(target);
  if (!found) {
    throw new Error(`backend config: no function ${target}`);
  }
  return found;
}

const f = (name: string) => fn(`torch.nn.functional.${name}`);
const cls = (c: unknown) => c as ModuleClass;

type Extra = Omit<BackendPatternConfig, 'pattern' | 'observationType' | 'dtypeConfigs'>;

function config(
  pattern: PatternItem | readonly PatternItem[],
  dtypeConfigs: readonly DTypeConfig[],
  extra: Extra = {},
  observationType: ObservationType = DIFFERENT
): BackendPatternConfig {
  return { pattern, observationType, dtypeConfigs, ...extra };
}

/** Where linear and convolution functions take weight and bias. */
const functional: Extra = { weightIndex: 1, biasIndex: 2 };

const { intrinsic } = nn;
const DIMENSIONS = [
  { n: 1, conv: nn.Conv1d, transpose: nn.ConvTranspose1d, bn: nn.BatchNorm1d, relu: intrinsic.ConvReLU1d },
  { n: 2, conv: nn.Conv2d, transpose: nn.ConvTranspose2d, bn: nn.BatchNorm2d, relu: intrinsic.ConvReLU2d },
  { n: 3, conv: nn.Conv3d, transpose: nn.ConvTranspose3d, bn: nn.BatchNorm3d, relu: intrinsic.ConvReLU3d }
] as const;

function* convConfigs(): Generator<BackendPatternConfig> {
  for (const d of DIMENSIONS) {
    const [conv, relu, fusedRelu, bn] = [cls(d.conv), cls(nn.ReLU), cls(d.relu), cls(d.bn)];
    const convFunction = fn(`torch.conv${d.n}d`);
    yield config(conv, [W8], { rootModule: conv });
    yield config(convFunction, [W8], functional);
    yield config([conv, relu], [W8], { fuser: 'convReLU', fusedModule: fusedRelu });
    yield config([conv, f('relu')], [W8], { fuser: 'convReLU', fusedModule: fusedRelu });
    yield config(fusedRelu, [W8], { rootModule: conv });
    yield config([convFunction, relu], [W8], functional);
    yield config([convFunction, f('relu')], [W8], functional);
    yield config([conv, bn], [W8], { fuser: 'convBn', fusedModule: conv });
    yield config([conv, bn, relu], [W8], { fuser: 'convBnReLU', fusedModule: fusedRelu });
    yield config([conv, bn, f('relu')], [W8], { fuser: 'convBnReLU', fusedModule: fusedRelu });
    const transpose = cls(d.transpose);
    yield config(transpose, [W8], { rootModule: transpose });
    yield config([transpose, bn], [W8], { fuser: 'convTransposeBn', fusedModule: transpose });
    yield config(fn(`torch.conv_transpose${d.n}d`), [W8], functional);
  }
}

function* linearConfigs(): Generator<BackendPatternConfig> {
  const [linear, relu, fused] = [cls(nn.Linear), cls(nn.ReLU), cls(intrinsic.LinearReLU)];
  yield config(linear, LINEAR, { rootModule: linear });
  yield config(f('linear'), LINEAR, functional);
  yield config([linear, relu], LINEAR, { fuser: 'linearReLU', fusedModule: fused });
  yield config([linear, f('relu')], LINEAR, { fuser: 'linearReLU', fusedModule: fused });
  yield config(fused, LINEAR, { rootModule: linear });
  yield config([f('linear'), relu], LINEAR, functional);
  yield config([f('linear'), f('relu')], LINEAR, functional);
  yield config([linear, cls(nn.BatchNorm1d)], LINEAR, { fuser: 'linearBn', fusedModule: linear });
}

function* binaryConfigs(): Generator<BackendPatternConfig> {
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

function* singleConfigs(): Generator<BackendPatternConfig> {
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

function* normConfigs(): Generator<BackendPatternConfig> {
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

let native: BackendConfig | undefined;

/** `get_native_backend_config()`. */
export function getNativeBackendConfig(): BackendConfig {
  native ??= new BackendConfig('native')
    .setBackendPatternConfigs(convConfigs())
    .setBackendPatternConfigs(linearConfigs())
    .setBackendPatternConfigs(binaryConfigs())
    .setBackendPatternConfigs(singleConfigs())
    .setBackendPatternConfigs(normConfigs())
    .setBackendPatternConfig(
      config(cls(nn.Embedding), [weightOnly('quint8'), weightOnly('quint4x2')], {
        rootModule: cls(nn.Embedding)
      })
    );
  return native;
}
