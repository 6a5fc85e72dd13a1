// Activations with an output grid: `torch.ops.quantized.hardswish`, `elu`, `leaky_relu` …

import * as unary from '../../quantized/unary';
import type { Tensor } from '../../tensor';
import { params } from '../parameters';
import { define, num, toOutput, type Scalar } from './define';

define('hardswish', toOutput('input'), (x: Tensor, s: Scalar, z: Scalar) =>
  unary.quantizedHardswish(x, num(s), num(z))
);
define('sigmoid', toOutput('qx'), (x: Tensor, s: Scalar, z: Scalar) =>
  unary.quantizedSigmoid(x, { scale: num(s), zeroPoint: num(z) })
);
define('relu6', params('qx', ['inplace', false]), (x: Tensor) => unary.quantizedClamp(x, 0, 6));
define(
  'elu',
  params('self', 'output_scale', 'output_zero_point', ['alpha', 1], ['scale', 1], ['input_scale', 1]),
  (x: Tensor, s: Scalar, z: Scalar, alpha: number, scale: number, inputScale: number) =>
    unary.quantizedElu(x, { alpha, scale, inputScale }, num(s), num(z))
);
define(
  'celu',
  params('self', 'output_scale', 'output_zero_point', ['alpha', 1]),
  (x: Tensor, s: Scalar, z: Scalar, alpha: number) =>
    unary.quantizedElu(x, { alpha, inputScale: 1 / alpha }, num(s), num(z))
);
define(
  'leaky_relu',
  toOutput('qx', ['negative_slope', 0.01], ['inplace', false]),
  (x: Tensor, slope: number, _inplace: boolean, s: Scalar, z: Scalar) =>
    unary.quantizedLeakyRelu(x, slope, num(s), num(z))
);
define('prelu', toOutput('qx', 'weight'), (x: Tensor, weight: Tensor, s: Scalar, z: Scalar) =>
  unary.quantizedPrelu(x, weight, num(s), num(z))
);
define('softmax', toOutput('qx', 'dim'), (x: Tensor, dim: number, s: Scalar, z: Scalar) =>
  unary.quantizedSoftmax(x, dim, num(s), num(z))
);
define('dropout', toOutput('self', ['p', 0.5], ['training', false]), (x: Tensor) => x);
