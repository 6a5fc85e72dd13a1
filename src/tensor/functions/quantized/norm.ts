// Norms with an output grid: `torch.ops.quantized.layer_norm`, `group_norm`, `instance_norm`, `batch_norm*`.

import { quantizedBatchNorm, quantizedGroupNorm, quantizedLayerNorm } from '../../quantized/norms';
import type { Tensor } from '../../tensor';
import type { ParameterEntry } from '../parameters';
import { define, num, toOutput, type Scalar } from './define';

type MaybeTensor = Tensor | null;
const affine: ParameterEntry[] = [
  ['weight', null],
  ['bias', null],
  ['eps', 1e-5]
];

define(
  'layer_norm',
  toOutput('input', 'normalized_shape', ...affine),
  (
    x: Tensor,
    shape: readonly number[],
    weight: MaybeTensor,
    bias: MaybeTensor,
    eps: number,
    s: Scalar,
    z: Scalar
  ) => quantizedLayerNorm(x, shape, { weight, bias, eps }, num(s), num(z))
);
define(
  'group_norm',
  toOutput('input', 'num_groups', ...affine),
  (x: Tensor, groups: number, weight: MaybeTensor, bias: MaybeTensor, eps: number, s: Scalar, z: Scalar) =>
    quantizedGroupNorm(x, groups, { weight, bias, eps }, num(s), num(z))
);
define(
  'instance_norm',
  toOutput('input', ...affine),
  (x: Tensor, weight: MaybeTensor, bias: MaybeTensor, eps: number, s: Scalar, z: Scalar) =>
    quantizedGroupNorm(x, x.shape[1] ?? 1, { weight, bias, eps }, num(s), num(z))
);

type BatchNormArguments = [
  x: Tensor,
  weight: MaybeTensor,
  bias: MaybeTensor,
  mean: Tensor,
  variance: Tensor,
  eps: number,
  scale: Scalar,
  zeroPoint: Scalar
];

for (const [name, dims] of [
  ['batch_norm', null],
  ['batch_norm1d', [2, 3]],
  ['batch_norm2d', [4]],
  ['batch_norm3d', [5]]
] as const) {
  for (const relu of [false, true]) {
    const op = `${name}${relu ? '_relu' : ''}`;
    define(
      op,
      toOutput('qx', ['weight', null], ['bias', null], 'mean', 'var', 'eps'),
      (...[x, weight, bias, mean, variance, eps, s, z]: BatchNormArguments) => {
        if (dims && !(dims as readonly number[]).includes(x.ndim)) {
          throw new Error(
            `quantized.${op}: expected ${dims.join(' or ')} dimensions, got [${x.shape.join(', ')}]`
          );
        }
        return quantizedBatchNorm(x, { weight, bias, mean, variance, eps }, num(s), num(z), relu);
      }
    );
  }
}
