// `torch.ao.nn.quantized.reference`: float modules that round their weight to the integers it will have. What convert
// makes before lowering. Spec 7.4.

import type { Tensor } from '../../tensor/tensor';
import * as conv from '../modules/conv';
import { Linear as FloatLinear } from '../modules/linear';
import { Embedding as FloatEmbedding, EmbeddingBag as FloatEmbeddingBag } from '../modules/sparse';
import type { Module } from '../module';
import type { StateField } from '../stateDict';
import { compatibility } from '../../tensor/compatibility';
import { registerLibraryModule, classOf, type ModuleClass } from '../library';
import * as F from '../functional';
import { Embedding, EmbeddingBag } from './embedding';
import {
  makeReference,
  qparamsOf,
  quantizeDequantize,
  schemeFields,
  type ReferenceModule,
  type WeightQParams
} from './weight';

export * from './embedding';
export * from './rnn';
export { quantizeWeight, type ReferenceModule, type WeightQParams } from './weight';

/** A linear layer that rounds its weight. PyTorch: `torch.ao.nn.quantized.reference.Linear`. */
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
  /** Of a float module and the qparams of its weight. */
  static fromFloat(float: Module, q: WeightQParams): Linear {
    return makeReference(Linear, float, q);
  }
}

type ConvClass = typeof conv.Conv1d | typeof conv.ConvTranspose1d;

/** What the function below makes; named, since declarations cannot describe a class without a name. */
export interface ReferenceConvClass {
  new (...args: ConstructorParameters<typeof conv.Conv1d>): conv.Conv1d & ReferenceModule;
  /** Of a float module and the qparams of its weight. */
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
    /** PyTorch's reference convolutions pad with zeros, whatever the padding mode. */
    override paddedInput(x: Tensor): ReturnType<conv.Conv1d['paddedInput']> {
      return compatibility.reproducePyTorchDefects ? [x, this.padding] : super.paddedInput(x);
    }
    /** Of a float module and the qparams of its weight. */
    static fromFloat(float: Module, q: WeightQParams): Reference {
      return makeReference(Reference, float, q);
    }
  }
  Object.defineProperty(Reference, 'name', { value: base.name });
  return Reference;
}

/** A convolution that rounds its weight. PyTorch: `torch.ao.nn.quantized.reference.Conv1d`. */
export const Conv1d = referenceConv(conv.Conv1d);
/** A convolution that rounds its weight. PyTorch: `torch.ao.nn.quantized.reference.Conv2d`. */
export const Conv2d = referenceConv(conv.Conv2d as unknown as ConvClass);
/** A convolution that rounds its weight. PyTorch: `torch.ao.nn.quantized.reference.Conv3d`. */
export const Conv3d = referenceConv(conv.Conv3d as unknown as ConvClass);
/**
 * A transposed convolution that rounds its weight. PyTorch:
 * `torch.ao.nn.quantized.reference.ConvTranspose1d`.
 */
export const ConvTranspose1d = referenceConv(conv.ConvTranspose1d);
/**
 * A transposed convolution that rounds its weight. PyTorch:
 * `torch.ao.nn.quantized.reference.ConvTranspose2d`.
 */
export const ConvTranspose2d = referenceConv(conv.ConvTranspose2d as unknown as ConvClass);
/**
 * A transposed convolution that rounds its weight. PyTorch:
 * `torch.ao.nn.quantized.reference.ConvTranspose3d`.
 */
export const ConvTranspose3d = referenceConv(conv.ConvTranspose3d as unknown as ConvClass);

/** A class that convert makes of a float module. */
export interface ReferenceClass {
  /** Of a float module and the qparams of its weight. */
  fromFloat(float: Module, q: WeightQParams): Module;
}

/** Float class → reference class, for every class that has one. */
export const referenceClasses: ReadonlyMap<ModuleClass, ReferenceClass> = new Map<
  ModuleClass,
  ReferenceClass
>([
  [FloatLinear, Linear],
  [FloatEmbedding, Embedding],
  [FloatEmbeddingBag, EmbeddingBag],
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
  ['sparse.EmbeddingBag', EmbeddingBag],
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
