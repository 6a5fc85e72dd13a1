// Integer linear and convolution kernels, static and dynamic. Sums of products are exact in int32
// (inner size below 65,793), with zero points taken off first so that padding is 0.

import { convolve, convolveTransposed } from '../../kernels/convolution';
import { matmulAccumulate } from '../../kernels/gemm';
import { Tensor, type Quantizer } from '../tensor';
import { noGrad } from '../autograd/record';
import { integerRange } from '../dtype';
import { allocate, storageFrom } from '../storage';
import { batched, convolutionGeometry, outputShape } from '../ops/convolution';
import { fromData, product } from '../ops/create';
import { linear as floatLinear } from '../ops/linear';
import { at, contiguous, permute } from '../ops/shape';
import { compatibility } from '../compatibility';
import { honorsReduceRange, isQnnpack, quantizedBackends } from './engine';
import type { ConvPackedParams, LinearPackedParams, LinearPackedParamsFp16 } from './packed';
import { dequantize, dynamicQParams, perTensorQuantizer, quantizePerTensor } from './quantize';
import { requantize } from './requantize';
import { f32, fma32 } from './rounding';

/** Activations are quint8; oneDNN's linear takes qint8 too. @throws TypeError naming operator and dtype. */
function requireActivation(op: string, x: Tensor, allowsSigned = false): Quantizer {
  const isSigned = x.dtype === 'qint8' && allowsSigned && quantizedBackends.engine === 'onednn';
  if (!x.quantizer || (x.dtype !== 'quint8' && !isSigned) || x.quantizer.axis !== undefined) {
    throw new TypeError(
      `${op}: expected a quint8 tensor, got ${x.dtype} (engine ${quantizedBackends.engine})`
    );
  }
  return x.quantizer;
}

function weightQuantizer(op: string, weight: Tensor): Quantizer {
  if (!weight.quantizer) {
    throw new TypeError(`${op}: expected a quantized weight, got ${weight.dtype}`);
  }
  return weight.quantizer;
}

/** Integers minus their zero point, as int32. */
function centered(x: Tensor, zeroPoints: readonly number[], inner: number): Int32Array {
  const source = x.data();
  const result = new Int32Array(source.length);
  for (let i = 0; i < result.length; i++) {
    result[i] =
      (source[i] as number) - (zeroPoints[zeroPoints.length === 1 ? 0 : Math.floor(i / inner)] as number);
  }
  return result;
}

/** `[…, K] × packed [N, K]` → quint8 `[…, N]`. */
export function quantizedLinear(
  x: Tensor,
  packed: LinearPackedParams,
  scale: number,
  zeroPoint: number,
  relu: boolean
): Tensor {
  return linearWith(x, packed, { scale, zeroPoint, relu });
}

/** oneDNN's fused linear: `activation` is applied to the float result before it is quantized. */
export function quantizedLinearWith(
  x: Tensor,
  packed: LinearPackedParams,
  scale: number,
  zeroPoint: number,
  activation: (v: number) => number
): Tensor {
  return linearWith(x, packed, { scale, zeroPoint, relu: false, activation });
}

interface LinearOutput {
  readonly scale: number;
  readonly zeroPoint: number;
  readonly relu: boolean;
  readonly activation?: (v: number) => number;
}

function linearWith(x: Tensor, packed: LinearPackedParams, output: LinearOutput): Tensor {
  const op = 'quantized.linear';
  const input = requireActivation(op, x, true);
  const { sums, n } = linearSums(op, x, input.zeroPoints, packed.weight);
  const storage = allocate(x.dtype, sums.length);
  requantize(sums, storage.view(), n, 1, {
    inputScale: input.scales[0] as number,
    weight: weightQuantizer(op, packed.weight),
    bias: packed.bias?.data() ?? null,
    outputScale: output.scale,
    outputZeroPoint: output.zeroPoint,
    range: integerRange(x.dtype),
    relu: output.relu,
    ...(output.activation ? { activation: output.activation } : {})
  });
  return new Tensor(storage, [...x.shape.slice(0, -1), n], {
    quantizer: perTensorQuantizer(output.scale, output.zeroPoint)
  });
}

function linearSums(
  op: string,
  x: Tensor,
  zeroPoints: readonly number[],
  weight: Tensor
): { sums: Int32Array; n: number } {
  const n = at(weight.shape, 0);
  const k = at(weight.shape, 1);
  if (at(x.shape, x.ndim - 1) !== k) {
    throw new Error(`${op}: input [${x.shape.join(', ')}] does not end in ${k} features`);
  }
  const w = centered(weight, weightQuantizer(op, weight).zeroPoints, k);
  const columns = new Int32Array(w.length);
  for (let r = 0; r < n; r++) {
    for (let c = 0; c < k; c++) {
      columns[c * n + r] = w[r * k + c] as number;
    }
  }
  const m = x.numel() / k;
  const sums = new Int32Array(m * n);
  matmulAccumulate(centered(x, zeroPoints, Infinity), columns, sums, m, k, n);
  return { sums, n };
}

/** Float in, float out; the input is quantized with qparams of its own extrema. Spec 9.3. */
export function quantizedLinearDynamic(
  x: Tensor,
  packed: LinearPackedParams,
  relu: boolean,
  reduceRange: boolean
): Tensor {
  const { scale, zeroPoint } = dynamicQParams(x, 'quint8', reduceRange && honorsReduceRange());
  const q = quantizePerTensor(x, scale, zeroPoint, 'quint8');
  const { sums, n } = linearSums('quantized.linear_dynamic', q, [zeroPoint], packed.weight);
  const weight = weightQuantizer('quantized.linear_dynamic', packed.weight);
  const bias = packed.bias?.data();
  const out = new Float32Array(sums.length);
  const qnnpack = isQnnpack();
  for (let i = 0; i < out.length; i++) {
    const c = i % n;
    const factor = f32(f32(scale) * f32(weight.scales[weight.axis === undefined ? 0 : c] as number));
    const b = bias ? (bias[c] as number) : 0;
    const y = qnnpack ? f32(f32((sums[i] as number) * factor) + b) : fma32(sums[i] as number, factor, b);
    out[i] = relu && y < 0 ? 0 : y;
  }
  return fromData(out, [...x.shape.slice(0, -1), n]);
}

export function quantizedLinearDynamicFp16(x: Tensor, packed: LinearPackedParamsFp16, relu: boolean): Tensor {
  return noGrad(() => {
    const y = floatLinear(x, packed.weight, packed.bias);
    return relu ? y.relu() : y;
  });
}

function requireShape(op: string, addend: Tensor, shape: readonly number[]): Tensor {
  const lifted = addend.ndim === shape.length - 1 ? [1, ...addend.shape] : addend.shape;
  if (lifted.length !== shape.length || lifted.some((size, d) => size !== shape[d])) {
    throw new Error(
      `${op}_add: the sum has shape [${shape.join(', ')}], what is added [${addend.shape.join(', ')}]`
    );
  }
  return addend;
}

/** The same values with the memory layout that QNNPACK's convolutions return. */
function channelsLast(x: Tensor): Tensor {
  return permute(contiguous(permute(x, [0, 2, 3, 1])), [0, 3, 1, 2]);
}

/** Convolution or its transpose by packed weights → quint8. */
export function quantizedConvolution(
  x: Tensor,
  packed: ConvPackedParams,
  scale: number,
  zeroPoint: number,
  relu: boolean,
  /** oneDNN: added to the float result before it is quantized. */
  addend: Tensor | null = null
): Tensor {
  const { options, weight } = packed;
  const op = `quantized.conv${options.transposed ? '_transpose' : ''}${options.dims}d`;
  const input = requireActivation(op, x);
  const added = addend ? dequantize(addend) : null;
  return batched(x, options.dims, batch => {
    const g = convolutionGeometry(op, batch.shape, weight.shape, options.dims, options);
    const shape = outputShape(g, options.dims);
    const sums = new Int32Array(product(shape));
    const quantizer = weightQuantizer(op, weight);
    const perRow = quantizer.axis === 0 ? weight.numel() / at(weight.shape, 0) : Infinity;
    const run = options.transposed ? convolveTransposed : convolve;
    run(centered(batch, input.zeroPoints, Infinity), centered(weight, quantizer.zeroPoints, perRow), sums, g);
    const out = new Uint8Array(sums.length);
    requantize(sums, out, g.outChannels, product(g.output), {
      inputScale: input.scales[0] as number,
      weight: quantizer,
      bias: packed.bias?.data() ?? null,
      outputScale: scale,
      outputZeroPoint: zeroPoint,
      range: [0, 255],
      relu,
      ...(added ? { addend: requireShape(op, added, shape).data() } : {})
    });
    const result = new Tensor(storageFrom('quint8', out), shape, {
      quantizer: perTensorQuantizer(scale, zeroPoint)
    });
    return compatibility.reproducePyTorchDefects && isQnnpack() && shape.length === 4
      ? channelsLast(result)
      : result;
  });
}
