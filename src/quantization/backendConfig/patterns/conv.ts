// Convolutions: modules, functions, their fusions with batch norm and relu, and their QAT versions. Spec 4.3.
// PyTorch: `_get_conv_configs`.

import * as nn from '../../../nn';
import * as reference from '../../../nn/reference';
import { fuseConvBn, fuseConvBnReLU, fuseConvTransposeBn, sequentialWrapper } from '../../fusers';
import type { DTypeConfig } from '../dtypes';
import type { BackendPatternConfig } from '../patternConfig';
import { cls, config, f, t } from './parts';

const { intrinsic, intrinsicQat } = nn;

const DIMENSIONS = [
  {
    n: 1,
    conv: nn.Conv1d,
    transpose: nn.ConvTranspose1d,
    bn: nn.BatchNorm1d,
    reference: reference.Conv1d,
    transposeReference: reference.ConvTranspose1d,
    relu: intrinsic.ConvReLU1d,
    convBn: intrinsic.ConvBn1d,
    convBnReLU: intrinsic.ConvBnReLU1d,
    qat: nn.qat.Conv1d,
    reluQat: intrinsicQat.ConvReLU1d,
    bnQat: intrinsicQat.ConvBn1d,
    bnReluQat: intrinsicQat.ConvBnReLU1d
  },
  {
    n: 2,
    conv: nn.Conv2d,
    transpose: nn.ConvTranspose2d,
    bn: nn.BatchNorm2d,
    reference: reference.Conv2d,
    transposeReference: reference.ConvTranspose2d,
    relu: intrinsic.ConvReLU2d,
    convBn: intrinsic.ConvBn2d,
    convBnReLU: intrinsic.ConvBnReLU2d,
    qat: nn.qat.Conv2d,
    reluQat: intrinsicQat.ConvReLU2d,
    bnQat: intrinsicQat.ConvBn2d,
    bnReluQat: intrinsicQat.ConvBnReLU2d
  },
  {
    n: 3,
    conv: nn.Conv3d,
    transpose: nn.ConvTranspose3d,
    bn: nn.BatchNorm3d,
    reference: reference.Conv3d,
    transposeReference: reference.ConvTranspose3d,
    relu: intrinsic.ConvReLU3d,
    convBn: intrinsic.ConvBn3d,
    convBnReLU: intrinsic.ConvBnReLU3d,
    qat: nn.qat.Conv3d,
    reluQat: intrinsicQat.ConvReLU3d,
    bnQat: intrinsicQat.ConvBn3d,
    bnReluQat: intrinsicQat.ConvBnReLU3d
  }
] as const;

export type ConvDimensions = 1 | 2 | 3;

export function* convConfigs(
  dtypes: readonly DTypeConfig[],
  dimensions: readonly ConvDimensions[] = [1, 2, 3]
): Generator<BackendPatternConfig> {
  for (const d of DIMENSIONS.filter(({ n }) => dimensions.includes(n))) {
    const [conv, relu, bn] = [cls(d.conv), cls(nn.ReLU), cls(d.bn)];
    const weighted = (c: unknown) =>
      config(cls(c), dtypes).setRootModule(conv).setReferenceQuantizedModule(cls(d.reference));
    yield weighted(conv).setQatModule(cls(d.qat));
    yield weighted(d.qat);
    yield config(t(`conv${d.n}d`), dtypes).setInputTypeToIndex({ weight: 1, bias: 2 });
    yield* fusedWithRelu(d, dtypes);
    for (const next of [relu, f('relu')]) {
      yield config([t(`conv${d.n}d`), next], dtypes);
    }
    yield config([conv, bn], dtypes).setFuserMethod(fuseConvBn).setFusedModule(cls(d.convBn));
    yield config([conv, bn, relu], dtypes).setFuserMethod(fuseConvBnReLU).setFusedModule(cls(d.convBnReLU));
    yield config([conv, bn, f('relu')], dtypes)
      .setRootModule(conv)
      .setFuserMethod(fuseConvBnReLU)
      .setFusedModule(cls(d.convBnReLU));
    yield config(cls(d.convBn), dtypes).setQatModule(cls(d.bnQat));
    yield config(cls(d.convBnReLU), dtypes).setQatModule(cls(d.bnReluQat));
    yield weighted(d.bnQat);
    yield weighted(d.bnReluQat);
    if (dimensions.length === DIMENSIONS.length) {
      yield* transposed(d, dtypes);
    }
  }
}

type Dimension = (typeof DIMENSIONS)[number];

/** PyTorch registers the fused class twice, the second time without a root; the second counts. */
function* fusedWithRelu(d: Dimension, dtypes: readonly DTypeConfig[]): Generator<BackendPatternConfig> {
  for (const relu of [cls(nn.ReLU), f('relu')]) {
    yield config([cls(d.conv), relu], dtypes)
      .setFuserMethod(sequentialWrapper(d.relu))
      .setFusedModule(cls(d.relu));
  }
  yield config(cls(d.relu), dtypes).setQatModule(cls(d.reluQat));
  yield config(cls(d.reluQat), dtypes)
    .setRootModule(cls(d.conv))
    .setReferenceQuantizedModule(cls(d.reference));
}

function* transposed(d: Dimension, dtypes: readonly DTypeConfig[]): Generator<BackendPatternConfig> {
  const weighted = (pattern: Parameters<typeof config>[0]) =>
    config(pattern, dtypes)
      .setRootModule(cls(d.transpose))
      .setReferenceQuantizedModule(cls(d.transposeReference));
  yield weighted(cls(d.transpose));
  yield weighted([cls(d.transpose), cls(d.bn)]).setFuserMethod(fuseConvTransposeBn);
  yield config(t(`conv_transpose${d.n}d`), dtypes).setInputTypeToIndex({ weight: 1, bias: 2 });
}
