// Quantized addition, multiplication and matrix products of two tensors. Spec 9.4.

import type { Tensor } from '../tensor';
import { broadcastShapes } from '../ops/elementwise';
import { matmul } from '../ops/linear';
import { contiguous, expand } from '../ops/shape';
import { integerRange } from '../dtype';
import { isQnnpack } from './engine';
import { fromIntegers, gridOf, VECTOR } from './operand';
import { dequantize, perTensorQuantizer, quantizePerTensor } from './quantize';
import { clamp, f32, fma32, quantizeFma, quantizeVector, rne } from './rounding';

interface Operand {
  readonly data: ArrayLike<number>;
  readonly scale: number;
  readonly zeroPoint: number;
}

/** The grid of the result. */
interface Output {
  readonly scale: number;
  readonly zeroPoint: number;
  readonly lowest: number;
  readonly highest: number;
  readonly relu: boolean;
  /** Elements of one run of PyTorch's inner loop: each has a vector part and a tail. */
  readonly run: number;
}

type Kernel = (x: Operand, y: Operand, out: Output) => (i: number) => number;

function combine(
  op: string,
  [a, b]: readonly [Tensor, Tensor],
  { scale, zeroPoint, relu }: Pick<Output, 'scale' | 'zeroPoint' | 'relu'>,
  kernel: Kernel
): Tensor {
  const shape = broadcastShapes(a.shape, b.shape, op);
  const operand = (x: Tensor): Operand => ({ ...gridOf(op, x), data: expand(x, shape).data() });
  const [x, y] = [operand(a), operand(b)];
  if (a.dtype !== b.dtype) {
    throw new TypeError(`${op}: expected two tensors of one dtype, got ${a.dtype} and ${b.dtype}`);
  }
  const [lowest, highest] = integerRange(a.dtype);
  const run = innerRun(shape, [a, b]);
  const at = kernel(x, y, { scale, zeroPoint, lowest, highest, relu, run });
  return fromIntegers(a.dtype, shape, perTensorQuantizer(scale, zeroPoint), at);
}

/**
 * Length of the inner loop: trailing dimensions count as one where every operand goes through them evenly, element by
 * element or not at all.
 */
function innerRun(shape: readonly number[], operands: readonly Tensor[]): number {
  const strides = operands.map(x => expand(contiguous(x), shape).strides);
  let run = shape.at(-1) ?? 1;
  for (let d = shape.length - 2; d >= 0; d--) {
    const isEven = strides.every(s => s[d] === (s[d + 1] as number) * (shape[d + 1] as number));
    if (!isEven && shape[d] !== 1) {
      return run;
    }
    run *= shape[d] as number;
  }
  return run;
}

export function quantizedAdd(a: Tensor, b: Tensor, scale: number, zeroPoint: number, relu: boolean): Tensor {
  // QNNPACK adds bytes of one shape; the rest is the common kernel.
  const sameShape = a.ndim === b.ndim && a.shape.every((size, d) => size === b.shape[d]);
  const kernel = isQnnpack() && sameShape && a.dtype === 'quint8' ? addQnnpack : addFbgemm;
  return combine('quantized.add', [a, b], { scale, zeroPoint, relu }, kernel);
}

function addFbgemm(x: Operand, y: Operand, out: Output): (i: number) => number {
  const { zeroPoint, lowest, highest, relu, run } = out;
  const [sx, sy, inverse] = [f32(x.scale), f32(y.scale), f32(1 / f32(out.scale))];
  const [bx, by] = [f32(sx * -x.zeroPoint), f32(sy * -y.zeroPoint)];
  const tail = run - (run % VECTOR);
  return i => {
    const [qx, qy] = [x.data[i] as number, y.data[i] as number];
    const isVector = i % run < tail;
    const sum = isVector
      ? f32(fma32(qx, sx, bx) + fma32(qy, sy, by))
      : f32(f32((qx - x.zeroPoint) * sx) + f32((qy - y.zeroPoint) * sy));
    const v = relu && sum < 0 ? 0 : sum;
    return (isVector ? quantizeVector : quantizeFma)(v, inverse, zeroPoint, lowest, highest);
  };
}

/** Fixed point: 22 bits of the larger scale ratio. */
function addQnnpack(x: Operand, y: Operand, out: Output): (i: number) => number {
  const { scale, zeroPoint, lowest, highest, relu } = out;
  const rx = f32(x.scale / scale);
  const ry = f32(y.scale / scale);
  const shift = 21 - Math.floor(Math.log2(Math.max(rx, ry)));
  const [mx, my] = [rne(f32(rx * 2 ** shift)), rne(f32(ry * 2 ** shift))];
  const offset = x.zeroPoint * mx + y.zeroPoint * my;
  const mask = 2 ** shift - 1;
  return i => {
    const acc = (x.data[i] as number) * mx + (y.data[i] as number) * my - offset;
    const whole = Math.floor(acc / 2 ** shift);
    const remainder = acc - whole * 2 ** shift - (acc < 0 ? 1 : 0);
    const v = clamp(whole + Number(remainder > Math.floor(mask / 2)) + zeroPoint, lowest, highest);
    return relu ? Math.max(v, zeroPoint) : v;
  };
}

export function quantizedMul(a: Tensor, b: Tensor, scale: number, zeroPoint: number, relu: boolean): Tensor {
  return combine('quantized.mul', [a, b], { scale, zeroPoint, relu }, (x, y, { lowest, highest }) => {
    const multiplier = f32(f32(f32(x.scale) * f32(y.scale)) * f32(1 / f32(scale)));
    const lo = relu ? zeroPoint : lowest;
    return i => {
      const exact = ((x.data[i] as number) - x.zeroPoint) * ((y.data[i] as number) - y.zeroPoint);
      return clamp(rne(f32(exact * multiplier)) + zeroPoint, lo, highest);
    };
  });
}

export function quantizedMatmul(a: Tensor, b: Tensor, scale: number, zeroPoint: number): Tensor {
  gridOf('quantized.matmul', a);
  gridOf('quantized.matmul', b);
  return quantizePerTensor(matmul(dequantize(a), dequantize(b)), scale, zeroPoint, a.dtype);
}
