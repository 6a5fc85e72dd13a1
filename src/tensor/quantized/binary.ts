// Quantized addition, multiplication, matrix product and concatenation. Spec 9.4.

import { Tensor, type Quantizer } from '../tensor';
import { storageFrom } from '../storage';
import { broadcastShapes } from '../ops/elementwise';
import { product } from '../ops/create';
import { matmul } from '../ops/linear';
import { cat as joinElements, expand } from '../ops/shape';
import { isQnnpack } from './engine';
import { dequantize, perTensorQuantizer, quantizePerTensor } from './quantize';
import { clamp, f32, fma32, quantizeFma, quantizeVector, rne } from './rounding';

/** Elements the vector loops of the recorded machine take at once; the rest is the scalar tail. */
export const VECTOR = 64;

interface Operand {
  readonly data: ArrayLike<number>;
  readonly scale: number;
  readonly zeroPoint: number;
}

export function quantizerOf(op: string, x: Tensor): Quantizer {
  if (!x.quantizer || x.quantizer.axis !== undefined) {
    throw new TypeError(`${op}: expected a tensor quantized per tensor, got ${x.dtype}`);
  }
  return x.quantizer;
}

function operand(op: string, x: Tensor, shape: readonly number[]): Operand {
  const { scales, zeroPoints } = quantizerOf(op, x);
  return { data: expand(x, shape).data(), scale: scales[0] as number, zeroPoint: zeroPoints[0] as number };
}

function combine(
  op: string,
  a: Tensor,
  b: Tensor,
  scale: number,
  zeroPoint: number,
  kernel: (x: Operand, y: Operand, n: number) => (i: number) => number
): Tensor {
  const shape = broadcastShapes(a.shape, b.shape, op);
  const n = product(shape);
  const at = kernel(operand(op, a, shape), operand(op, b, shape), n);
  const out = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    out[i] = at(i);
  }
  return new Tensor(storageFrom('quint8', out), shape, { quantizer: perTensorQuantizer(scale, zeroPoint) });
}

export function quantizedAdd(a: Tensor, b: Tensor, scale: number, zeroPoint: number, relu: boolean): Tensor {
  return combine('quantized.add', a, b, scale, zeroPoint, (x, y, n) =>
    isQnnpack() ? addQnnpack(x, y, scale, zeroPoint, relu) : addFbgemm(x, y, n, scale, zeroPoint, relu)
  );
}

function addFbgemm(x: Operand, y: Operand, n: number, scale: number, zeroPoint: number, relu: boolean) {
  const [sx, sy, inverse] = [f32(x.scale), f32(y.scale), f32(1 / f32(scale))];
  const [bx, by] = [f32(sx * -x.zeroPoint), f32(sy * -y.zeroPoint)];
  const tail = n - (n % VECTOR);
  return (i: number): number => {
    const [qx, qy] = [x.data[i] as number, y.data[i] as number];
    const vector = i < tail;
    const sum = vector
      ? f32(fma32(qx, sx, bx) + fma32(qy, sy, by))
      : f32(f32((qx - x.zeroPoint) * sx) + f32((qy - y.zeroPoint) * sy));
    const v = relu && sum < 0 ? 0 : sum;
    return (vector ? quantizeVector : quantizeFma)(v, inverse, zeroPoint, 0, 255);
  };
}

/** Fixed point: 22 bits of the larger scale ratio. */
function addQnnpack(x: Operand, y: Operand, scale: number, zeroPoint: number, relu: boolean) {
  const rx = f32(x.scale / scale);
  const ry = f32(y.scale / scale);
  const shift = 21 - Math.floor(Math.log2(Math.max(rx, ry)));
  const [mx, my] = [rne(f32(rx * 2 ** shift)), rne(f32(ry * 2 ** shift))];
  const offset = x.zeroPoint * mx + y.zeroPoint * my;
  const mask = 2 ** shift - 1;
  return (i: number): number => {
    const acc = (x.data[i] as number) * mx + (y.data[i] as number) * my - offset;
    const whole = Math.floor(acc / 2 ** shift);
    const remainder = acc - whole * 2 ** shift - (acc < 0 ? 1 : 0);
    const v = clamp(whole + Number(remainder > Math.floor(mask / 2)) + zeroPoint, 0, 255);
    return relu ? Math.max(v, zeroPoint) : v;
  };
}

export function quantizedMul(a: Tensor, b: Tensor, scale: number, zeroPoint: number, relu: boolean): Tensor {
  return combine('quantized.mul', a, b, scale, zeroPoint, (x, y) => {
    const multiplier = f32(f32(f32(x.scale) * f32(y.scale)) * f32(1 / f32(scale)));
    const lo = relu ? zeroPoint : 0;
    return i => {
      const exact = ((x.data[i] as number) - x.zeroPoint) * ((y.data[i] as number) - y.zeroPoint);
      return clamp(rne(f32(exact * multiplier)) + zeroPoint, lo, 255);
    };
  });
}

function withIntegers(x: Tensor, scale: number, zeroPoint: number, map: (q: number) => number): Tensor {
  const source = x.data();
  const out = new Uint8Array(source.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = map(source[i] as number);
  }
  return new Tensor(storageFrom('quint8', out), [...x.shape], {
    quantizer: perTensorQuantizer(scale, zeroPoint)
  });
}

/** The integers stay where the shifted zero point fits; else the range is widened. */
export function quantizedAddScalar(x: Tensor, scalar: number, relu: boolean): Tensor {
  const { scales, zeroPoints } = quantizerOf('quantized.add', x);
  const scale = scales[0] as number;
  const zero = zeroPoints[0] as number;
  const moved = zero - rne(scalar / scale);
  if (moved >= 0 && moved <= 255) {
    return withIntegers(x, scale, moved, q => (relu ? Math.max(q, moved) : q));
  }
  const wider = moved < 0 ? ((255 - moved) / 255) * scale : (moved / 255) * scale;
  const zeroPoint = moved < 0 ? 0 : 255;
  return withIntegers(x, wider, zeroPoint, q =>
    clamp(rne(f32((q - moved) * f32(scale / wider))) + zeroPoint, relu ? zeroPoint : 0, 255)
  );
}

export function quantizedMulScalar(x: Tensor, scalar: number, relu: boolean): Tensor {
  const { scales, zeroPoints } = quantizerOf('quantized.mul', x);
  const scale = scales[0] as number;
  const zero = zeroPoints[0] as number;
  if (scalar === 0) {
    return withIntegers(x, 1, 0, () => 0);
  }
  if (scalar > 0) {
    return withIntegers(x, scale * scalar, zero, q => (relu ? Math.max(q, zero) : q));
  }
  const mirrored = 255 - zero;
  return withIntegers(x, -scale * scalar, mirrored, q => (relu ? Math.max(255 - q, mirrored) : 255 - q));
}

export function quantizedMatmul(a: Tensor, b: Tensor, scale: number, zeroPoint: number): Tensor {
  return quantizePerTensor(matmul(dequantize(a), dequantize(b)), scale, zeroPoint, 'quint8');
}

/** Output has the first input's qparams; others are requantized. */
export function quantizedCat(tensors: readonly Tensor[], dim: number): Tensor {
  const [first] = tensors;
  if (!first) {
    throw new Error('cat: expected a list of tensors, got none');
  }
  const { scales, zeroPoints } = quantizerOf('cat', first);
  const [scale, zeroPoint] = [scales[0] as number, zeroPoints[0] as number];
  const aligned = tensors.map(t => {
    const own = quantizerOf('cat', t);
    const same = own.scales[0] === scale && own.zeroPoints[0] === zeroPoint;
    return same ? t : quantizePerTensor(dequantize(t), scale, zeroPoint, t.dtype);
  });
  return joinElements(aligned, dim);
}
