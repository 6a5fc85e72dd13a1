// `torch.ops.quantized.*`: what lowered graphs call.

import { defineFunction } from '../function';
import { Tensor } from '../tensor';
import type { Spatial } from '../ops/convolution';
import { cast } from '../ops/elementwise';
import * as binary from '../quantized/binary';
import {
  quantizedConvolution,
  quantizedLinear,
  quantizedLinearDynamic,
  quantizedLinearDynamicFp16
} from '../quantized/linearConv';
import { ConvPackedParams, LinearPackedParams, LinearPackedParamsFp16 } from '../quantized/packed';
import * as unary from '../quantized/unary';
import { params, type ParameterEntry } from './parameters';

type Scalar = Tensor | number;
const num = (v: Scalar): number => (v instanceof Tensor ? v.item() : Number(v));

function define(
  name: string,
  parameters: ReturnType<typeof params>,
  forward: (...values: never[]) => unknown
): void {
  const target = `torch.ops.quantized.${name}`;
  defineFunction({ target, parameters, record: 'asWritten', differentiable: false, forward });
}

const withOutput = (...entries: ParameterEntry[]) => params(...entries, 'scale', 'zero_point');

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
  define(
    `add${suffix}`,
    params('a', 'b', ['scale', null], ['zero_point', null]),
    (a: Scalar, b: Scalar, s: Scalar | null, z: Scalar | null) =>
      withScalars(a, b, (x, c) => binary.quantizedAddScalar(x, c, relu)) ??
      binary.quantizedAdd(a as Tensor, b as Tensor, num(s ?? 1), num(z ?? 0), relu)
  );
  define(
    `mul${suffix}`,
    params('a', 'b', ['scale', null], ['zero_point', null]),
    (a: Scalar, b: Scalar, s: Scalar | null, z: Scalar | null) =>
      withScalars(a, b, (x, c) => binary.quantizedMulScalar(x, c, relu)) ??
      binary.quantizedMul(a as Tensor, b as Tensor, num(s ?? 1), num(z ?? 0), relu)
  );
}

/** One quantized tensor and a number; undefined for two tensors. */
function withScalars(a: Scalar, b: Scalar, run: (x: Tensor, scalar: number) => Tensor): Tensor | undefined {
  const isTensor = (v: Scalar): v is Tensor => v instanceof Tensor && v.quantizer !== null;
  if (isTensor(a) && !isTensor(b)) {
    return run(a, num(b));
  }
  return isTensor(b) && !isTensor(a) ? run(b, num(a)) : undefined;
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

define('matmul', withOutput('a', 'b'), (a: Tensor, b: Tensor, s: Scalar, z: Scalar) =>
  binary.quantizedMatmul(a, b, num(s), num(z))
);

const toOutput = (...entries: ParameterEntry[]) => params(...entries, 'output_scale', 'output_zero_point');
define('hardswish', toOutput('x'), (x: Tensor, s: Scalar, z: Scalar) =>
  unary.quantizedHardswish(x, num(s), num(z))
);
define('elu', toOutput('x', ['alpha', 1], ['scale', 1], ['input_scale', 1]), eluForward);
define('leaky_relu', toOutput('x', ['negative_slope', 0.01], ['inplace', false]), leakyForward);
define('dropout', toOutput('x', ['p', 0.5], ['training', false]), (x: Tensor) => x);
define(
  'layer_norm',
  toOutput('x', 'normalized_shape', ['weight', null], ['bias', null], ['eps', 1e-5]),
  layerNormForward
);
define('instance_norm', toOutput('x', ['weight', null], ['bias', null], ['eps', 1e-5]), instanceNormForward);

function eluForward(
  x: Tensor,
  alpha: number,
  _scale: number,
  _inputScale: number,
  s: Scalar,
  z: Scalar
): Tensor {
  return unary.quantizedElu(x, alpha, num(s), num(z));
}

function leakyForward(x: Tensor, slope: number, _inplace: boolean, s: Scalar, z: Scalar): Tensor {
  return unary.quantizedLeakyRelu(x, slope, num(s), num(z));
}

function layerNormForward(
  x: Tensor,
  shape: readonly number[],
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
  s: Scalar,
  z: Scalar
): Tensor {
  return unary.quantizedLayerNorm(x, shape, weight, bias, eps, num(s), num(z));
}

function instanceNormForward(
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
  s: Scalar,
  z: Scalar
): Tensor {
  return unary.quantizedGroupNorm(x, x.shape[1] ?? 1, weight, bias, eps, num(s), num(z));
}
