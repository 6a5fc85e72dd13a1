// What reference modules share: a float module's weight, and how it is to be rounded. Spec 7.4.

import { fromData } from '../../tensor/ops/create';
import { compatibility } from '../../tensor/compatibility';
import { cast } from '../../tensor/ops/elementwise';
import { dequantize, quantizePerChannel, quantizePerTensor } from '../../tensor/quantized/quantize';
import type { DType, QScheme } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import { shellOf, type Module } from '../module';

/** How a weight is quantized; `scale` and `zeroPoint` have one entry per tensor or per channel of `axis`. */
export interface WeightQParams {
  readonly qscheme: QScheme | null;
  readonly dtype: DType;
  readonly scale: Tensor;
  readonly zeroPoint: Tensor;
  readonly axis: number;
}

/** What reference modules with one weight have besides their float class. */
export interface ReferenceModule {
  readonly weight: Tensor;
  readonly weightQParams: WeightQParams;
}

/** The weight in the integers it will have. */
export function quantizeWeight(weight: Tensor, q: WeightQParams): Tensor {
  if (q.qscheme === null) {
    return cast(weight, q.dtype);
  }
  if (q.qscheme.startsWith('per_channel')) {
    const floatZeroPoints = q.qscheme === 'per_channel_affine_float_qparams';
    return quantizePerChannel(weight, q.scale.data(), q.zeroPoint.data(), q.axis, q.dtype, floatZeroPoints);
  }
  return quantizePerTensor(weight, q.scale.item(), q.zeroPoint.item(), q.dtype);
}

/**
 * The weight rounded to its integers, or to half precision, as floats. PyTorch's reference modules forget to round to
 * half precision and so differ from what they are lowered to.
 */
export function roundWeight(weight: Tensor, q: WeightQParams): Tensor {
  if (q.qscheme === null && compatibility.reproducePyTorchDefects) {
    return weight;
  }
  const quantized = quantizeWeight(weight, q);
  return quantized.quantizer ? dequantize(quantized) : cast(quantized, 'float32');
}

export function quantizeDequantize(module: ReferenceModule): Tensor {
  return roundWeight(module.weight, module.weightQParams);
}

const QPARAMS: unique symbol = Symbol('weightQParams');

/** A copy of a float module under its reference class; the qparams of its weights, by name, are kept aside. */
export function referenceShell<T extends Module>(
  cls: { prototype: object },
  float: Module,
  qparams: ReadonlyMap<string, WeightQParams>
): T {
  const module = shellOf(Object.create(cls.prototype) as Module);
  for (const key of Reflect.ownKeys(float)) {
    const descriptor = Object.getOwnPropertyDescriptor(float, key);
    if (descriptor && key !== 'qconfig') {
      Object.defineProperty(module, key, descriptor);
    }
  }
  Object.defineProperty(module, QPARAMS, { value: qparams, enumerable: false, writable: true });
  return module as T;
}

/** Of modules with one weight; its qparams become buffers. */
export function makeReference<T extends Module>(
  cls: { prototype: object },
  float: Module,
  q: WeightQParams
): T {
  const module = referenceShell<T>(cls, float, new Map([['weight', q]]));
  module.registerBuffer('weight_scale', q.scale);
  module.registerBuffer('weight_zero_point', q.zeroPoint);
  module.registerBuffer('weight_axis', fromData([q.axis], [], 'int32'));
  return module;
}

/** @throws Error for a weight the module was not made with. */
export function qparamsOf(module: object, name = 'weight'): WeightQParams {
  const all = Reflect.get(module, QPARAMS) as ReadonlyMap<string, WeightQParams> | undefined;
  const found = all?.get(name);
  if (!found) {
    throw new Error(`reference module: no qparams for '${name}'`);
  }
  return found;
}
