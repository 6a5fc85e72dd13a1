// Linear, convolution and what packs their weights: `torch.ops.quantized.linear`, `conv2d_prepack` …

import type { Spatial } from '../../ops/convolution';
import { cast } from '../../ops/elementwise';
import {
  quantizedConvolution,
  quantizedLinear,
  quantizedLinearDynamic,
  quantizedLinearDynamicFp16,
  quantizedLinearWith
} from '../../quantized/linearConv';
import { ConvPackedParams, LinearPackedParams, LinearPackedParamsFp16 } from '../../quantized/packed';
import type { Tensor } from '../../tensor';
import { params } from '../parameters';
import { define, num, withOutput, type Scalar } from './define';

for (const relu of [false, true]) {
  const suffix = relu ? '_relu' : '';
  define(
    `linear${suffix}`,
    withOutput('x', 'packed'),
    (x: Tensor, p: LinearPackedParams, s: Scalar, z: Scalar) => quantizedLinear(x, p, num(s), num(z), relu)
  );
  define(
    `linear${suffix}_dynamic`,
    params('x', 'packed', ['reduce_range', false]),
    (x: Tensor, p: LinearPackedParams, reduce: boolean) => quantizedLinearDynamic(x, p, relu, reduce)
  );
  define(`linear${suffix}_dynamic_fp16`, params('x', 'packed'), (x: Tensor, p: LinearPackedParamsFp16) =>
    quantizedLinearDynamicFp16(x, p, relu)
  );
  for (const dims of [1, 2, 3]) {
    define(
      `conv${dims}d${suffix}`,
      withOutput('x', 'packed'),
      (x: Tensor, p: ConvPackedParams, s: Scalar, z: Scalar) =>
        quantizedConvolution(x, p, num(s), num(z), relu)
    );
  }
}

for (const dims of [1, 2, 3]) {
  define(
    `conv_transpose${dims}d`,
    withOutput('x', 'packed'),
    (x: Tensor, p: ConvPackedParams, s: Scalar, z: Scalar) =>
      quantizedConvolution(x, p, num(s), num(z), false)
  );
  const conv = params(
    'weight',
    ['bias', null],
    ['stride', 1],
    ['padding', 0],
    ['dilation', 1],
    ['groups', 1]
  );
  define(
    `conv${dims}d_prepack`,
    conv,
    (w: Tensor, b: Tensor | null, stride: Spatial, padding: Spatial, dilation: Spatial, groups: number) =>
      new ConvPackedParams(w, b, {
        dims,
        stride,
        padding,
        dilation,
        groups,
        transposed: false,
        outputPadding: 0
      })
  );
  const transposed = params(
    'weight',
    ['bias', null],
    ['stride', 1],
    ['padding', 0],
    ['output_padding', 0],
    ['dilation', 1],
    ['groups', 1]
  );
  define(
    `conv_transpose${dims}d_prepack`,
    transposed,
    (
      w: Tensor,
      b: Tensor | null,
      stride: Spatial,
      padding: Spatial,
      outputPadding: Spatial,
      dilation: Spatial,
      groups: number
    ) =>
      new ConvPackedParams(w, b, { dims, stride, padding, dilation, groups, transposed: true, outputPadding })
  );
}

define(
  'linear_prepack',
  params('W', ['B', null]),
  (w: Tensor, b: Tensor | null) => new LinearPackedParams(w, b)
);
define(
  'linear_prepack_fp16',
  params('W', ['B', null]),
  (w: Tensor, b: Tensor | null) => new LinearPackedParamsFp16(cast(cast(w, 'float16'), 'float32'), b)
);

// oneDNN's fusions.
define(
  'linear_leaky_relu',
  params('X', 'W_prepack', 'Y_scale_i', 'Y_zero_point_i', 'negative_slope'),
  (x: Tensor, p: LinearPackedParams, s: Scalar, z: Scalar, slope: number) =>
    quantizedLinearWith(x, p, num(s), num(z), v => (v > 0 ? v : v * Math.fround(slope)))
);
define(
  'linear_tanh',
  params('X', 'W_prepack', 'Y_scale_i', 'Y_zero_point_i'),
  (x: Tensor, p: LinearPackedParams, s: Scalar, z: Scalar) =>
    quantizedLinearWith(x, p, num(s), num(z), Math.tanh)
);
for (const relu of [false, true]) {
  define(
    `conv2d_add${relu ? '_relu' : ''}`,
    params('qx', 'qaccum', 'packed_weight', 'output_scale', 'output_zero_point'),
    (x: Tensor, addend: Tensor, p: ConvPackedParams, s: Scalar, z: Scalar) =>
      quantizedConvolution(x, p, num(s), num(z), relu, addend)
  );
}
