// PyTorch's table and operators that it leaves float although integers serve them: torch.relu after linear and
// convolution (D24), flattening as a module or method (D38), `x @ y`, permutations and reshapes as functions, group
// norm. Not in PyTorch; opt in with `prepareFx(…, getFxquantBackendConfig())`.

import * as nn from '../../nn';
import type { BackendConfig } from './backendConfig';
import { D8, DYN16, DYN8, W8 } from './dtypes';
import { getNativeBackendConfig } from './native';
import { sequentialWrapper } from '../fusers';
import { cls, config, f, fn, known, share, t } from './patterns/parts';

const { intrinsic } = nn;

const CONVOLUTIONS = [
  [nn.Conv1d, intrinsic.ConvReLU1d, 'conv1d'],
  [nn.Conv2d, intrinsic.ConvReLU2d, 'conv2d'],
  [nn.Conv3d, intrinsic.ConvReLU3d, 'conv3d']
] as const;

/** Keep the scale of their input. */
const SHARED = [
  cls(nn.Flatten),
  ...known([
    'torch.relu',
    'torch.permute',
    'torch.reshape',
    'torch.swapaxes',
    'torch.movedim',
    'torch.unflatten'
  ]),
  'flatten',
  'expand',
  'unflatten'
];

/** PyTorch's native patterns and ours, which quantize more. */
export function getFxquantBackendConfig(): BackendConfig {
  const backend = getNativeBackendConfig().setName('fxquant');
  for (const [conv, fused, name] of CONVOLUTIONS) {
    backend
      .setBackendPatternConfig(
        config([cls(conv), t('relu')], [W8])
          .setFuserMethod(sequentialWrapper(fused))
          .setFusedModule(cls(fused))
      )
      .setBackendPatternConfig(config([t(name), t('relu')], [W8]));
  }
  return backend
    .setBackendPatternConfig(
      config([cls(nn.Linear), t('relu')], [W8, DYN8, DYN16])
        .setFuserMethod(sequentialWrapper(intrinsic.LinearReLU))
        .setFusedModule(cls(intrinsic.LinearReLU))
    )
    .setBackendPatternConfig(config([f('linear'), t('relu')], [W8, DYN8, DYN16]))
    .setBackendPatternConfig(config(fn('operator.matmul'), [D8]))
    .setBackendPatternConfig(config(cls(nn.GroupNorm), [D8]).setQuantizedModule(cls(nn.quantized.GroupNorm)))
    .setBackendPatternConfigs(SHARED.map(op => share(op, [D8])));
}
