// `torch.ao.nn.quantized.reference`: float modules that quantize and dequantize their weight before using it.
// What convert makes first; lowering replaces them by integer modules. Spec 7.4.

import { dequantize, quantizePerChannel, quantizePerTensor } from '../../tensor/quantized/quantize';
import { cast } from '../../tensor/ops/elementwise';
import { fromData } from '../../tensor/ops/create';
import type { DType, QScheme } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import { Linear as FloatLinear, Embedding as FloatEmbedding } from '../modules/linear';
import * as conv from '../modules/conv';
import { shellOf, type Module, type ModuleBase } from '../module';
import { constantField, type StateField } from '../stateDict';
import { registerLibraryModule, classOf, type ModuleClass } from '../library';
import * as F from '../functional';

/** How a weight is quantized; `scale` and `zeroPoint` have one entry per tensor or per channel of `axis`. */
export interface WeightQParams {
  readonly qscheme: QScheme | null;
  readonly dtype: DType;
  readonly scale: Tensor;
  readonly zeroPoint: Tensor;
  readonly axis: number;
}

/** What reference modules have besides their float class. */
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

function quantizeDequantize(module: ReferenceModule): Tensor {
  const q = quantizeWeight(module.weight, module.weightQParams);
  return q.quantizer ? dequantize(q) : cast(q, 'float32');
}

const SCHEME: unique symbol = Symbol('weightScheme');

/** Gives a copy of a float module the reference class and the weight's qparams as buffers. */
function makeReference<T extends Module>(cls: { prototype: object }, float: Module, q: WeightQParams): T {
  const module = shellOf(Object.create(cls.prototype) as Module);
  for (const key of Reflect.ownKeys(float)) {
    const descriptor = Object.getOwnPropertyDescriptor(float, key);
    if (descriptor && key !== 'qconfig') {
      Object.defineProperty(module, key, descriptor);
    }
  }
  const { qscheme, dtype } = q;
  Object.defineProperty(module, SCHEME, { value: { qscheme, dtype }, enumerable: false, writable: true });
  if (qscheme !== null) {
    module.registerBuffer('weight_scale', q.scale);
    module.registerBuffer('weight_zero_point', q.zeroPoint);
    module.registerBuffer('weight_axis', fromData([q.axis], [], 'int32'));
  }
  return module as T;
}

/** From the buffers, so that loading a state changes them. */
function qparamsOf(module: object): WeightQParams {
  const { qscheme, dtype } = Reflect.get(module, SCHEME) as Pick<WeightQParams, 'qscheme' | 'dtype'>;
  const buffer = (name: string) => Reflect.get(module, name) as Tensor | undefined;
  return {
    qscheme,
    dtype,
    scale: buffer('weight_scale') ?? fromData([1], [1]),
    zeroPoint: buffer('weight_zero_point') ?? fromData([0], [1], 'int64'),
    axis: buffer('weight_axis')?.item() ?? 0
  };
}

/** What PyTorch writes of a weight besides its buffers. */
function schemeFields(module: ModuleBase): StateField[] {
  const { qscheme, dtype } = qparamsOf(module);
  return [constantField(module, 'weight_qscheme', qscheme), constantField(module, 'weight_dtype', dtype)];
}

export class Linear extends FloatLinear implements ReferenceModule {
  get weightQParams(): WeightQParams {
    return qparamsOf(this);
  }
  protected override stateFields(): StateField[] {
    return [...super.stateFields(), ...schemeFields(this)];
  }
  override forward(x: Tensor): Tensor {
    return F.linear(x, quantizeDequantize(this), this.bias);
  }
  static fromFloat(float: Module, q: WeightQParams): Linear {
    return makeReference(Linear, float, q);
  }
}

export class Embedding extends FloatEmbedding implements ReferenceModule {
  get weightQParams(): WeightQParams {
    return qparamsOf(this);
  }
  protected override stateFields(): StateField[] {
    return [...super.stateFields(), ...schemeFields(this)];
  }
  override forward(x: Tensor): Tensor {
    return F.embedding(x, quantizeDequantize(this));
  }
  static fromFloat(float: Module, q: WeightQParams): Embedding {
    return makeReference(Embedding, float, q);
  }
}

type ConvClass = typeof conv.Conv1d | typeof conv.ConvTranspose1d;

/** What the function below makes; named, since declarations cannot describe a class without a name. */
export interface ReferenceConvClass {
  new (...args: ConstructorParameters<typeof conv.Conv1d>): conv.Conv1d & ReferenceModule;
  fromFloat(float: Module, q: WeightQParams): conv.Conv1d & ReferenceModule;
}

function referenceConv(base: ConvClass): ReferenceConvClass {
  class Reference extends (base as typeof conv.Conv1d) implements ReferenceModule {
    get weightQParams(): WeightQParams {
      return qparamsOf(this);
    }
    protected override stateFields(): StateField[] {
      return [...super.stateFields(), ...schemeFields(this)];
    }
    override forward(x: Tensor): Tensor {
      return this.convolve(x, quantizeDequantize(this));
    }
    static fromFloat(float: Module, q: WeightQParams): Reference {
      return makeReference(Reference, float, q);
    }
  }
  Object.defineProperty(Reference, 'name', { value: base.name });
  return Reference;
}

export const Conv1d = referenceConv(conv.Conv1d);
export const Conv2d = referenceConv(conv.Conv2d as unknown as ConvClass);
export const Conv3d = referenceConv(conv.Conv3d as unknown as ConvClass);
export const ConvTranspose1d = referenceConv(conv.ConvTranspose1d);
export const ConvTranspose2d = referenceConv(conv.ConvTranspose2d as unknown as ConvClass);
export const ConvTranspose3d = referenceConv(conv.ConvTranspose3d as unknown as ConvClass);

export interface ReferenceClass {
  fromFloat(float: Module, q: WeightQParams): Module;
}

/** Float class → reference class, for every class that has one. */
export const referenceClasses: ReadonlyMap<ModuleClass, ReferenceClass> = new Map<
  ModuleClass,
  ReferenceClass
>([
  [FloatLinear, Linear],
  [FloatEmbedding, Embedding],
  [conv.Conv1d, Conv1d],
  [conv.Conv2d, Conv2d],
  [conv.Conv3d, Conv3d],
  [conv.ConvTranspose1d, ConvTranspose1d],
  [conv.ConvTranspose2d, ConvTranspose2d],
  [conv.ConvTranspose3d, ConvTranspose3d]
] as unknown as [ModuleClass, ReferenceClass][]);

const NAMES: [string, object][] = [
  ['linear.Linear', Linear],
  ['sparse.Embedding', Embedding],
  ['conv.Conv1d', Conv1d],
  ['conv.Conv2d', Conv2d],
  ['conv.Conv3d', Conv3d],
  ['conv.ConvTranspose1d', ConvTranspose1d],
  ['conv.ConvTranspose2d', ConvTranspose2d],
  ['conv.ConvTranspose3d', ConvTranspose3d]
];
for (const [name, cls] of NAMES) {
  registerLibraryModule(`torch.ao.nn.quantized.reference.modules.${name}`, cls as ModuleClass);
}

const classes: ReadonlySet<unknown> = new Set(referenceClasses.values());
/** True for a module of one of the reference classes. */
export function isReferenceModule(module: Module): module is Module & ReferenceModule {
  return classes.has(classOf(module));
}
