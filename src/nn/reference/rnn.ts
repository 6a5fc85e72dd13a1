// Recurrent modules with rounded weights. Each weight has its own qparams, under its own name. PyTorch:
// `torch.ao.nn.quantized.reference.modules.rnn`. Spec 7.4.

import type { Tensor } from '../../tensor/tensor';
import { classOf, registerLibraryModule, type ModuleClass } from '../library';
import type { Module } from '../module';
import * as layers from '../modules/rnn';
import * as cells from '../modules/rnnCells';
import { qparamsOf, quantizeWeight, referenceShell, roundWeight, type WeightQParams } from './weight';

/** What recurrent reference modules have besides their float class. */
export interface RecurrentReference {
  /** A weight in the integers it will have, by its state-dict key. */
  quantizedWeight(name: string): Tensor;
}

/** qparams by state-dict key of the weight. */
export type WeightQParamsByName = ReadonlyMap<string, WeightQParams>;

/** Keys of the weights (not biases) of a recurrent module. */
export function recurrentWeightNames(module: Module): string[] {
  return [...module.namedParameters('', false)].map(([name]) => name).filter(n => n.startsWith('weight'));
}

/** Layers keep zero points as int32, cells as observers have them: int64. */
function make<T extends Module>(cls: { prototype: object }, float: Module, qparams: WeightQParamsByName): T {
  const isLayer = float instanceof layers.RecurrentLayers;
  return referenceShell<T>(cls, float, qparams, isLayer ? 'int32' : 'int64');
}

const quantized = (module: object, name: string): Tensor =>
  quantizeWeight(Reflect.get(module, name) as Tensor, qparamsOf(module, name));

/** An LSTM that rounds its weights. PyTorch: `torch.ao.nn.quantized.reference.LSTM`. */
export class LSTM extends layers.LSTM implements RecurrentReference {
  /** A weight in the integers it will have, by its state-dict key. */
  quantizedWeight(name: string): Tensor {
    return quantized(this, name);
  }
  protected override weight(name: string): Tensor {
    return roundWeight(super.weight(name), qparamsOf(this, name));
  }
  /** Of a float module and the qparams of its weights. */
  static fromFloat(float: Module, qparams: WeightQParamsByName): LSTM {
    return make(LSTM, float, qparams);
  }
}

/** A GRU that rounds its weights. PyTorch: `torch.ao.nn.quantized.reference.GRU`. */
export class GRU extends layers.GRU implements RecurrentReference {
  /** A weight in the integers it will have, by its state-dict key. */
  quantizedWeight(name: string): Tensor {
    return quantized(this, name);
  }
  protected override weight(name: string): Tensor {
    return roundWeight(super.weight(name), qparamsOf(this, name));
  }
  /** Of a float module and the qparams of its weights. */
  static fromFloat(float: Module, qparams: WeightQParamsByName): GRU {
    return make(GRU, float, qparams);
  }
}

/** A cell that rounds its weights. PyTorch: `torch.ao.nn.quantized.reference.RNNCell`. */
export class RNNCell extends cells.RNNCell implements RecurrentReference {
  /** A weight in the integers it will have, by its state-dict key. */
  quantizedWeight(name: string): Tensor {
    return quantized(this, name);
  }
  protected override weight(name: 'weight_ih' | 'weight_hh'): Tensor {
    return roundWeight(super.weight(name), qparamsOf(this, name));
  }
  /** Of a float module and the qparams of its weights. */
  static fromFloat(float: Module, qparams: WeightQParamsByName): RNNCell {
    return make(RNNCell, float, qparams);
  }
}

/** A cell that rounds its weights. PyTorch: `torch.ao.nn.quantized.reference.LSTMCell`. */
export class LSTMCell extends cells.LSTMCell implements RecurrentReference {
  /** A weight in the integers it will have, by its state-dict key. */
  quantizedWeight(name: string): Tensor {
    return quantized(this, name);
  }
  protected override weight(name: 'weight_ih' | 'weight_hh'): Tensor {
    return roundWeight(super.weight(name), qparamsOf(this, name));
  }
  /** Of a float module and the qparams of its weights. */
  static fromFloat(float: Module, qparams: WeightQParamsByName): LSTMCell {
    return make(LSTMCell, float, qparams);
  }
}

/** A cell that rounds its weights. PyTorch: `torch.ao.nn.quantized.reference.GRUCell`. */
export class GRUCell extends cells.GRUCell implements RecurrentReference {
  /** A weight in the integers it will have, by its state-dict key. */
  quantizedWeight(name: string): Tensor {
    return quantized(this, name);
  }
  protected override weight(name: 'weight_ih' | 'weight_hh'): Tensor {
    return roundWeight(super.weight(name), qparamsOf(this, name));
  }
  /** Of a float module and the qparams of its weights. */
  static fromFloat(float: Module, qparams: WeightQParamsByName): GRUCell {
    return make(GRUCell, float, qparams);
  }
}

/** A class that convert makes of a float recurrent module. */
export interface RecurrentReferenceClass {
  /** Of a float module and the qparams of its weights. */
  fromFloat(float: Module, qparams: WeightQParamsByName): Module;
}

/** Float class → reference class. */
export const recurrentReferences: ReadonlyMap<unknown, RecurrentReferenceClass> = new Map<
  unknown,
  RecurrentReferenceClass
>([
  [layers.LSTM, LSTM],
  [layers.GRU, GRU],
  [cells.RNNCell, RNNCell],
  [cells.LSTMCell, LSTMCell],
  [cells.GRUCell, GRUCell]
]);

const NAMES: readonly (readonly [name: string, cls: unknown])[] = [
  ['LSTM', LSTM],
  ['GRU', GRU],
  ['RNNCell', RNNCell],
  ['LSTMCell', LSTMCell],
  ['GRUCell', GRUCell]
];
for (const [name, cls] of NAMES) {
  Object.defineProperty(cls, 'name', { value: name });
  registerLibraryModule(`torch.ao.nn.quantized.reference.modules.rnn.${name}`, cls as ModuleClass);
}

const classes: ReadonlySet<unknown> = new Set(recurrentReferences.values());
/** Is it one of these classes? */
export function isRecurrentReference(module: Module): module is Module & RecurrentReference {
  return classes.has(classOf(module));
}
