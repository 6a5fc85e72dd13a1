// Folding a batch norm into what comes before it: spec 5.3, float32 step by step as PyTorch computes it.
// PyTorch: `torch.nn.utils.fusion`.

import { fromData } from '../../tensor/ops/create';
import type { ConvNd } from '../modules/conv';
import type { Linear } from '../modules/linear';
import type { BatchNorm } from '../modules/norm';
import { deepCopy } from '../deepcopy';
import { Parameter, type Module } from '../module';

const { fround, sqrt } = Math;

/** A copy of `conv` with the running statistics and affine part of `bn` in its weight and bias. */
export function fuseConvBnEval<C extends ConvNd>(conv: C, bn: BatchNorm): C {
  const fused = deepCopy(conv as unknown as Module) as unknown as C;
  const channelAxis = conv.transposed ? 1 : 0;
  fold(fused, conv, bn, channelAxis);
  return fused;
}

/** A linear layer with the batch norm folded in. PyTorch: `fuse_linear_bn_eval`. */
export function fuseLinearBnEval(linear: Linear, bn: BatchNorm): Linear {
  const fused = deepCopy(linear as unknown as Module) as unknown as Linear;
  fold(fused, linear, bn, 0);
  return fused;
}

interface Weighted {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
}

function fold(target: object, source: Weighted, bn: BatchNorm, axis: number): void {
  const { running_mean: mean, running_var: variance } = bn;
  if (!mean || !variance) {
    throw new Error('Folding a batch norm needs running statistics; this one has trackRunningStats: false.');
  }
  const { shape } = source.weight;
  const channels = mean.numel();
  const [m, v, gamma, beta] = [mean.data(), variance.data(), bn.weight?.data(), bn.bias?.data()];
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const inverse = Float32Array.from(v, value => fround(1 / fround(sqrt(fround(value + fround(bn.eps))))));
  const weight = Float32Array.from(source.weight.data(), (w, i) => {
    const c = Math.floor(i / inner) % channels;
    return w * fround((gamma ? (gamma[c] as number) : 1) * (inverse[c] as number));
  });
  const before = source.bias?.data();
  const bias = Float32Array.from({ length: channels }, (_, c) => {
    const centered = fround((before ? (before[c] as number) : 0) - (m[c] as number));
    const scaled = fround(fround(centered * (inverse[c] as number)) * (gamma ? (gamma[c] as number) : 1));
    return scaled + (beta ? (beta[c] as number) : 0);
  });
  Reflect.set(target, 'weight', new Parameter(fromData(weight, shape)));
  Reflect.set(target, 'bias', new Parameter(fromData(bias, [channels])));
}
