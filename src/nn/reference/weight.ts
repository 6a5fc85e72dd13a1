// What reference modules share: a float module's weight, and how it is to be rounded. Spec 7.4.

import { compatibility } from '../../tensor/compatibility';
import { fromData } from '../../tensor/ops/create';
import { cast } from '../../tensor/ops/elementwise';
import { dequantize, quantizePerChannel, quantizePerTensor } from '../../tensor/quantized/quantize';
import type { DType, QScheme } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import { shellOf, type Module, type ModuleBase } from '../module';
import { constantField, type StateField } from '../stateDict';

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

/** The weight rounded as it will be, as floats. PyTorch's reference modules leave one of half precision unrounded. */
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

type Scheme = Pick<WeightQParams, 'qscheme' | 'dtype'>;
const SCHEMES: unique symbol = Symbol('weightSchemes');
const schemesOf = (module: object) => Reflect.get(module, SCHEMES) as ReadonlyMap<string, Scheme> | undefined;

/**
 * A copy of a float module under its reference class. The qparams of its weights become buffers, named after the
 * weight; `zeroPointDType` is PyTorch's, which differs by module.
 */
export function referenceShell<T extends Module>(
  cls: { prototype: object },
  float: Module,
  qparams: ReadonlyMap<string, WeightQParams>,
  zeroPointDType?: DType
): T {
  const module = shellOf(Object.create(cls.prototype) as Module);
  for (const key of Reflect.ownKeys(float)) {
    const descriptor = Object.getOwnPropertyDescriptor(float, key);
    if (descriptor && key !== 'qconfig') {
      Object.defineProperty(module, key, descriptor);
    }
  }
  const schemes = new Map([...qparams].map(([name, { qscheme, dtype }]) => [name, { qscheme, dtype }]));
  Object.defineProperty(module, SCHEMES, { value: schemes, enumerable: false, writable: true });
  for (const [name, q] of qparams) {
    if (q.qscheme !== null) {
      module.registerBuffer(`${name}_scale`, q.scale);
      module.registerBuffer(
        `${name}_zero_point`,
        zeroPointDType ? cast(q.zeroPoint, zeroPointDType) : q.zeroPoint
      );
      module.registerBuffer(`${name}_axis`, fromData([q.axis], [], 'int32'));
    }
  }
  return module as T;
}

/** Of modules with one weight. Half precision has no qparams; PyTorch writes some all the same. */
export function makeReference<T extends Module>(
  cls: { prototype: object },
  float: Module,
  q: WeightQParams
): T {
  const module = referenceShell<T>(cls, float, new Map([['weight', q]]));
  if (q.qscheme === null) {
    module.registerBuffer('weight_scale', fromData([1], []));
    module.registerBuffer('weight_zero_point', fromData([0], [], 'int32'));
    module.registerBuffer('weight_axis', fromData([0], [], 'int32'));
  }
  return module;
}

/**
 * How a weight is rounded; from the buffers, so that loading a state changes it.
 * @throws Error for a weight the module was not made with.
 */
export function qparamsOf(module: object, name = 'weight'): WeightQParams {
  const scheme = schemesOf(module)?.get(name);
  if (!scheme) {
    throw new Error(`reference module: no qparams for '${name}'`);
  }
  const buffer = (suffix: string) => Reflect.get(module, `${name}_${suffix}`) as Tensor | undefined;
  return {
    ...scheme,
    scale: buffer('scale') ?? fromData([1], [1]),
    zeroPoint: buffer('zero_point') ?? fromData([0], [1], 'int64'),
    axis: buffer('axis')?.item() ?? 0
  };
}

/** What PyTorch writes of a weight besides those buffers; of recurrent modules it does not. */
export function schemeFields(module: ModuleBase): StateField[] {
  return [...(schemesOf(module) ?? [])].flatMap(([name, { qscheme, dtype }]) => [
    constantField(module, `${name}_qscheme`, qscheme),
    constantField(module, `${name}_dtype`, dtype)
  ]);
}
