// Convolutions: modules, functions, their fusions with batch norm and relu, and their QAT versions. Spec 4.3.

import * as nn from '../../nn';
import type { BackendPatternConfig } from './index';
import { cls, config, f, fn, functional, W8 } from './parts';

const { intrinsic } = nn;
const DIMENSIONS = [
  {
    n: 1,
    conv: nn.Conv1d,
    transpose: nn.ConvTranspose1d,
    bn: nn.BatchNorm1d,
    relu: intrinsic.ConvReLU1d,
    qat: nn.qat.Conv1d,
    qatRelu: nn.intrinsicQat.ConvReLU1d,
    convBn: [intrinsic.ConvBn1d, nn.intrinsicQat.ConvBn1d],
    convBnRelu: [intrinsic.ConvBnReLU1d, nn.intrinsicQat.ConvBnReLU1d]
  },
  {
    n: 2,
    conv: nn.Conv2d,
    transpose: nn.ConvTranspose2d,
    bn: nn.BatchNorm2d,
    relu: intrinsic.ConvReLU2d,
    qat: nn.qat.Conv2d,
    qatRelu: nn.intrinsicQat.ConvReLU2d,
    convBn: [intrinsic.ConvBn2d, nn.intrinsicQat.ConvBn2d],
    convBnRelu: [intrinsic.ConvBnReLU2d, nn.intrinsicQat.ConvBnReLU2d]
  },
  {
    n: 3,
    conv: nn.Conv3d,
    transpose: nn.ConvTranspose3d,
    bn: nn.BatchNorm3d,
    relu: intrinsic.ConvReLU3d,
    qat: nn.qat.Conv3d,
    qatRelu: nn.intrinsicQat.ConvReLU3d,
    convBn: [intrinsic.ConvBn3d, nn.intrinsicQat.ConvBn3d],
    convBnRelu: [intrinsic.ConvBnReLU3d, nn.intrinsicQat.ConvBnReLU3d]
  }
] as const;

export function* convConfigs(): Generator<BackendPatternConfig> {
  for (const d of DIMENSIONS) {
    const [conv, relu, fusedRelu, bn] = [cls(d.conv), cls(nn.ReLU), cls(d.relu), cls(d.bn)];
    const convFunction = fn(`torch.conv${d.n}d`);
    yield config(conv, [W8], { rootModule: conv, qatModule: cls(d.qat) });
    yield config(cls(d.qat), [W8], { rootModule: conv });
    yield config(convFunction, [W8], functional);
    yield config([conv, relu], [W8], { fuser: 'convReLU', fusedModule: fusedRelu });
    yield config([conv, f('relu')], [W8], { fuser: 'convReLU', fusedModule: fusedRelu });
    yield config(fusedRelu, [W8], { rootModule: conv, qatModule: cls(d.qatRelu) });
    yield config(cls(d.qatRelu), [W8], { rootModule: conv });
    for (const [float, qat] of [d.convBn, d.convBnRelu]) {
      yield config(cls(float), [W8], { rootModule: conv, qatModule: cls(qat) });
      yield config(cls(qat), [W8], { rootModule: conv });
    }
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
