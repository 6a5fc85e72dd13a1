// `torch.ao.nn.quantized.dynamic` recurrent modules: float in and out, integer or half-precision weights. The input's
// share of the gates is computed for a whole sequence at once, with one scale. Spec 9.3.

import { cast } from '../../tensor/ops/elementwise';
import { quantizedLinearDynamic, quantizedLinearDynamicFp16 } from '../../tensor/quantized/linearConv';
import { CellPackedParams, LinearPackedParams, LinearPackedParamsFp16 } from '../../tensor/quantized/packed';
import type { Tensor } from '../../tensor/tensor';
import { registerLibraryModule, type ModuleClass } from '../library';
import { className, Module } from '../module';
import { ModuleList } from '../modules/container';
import * as layers from '../modules/rnn';
import * as cells from '../modules/rnnCells';
import type { QConfigLike } from '../qconfig';
import type { DirectionWeights, Projection, RecurrentMode, State } from '../recurrent';
import type { RecurrentReference } from '../reference';
import { packedField, type StateField } from '../stateDict';
import { observeAndQuantize } from './base';

type Packed = LinearPackedParams | LinearPackedParamsFp16;

function project(packed: Packed): Projection {
  return packed instanceof LinearPackedParams
    ? x => quantizedLinearDynamic(x, packed, false, true)
    : x => quantizedLinearDynamicFp16(x, packed, false);
}

function projections({ ih, hh, hr }: CellPackedParams): DirectionWeights {
  return { input: project(ih), hidden: project(hh), output: hr ? project(hr) : undefined };
}

function pack(weight: Tensor, bias: Tensor | null): Packed {
  return weight.quantizer
    ? new LinearPackedParams(weight, bias)
    : new LinearPackedParamsFp16(cast(weight, 'float32'), bias);
}

/** Holds the weights of one layer and direction where PyTorch does. */
class PackedParameter extends Module<never[], never> {
  constructor(readonly param: CellPackedParams) {
    super();
  }
  override forward(): never {
    throw new Error('PackedParameter only holds weights; call the recurrent module.');
  }
  protected override stateFields(): StateField[] {
    return [packedField(this, 'param')];
  }
}

/** Gives a weight its final form: of a reference module, or observed with a qconfig. */
type Quantize = (name: string) => Tensor;

function observing(float: object & { qconfig?: QConfigLike | null }, who: string): Quantize {
  const { qconfig } = float;
  if (!qconfig) {
    throw new Error(
      `nn.quantized.dynamic.${who}.fromFloat: the ${className(float)} has no qconfig; copy it in fromObserved`
    );
  }
  const { dtype } = qconfig.weight.create();
  if (dtype !== 'qint8' && dtype !== 'float16') {
    throw new Error(`nn.quantized.dynamic.${who}.fromFloat: weights can be qint8 or float16, not ${dtype}`);
  }
  return name => {
    const weight = Reflect.get(float, name) as Tensor;
    return dtype === 'float16' ? cast(weight, 'float16') : observeAndQuantize(weight, qconfig);
  };
}

const biasOf = (module: object, name: string): Tensor | null =>
  (Reflect.get(module, name) as Tensor | null | undefined) ?? null;

function packDirections(
  source: { directionNames(): layers.DirectionNames[]; readonly projSize: number },
  quantize: Quantize
): CellPackedParams[] {
  return source
    .directionNames()
    .map(
      names =>
        new CellPackedParams(
          pack(quantize(names.weightIh), biasOf(source, names.biasIh)),
          pack(quantize(names.weightHh), biasOf(source, names.biasHh)),
          source.projSize > 0 ? pack(quantize(names.weightHr), null) : undefined
        )
    );
}

/** Integer weights of every layer and direction. */
abstract class DynamicLayers<
  Hidden extends Tensor | layers.LSTMState
> extends layers.RecurrentLayers<Hidden> {
  /** One per layer and direction, as the state. */
  readonly _all_weight_values: ModuleList<PackedParameter>;

  constructor(
    mode: RecurrentMode,
    like: layers.RecurrentLayers<Hidden>,
    packed: readonly CellPackedParams[]
  ) {
    super(mode, like.inputSize, like.hiddenSize, like);
    this._all_weight_values = new ModuleList(packed.map(cell => new PackedParameter(cell)));
  }

  protected override directions(): DirectionWeights[] {
    return [...this._all_weight_values].map(({ param }) => projections(param));
  }
}

/** PyTorch: `nnqd.LSTM`. */
export class DynamicLSTM extends DynamicLayers<layers.LSTMState> {
  /** The state as its tensors. */
  protected override partsOf(hidden: layers.LSTMState): State {
    return hidden;
  }
  /** The tensors as the state the module returns. */
  protected override hiddenOf(parts: State): layers.LSTMState {
    return layers.tuple2(parts[0] as Tensor, parts[1] as Tensor);
  }
  protected override get stateSizes(): readonly number[] {
    return [this.projSize > 0 ? this.projSize : this.hiddenSize, this.hiddenSize];
  }
  /** Of a reference module. */
  static fromReference(ref: layers.LSTM & RecurrentReference): DynamicLSTM {
    return new DynamicLSTM(
      'LSTM',
      ref,
      packDirections(ref, name => ref.quantizedWeight(name))
    );
  }
  /** From a float LSTM with a `qconfig`. */
  static fromFloat(float: layers.LSTM): DynamicLSTM {
    return new DynamicLSTM('LSTM', float, packDirections(float, observing(float, 'LSTM')));
  }
}

/** PyTorch: `nnqd.GRU`. */
export class DynamicGRU extends DynamicLayers<Tensor> {
  /** The state as its tensors. */
  protected override partsOf(hidden: Tensor): State {
    return [hidden];
  }
  /** The tensors as the state the module returns. */
  protected override hiddenOf(parts: State): Tensor {
    return parts[0] as Tensor;
  }
  protected override get stateSizes(): readonly number[] {
    return [this.hiddenSize];
  }
  /** Of a reference module. */
  static fromReference(ref: layers.GRU & RecurrentReference): DynamicGRU {
    return new DynamicGRU(
      'GRU',
      ref,
      packDirections(ref, name => ref.quantizedWeight(name))
    );
  }
  /** From a float GRU with a `qconfig`. */
  static fromFloat(float: layers.GRU): DynamicGRU {
    return new DynamicGRU('GRU', float, packDirections(float, observing(float, 'GRU')));
  }
}

function packCell(source: object, quantize: Quantize): CellPackedParams {
  return new CellPackedParams(
    pack(quantize('weight_ih'), biasOf(source, 'bias_ih')),
    pack(quantize('weight_hh'), biasOf(source, 'bias_hh'))
  );
}

abstract class DynamicCell<Hidden extends Tensor | layers.LSTMState> extends cells.RecurrentCell<Hidden> {
  /** Under PyTorch's names. */
  readonly _packed_weight_ih: Packed;
  readonly _packed_weight_hh: Packed;

  constructor(like: cells.RecurrentCell<Hidden>, packed: CellPackedParams) {
    super(like.mode, like.inputSize, like.hiddenSize, { bias: like.bias });
    this._packed_weight_ih = packed.ih;
    this._packed_weight_hh = packed.hh;
  }

  /** How the input and the hidden state are projected. */
  protected override weights(): DirectionWeights {
    return projections(new CellPackedParams(this._packed_weight_ih, this._packed_weight_hh));
  }

  protected override stateFields(): StateField[] {
    return [
      ...super.stateFields(),
      packedField(this, '_packed_weight_ih'),
      packedField(this, '_packed_weight_hh')
    ];
  }
}

abstract class DynamicOneStateCell extends DynamicCell<Tensor> {
  /** The state as its tensors. */
  protected override partsOf(hidden: Tensor): State {
    return [hidden];
  }
  /** The tensors as the state the module returns. */
  protected override hiddenOf(parts: State): Tensor {
    return parts[0] as Tensor;
  }
}

/** PyTorch: `nnqd.RNNCell`. */
export class DynamicRNNCell extends DynamicOneStateCell {
  /** Of a reference module. */
  static fromReference(ref: cells.RNNCell & RecurrentReference): DynamicRNNCell {
    return new DynamicRNNCell(
      ref,
      packCell(ref, name => ref.quantizedWeight(name))
    );
  }
  /** Of a float module with a qconfig. */
  static fromFloat(float: cells.RNNCell): DynamicRNNCell {
    return new DynamicRNNCell(float, packCell(float, observing(float, 'RNNCell')));
  }
}

/** PyTorch: `nnqd.GRUCell`. */
export class DynamicGRUCell extends DynamicOneStateCell {
  /** Of a reference module. */
  static fromReference(ref: cells.GRUCell & RecurrentReference): DynamicGRUCell {
    return new DynamicGRUCell(
      ref,
      packCell(ref, name => ref.quantizedWeight(name))
    );
  }
  /** Of a float module with a qconfig. */
  static fromFloat(float: cells.GRUCell): DynamicGRUCell {
    return new DynamicGRUCell(float, packCell(float, observing(float, 'GRUCell')));
  }
}

/** PyTorch: `nnqd.LSTMCell`. */
export class DynamicLSTMCell extends DynamicCell<layers.LSTMState> {
  /** The state as its tensors. */
  protected override partsOf(hidden: layers.LSTMState): State {
    return hidden;
  }
  /** The tensors as the state the module returns. */
  protected override hiddenOf(parts: State): layers.LSTMState {
    return layers.tuple2(parts[0] as Tensor, parts[1] as Tensor);
  }
  /** Of a reference module. */
  static fromReference(ref: cells.LSTMCell & RecurrentReference): DynamicLSTMCell {
    return new DynamicLSTMCell(
      ref,
      packCell(ref, name => ref.quantizedWeight(name))
    );
  }
  /** Of a float module with a qconfig. */
  static fromFloat(float: cells.LSTMCell): DynamicLSTMCell {
    return new DynamicLSTMCell(float, packCell(float, observing(float, 'LSTMCell')));
  }
}

const NAMES: readonly (readonly [name: string, cls: unknown])[] = [
  ['LSTM', DynamicLSTM],
  ['GRU', DynamicGRU],
  ['RNNCell', DynamicRNNCell],
  ['LSTMCell', DynamicLSTMCell],
  ['GRUCell', DynamicGRUCell]
];
for (const [name, cls] of NAMES) {
  Object.defineProperty(cls, 'name', { value: name });
  registerLibraryModule(`torch.ao.nn.quantized.dynamic.modules.rnn.${name}`, cls as ModuleClass);
}
