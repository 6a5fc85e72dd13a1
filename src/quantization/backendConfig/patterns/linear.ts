// Linear: module, function, their fusions with batch norm and relu, and their QAT versions. Spec 4.3.
// PyTorch: `_get_linear_configs`.

import * as nn from '../../../nn';
import * as reference from '../../../nn/reference';
import { fuseLinearBn, sequentialWrapper } from '../../fusers';
import type { DTypeConfig } from '../dtypes';
import type { BackendPatternConfig } from '../patternConfig';
import { cls, config, f } from './parts';

const { intrinsic, intrinsicQat } = nn;

export function* linearConfigs(dtypes: readonly DTypeConfig[]): Generator<BackendPatternConfig> {
  const [linear, relu, bn] = [cls(nn.Linear), cls(nn.ReLU), cls(nn.BatchNorm1d)];
  const { qat } = nn;
  const weighted = (c: unknown) =>
    config(cls(c), dtypes).setRootModule(linear).setReferenceQuantizedModule(cls(reference.Linear));
  yield weighted(linear).setQatModule(cls(qat.Linear));
  yield weighted(qat.Linear);
  yield config(f('linear'), dtypes).setInputTypeToIndex({ weight: 1, bias: 2 });
  for (const next of [relu, f('relu')]) {
    yield config([linear, next], dtypes)
      .setFuserMethod(sequentialWrapper(intrinsic.LinearReLU))
      .setFusedModule(cls(intrinsic.LinearReLU));
  }
  yield weighted(intrinsic.LinearReLU).setQatModule(cls(intrinsicQat.LinearReLU));
  yield weighted(intrinsicQat.LinearReLU);
  for (const next of [relu, f('relu')]) {
    yield config([f('linear'), next], dtypes);
  }
  yield config([linear, bn], dtypes).setFuserMethod(fuseLinearBn).setFusedModule(cls(intrinsic.LinearBn1d));
  yield weighted(intrinsic.LinearBn1d).setQatModule(cls(intrinsicQat.LinearBn1d));
  yield weighted(intrinsicQat.LinearBn1d);
}
