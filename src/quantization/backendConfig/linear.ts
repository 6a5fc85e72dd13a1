// Linear: module, function, their fusions with batch norm and relu, and their QAT versions. Spec 4.3.

import * as nn from '../../nn';
import type { BackendPatternConfig } from './index';
import { cls, config, f, functional, LINEAR } from './parts';

const { intrinsic } = nn;

export function* linearConfigs(): Generator<BackendPatternConfig> {
  const [linear, relu, fused] = [cls(nn.Linear), cls(nn.ReLU), cls(intrinsic.LinearReLU)];
  const { qat, intrinsicQat } = nn;
  yield config(linear, LINEAR, { rootModule: linear, qatModule: cls(qat.Linear) });
  yield config(cls(qat.Linear), LINEAR, { rootModule: linear });
  yield config(f('linear'), LINEAR, functional);
  yield config([linear, relu], LINEAR, { fuser: 'linearReLU', fusedModule: fused });
  yield config([linear, f('relu')], LINEAR, { fuser: 'linearReLU', fusedModule: fused });
  yield config(fused, LINEAR, { rootModule: linear, qatModule: cls(intrinsicQat.LinearReLU) });
  yield config(cls(intrinsicQat.LinearReLU), LINEAR, { rootModule: linear });
  yield config([f('linear'), relu], LINEAR, functional);
  yield config([f('linear'), f('relu')], LINEAR, functional);
  yield config([linear, cls(nn.BatchNorm1d)], LINEAR, { fuser: 'linearBn', fusedModule: linear });
  yield config(cls(intrinsic.LinearBn1d), LINEAR, {
    rootModule: linear,
    qatModule: cls(intrinsicQat.LinearBn1d)
  });
  yield config(cls(intrinsicQat.LinearBn1d), LINEAR, { rootModule: linear });
}
