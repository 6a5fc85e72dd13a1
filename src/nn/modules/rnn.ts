// `torch.nn.RNN`, `LSTM`, `GRU`: layers over sequences. How they run stands in `recurrent.ts`.

import { zeros } from '../../tensor/ops/create';
import { squeeze, transpose, unsqueeze } from '../../tensor/ops/shape';
import { tuple } from '../../tensor/structures';
import type { Tensor } from '../../tensor/tensor';
import { bool, num, str } from '../config';
import * as F from '../functional';
import { declareForward } from '../forward';
import { uniformTensor } from '../init';
import { registerLibraryModule, type ModuleConfig } from '../library';
import { className, Module, Parameter } from '../module';
import type { QConfigLike } from '../qconfig';
import { GATES, runLayers, type DirectionWeights, type RecurrentMode, type State } from '../recurrent';

/** Settings of recurrent layers, with PyTorch's defaults. */
export interface RecurrentOptions {
  /** Layers, each fed by the one before. Default 1. */
  numLayers?: number;
  /** Two bias vectors per layer and direction. Default true. */
  bias?: boolean;
  /** Sequences are `[N, T, I]` instead of `[T, N, I]`; states are not affected. Default false. */
  batchFirst?: boolean;
  /** In training, the share of a layer's output that is set to 0 before the next layer. Default 0. */
  dropout?: number;
  /** A second run from the end to the start; outputs are joined. Default false. */
  bidirectional?: boolean;
}

/** Settings of `LSTM`. */
export interface LSTMOptions extends RecurrentOptions {
  /** Size the hidden state is projected to; 0 for none. */
  projSize?: number;
}

/** Settings of `RNN`. */
export interface RNNOptions extends RecurrentOptions {
  nonlinearity?: 'tanh' | 'relu';
}

/** One part of the state or, for an LSTM, `[h, c]`. */
export type LSTMState = readonly [h: Tensor, c: Tensor];

/** What the float, reference and integer versions share: settings, shapes, the run. */
export abstract class RecurrentLayers<Hidden extends Tensor | LSTMState> extends Module<
  [input: Tensor, initial?: Hidden | null],
  [output: Tensor, last: Hidden]
> {
  declare qconfig?: QConfigLike | null;
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly bidirectional: boolean;
  readonly projSize: number;

  constructor(
    readonly mode: RecurrentMode,
    readonly inputSize: number,
    readonly hiddenSize: number,
    options: LSTMOptions
  ) {
    super();
    this.numLayers = options.numLayers ?? 1;
    this.bias = options.bias ?? true;
    this.batchFirst = options.batchFirst ?? false;
    this.dropout = options.dropout ?? 0;
    this.bidirectional = options.bidirectional ?? false;
    this.projSize = options.projSize ?? 0;
    checkSettings(this);
  }

  /** Weights of every layer and direction, in the order of the state. */
  protected abstract directions(): DirectionWeights[];

  /** The state as its tensors. */
  protected abstract partsOf(hidden: Hidden): State;
  /** The tensors as the state the module returns. */
  protected abstract hiddenOf(parts: State): Hidden;

  /** Sizes of the parts of the state: `[H]`, or `[H, C]`. */
  protected abstract get stateSizes(): readonly number[];

  get numDirections(): number {
    return this.bidirectional ? 2 : 1;
  }

  /**
   * `input`: `[T, N, I]`, `[N, T, I]` with `batchFirst`, or `[T, I]` without a batch. `initial`: `[L·D, N, H]`
   * (`[L·D, H]` without a batch), for an LSTM `[h, c]`; zeros if absent.
   * @returns outputs of the last layer `[T, N, D·H]`, and the last state, shaped as `initial`.
   * @throws Error naming expected and given shapes.
   */
  override forward(input: Tensor, initial: Hidden | null = null): [output: Tensor, last: Hidden] {
    const isBatched = input.ndim === 3;
    const batchDim = this.batchFirst ? 0 : 1;
    this.checkInput(input);
    const batched = isBatched ? input : unsqueeze(input, batchDim);
    const sequence = this.batchFirst ? transpose(batched, 0, 1) : batched;
    const state = this.initialState(sequence, initial, isBatched);
    const { mode, bidirectional } = this;
    const [outputs, lasts] = runLayers(sequence, state, this.directions(), {
      mode,
      bidirectional,
      between: this.between()
    });
    const output = this.batchFirst ? transpose(outputs, 0, 1) : outputs;
    return isBatched
      ? tuple2(output, this.hiddenOf(lasts))
      : tuple2(squeeze(output, batchDim), this.hiddenOf(lasts.map(part => squeeze(part, 1))));
  }

  private between(): ((x: Tensor) => Tensor) | undefined {
    return this.training && this.dropout > 0
      ? x => F.dropout(x, { p: this.dropout, training: true })
      : undefined;
  }

  private checkInput(input: Tensor): void {
    const name = className(this);
    if (input.ndim !== 3 && input.ndim !== 2) {
      throw new Error(
        `${name}: input must have 3 dimensions, or 2 without a batch; got [${input.shape.join(', ')}]`
      );
    }
    if (input.shape[input.ndim - 1] !== this.inputSize) {
      throw new Error(
        `${name}: input [${input.shape.join(', ')}] ends in ${input.shape[input.ndim - 1] ?? 0}, expected inputSize ${this.inputSize}`
      );
    }
    const steps = input.shape[this.batchFirst && input.ndim === 3 ? 1 : 0];
    if (steps === 0) {
      throw new Error(
        `${name}: input [${input.shape.join(', ')}] has no steps; the sequence must have at least one`
      );
    }
  }

  private initialState(sequence: Tensor, initial: Hidden | null, isBatched: boolean): State {
    const batch = sequence.shape[1] ?? 0;
    const rows = this.numLayers * this.numDirections;
    const shapes = this.stateSizes.map(size => [rows, batch, size]);
    if (initial === null) {
      return shapes.map(shape => zeros(shape, { dtype: sequence.dtype }));
    }
    const parts = this.partsOf(initial);
    return shapes.map((shape, i) => {
      const part = parts[i];
      const given = part && !isBatched && part.ndim === 2 ? unsqueeze(part, 1) : part;
      if (!given || given.shape.join() !== shape.join() || (!isBatched && part?.ndim !== 2)) {
        const expected = isBatched ? shape : [shape[0], shape[2]];
        throw new Error(
          `${className(this)}: initial state${shapes.length > 1 ? ` ${i}` : ''} must be [${expected.join(', ')}], ` +
            `got ${part ? `[${part.shape.join(', ')}]` : 'nothing'}`
        );
      }
      return given;
    });
  }

  override extraRepr(): string {
    const { inputSize, hiddenSize, numLayers, batchFirst, bidirectional } = this;
    return `${inputSize}, ${hiddenSize}, numLayers=${numLayers}, batchFirst=${batchFirst}, bidirectional=${bidirectional}`;
  }
}

declareForward(RecurrentLayers, 'input', ['hx', null]);

/** A pair that graphs see as a Python tuple. */
export function tuple2<A, B>(a: A, b: B): [A, B] {
  return tuple<A | B>(a, b) as unknown as [A, B];
}

function checkSettings(m: {
  inputSize: number;
  hiddenSize: number;
  numLayers: number;
  dropout: number;
  projSize: number;
}): void {
  const name = className(m);
  for (const key of ['inputSize', 'hiddenSize', 'numLayers'] as const) {
    if (!(Number.isInteger(m[key]) && m[key] > 0)) {
      throw new RangeError(`${name}: ${key} must be a whole number above 0, got ${m[key]}`);
    }
  }
  if (!(m.dropout >= 0 && m.dropout <= 1)) {
    throw new RangeError(`${name}: dropout must be between 0 and 1, got ${m.dropout}`);
  }
  if (!(Number.isInteger(m.projSize) && m.projSize >= 0 && m.projSize < m.hiddenSize)) {
    throw new RangeError(
      `${name}: projSize must be a whole number from 0 to below hiddenSize, got ${m.projSize}`
    );
  }
}

/** Names of the parameters of one layer and direction; PyTorch's state-dict keys. */
export interface DirectionNames {
  readonly suffix: string;
  readonly weightIh: string;
  readonly weightHh: string;
  readonly biasIh: string;
  readonly biasHh: string;
  readonly weightHr: string;
}

/** Parameter names of every layer and direction, in the order of the state. */
export function directionNames(layer: number, isReverse: boolean): DirectionNames {
  const suffix = `l${layer}${isReverse ? '_reverse' : ''}`;
  return {
    suffix,
    weightIh: `weight_ih_${suffix}`,
    weightHh: `weight_hh_${suffix}`,
    biasIh: `bias_ih_${suffix}`,
    biasHh: `bias_hh_${suffix}`,
    weightHr: `weight_hr_${suffix}`
  };
}

/** With float parameters, as PyTorch names them. */
export abstract class RecurrentBase<Hidden extends Tensor | LSTMState> extends RecurrentLayers<Hidden> {
  constructor(mode: RecurrentMode, inputSize: number, hiddenSize: number, options: LSTMOptions) {
    super(mode, inputSize, hiddenSize, options);
    const outputSize = this.projSize > 0 ? this.projSize : hiddenSize;
    const gates = GATES[mode] * hiddenSize;
    const bound = 1 / Math.sqrt(hiddenSize);
    const add = (name: string, shape: number[]): void => {
      Reflect.set(this, name, new Parameter(uniformTensor(shape, bound)));
    };
    this.directionNames().forEach((names, i) => {
      add(names.weightIh, [gates, i < this.numDirections ? inputSize : outputSize * this.numDirections]);
      add(names.weightHh, [gates, outputSize]);
      if (this.bias) {
        add(names.biasIh, [gates]);
        add(names.biasHh, [gates]);
      }
      if (this.projSize > 0) {
        add(names.weightHr, [this.projSize, hiddenSize]);
      }
    });
  }

  /** Parameter names of every layer and direction. */
  directionNames(): DirectionNames[] {
    return Array.from({ length: this.numLayers * this.numDirections }, (_, i) =>
      directionNames(Math.floor(i / this.numDirections), i % this.numDirections === 1)
    );
  }

  /** A parameter by its state-dict key. Reference modules round weights here. */
  protected weight(name: string): Tensor {
    return Reflect.get(this, name) as Tensor;
  }

  protected override directions(): DirectionWeights[] {
    const project = (weightName: string, biasName: string | null) => {
      const weight = this.weight(weightName);
      const bias = biasName === null ? null : (Reflect.get(this, biasName) as Tensor);
      return (x: Tensor) => F.linear(x, weight, bias);
    };
    return this.directionNames().map(names => ({
      input: project(names.weightIh, this.bias ? names.biasIh : null),
      hidden: project(names.weightHh, this.bias ? names.biasHh : null),
      output: this.projSize > 0 ? project(names.weightHr, null) : undefined
    }));
  }
}

/** State and its parts where the state is one tensor. */
abstract class OneState extends RecurrentBase<Tensor> {
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
}

/** `h = tanh(x Wᵢᵀ + bᵢ + h Wₕᵀ + bₕ)`, or relu. PyTorch: `torch.nn.RNN`. */
export class RNN extends OneState {
  readonly nonlinearity: 'tanh' | 'relu';
  constructor(inputSize: number, hiddenSize: number, options: RNNOptions = {}) {
    const nonlinearity = options.nonlinearity ?? 'tanh';
    super(nonlinearity === 'relu' ? 'RNN_RELU' : 'RNN_TANH', inputSize, hiddenSize, options);
    this.nonlinearity = nonlinearity;
  }
}

/** Gates r, z, n, stacked in the weights in this order. PyTorch: `torch.nn.GRU`. */
export class GRU extends OneState {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super('GRU', inputSize, hiddenSize, options);
  }
}

/** Gates i, f, g, o, stacked in the weights in this order; returns `[output, [h, c]]`. PyTorch: `torch.nn.LSTM`. */
export class LSTM extends RecurrentBase<LSTMState> {
  constructor(inputSize: number, hiddenSize: number, options: LSTMOptions = {}) {
    super('LSTM', inputSize, hiddenSize, options);
  }
  /** The state as its tensors. */
  protected override partsOf(hidden: LSTMState): State {
    return hidden;
  }
  /** The tensors as the state the module returns. */
  protected override hiddenOf(parts: State): LSTMState {
    return tuple2(parts[0] as Tensor, parts[1] as Tensor);
  }
  protected override get stateSizes(): readonly number[] {
    return [this.projSize > 0 ? this.projSize : this.hiddenSize, this.hiddenSize];
  }
}

/** Settings from an exported configuration. */
export function recurrentOptions(c: ModuleConfig): LSTMOptions {
  return {
    numLayers: num(c, 'num_layers', 1),
    bias: bool(c, 'bias', true),
    batchFirst: bool(c, 'batch_first'),
    dropout: num(c, 'dropout', 0),
    bidirectional: bool(c, 'bidirectional'),
    projSize: num(c, 'proj_size', 0)
  };
}
const sizes = (c: ModuleConfig) => [num(c, 'input_size'), num(c, 'hidden_size')] as const;
registerLibraryModule(
  'torch.nn.modules.rnn.RNN',
  RNN,
  c => new RNN(...sizes(c), { ...recurrentOptions(c), nonlinearity: str(c, 'nonlinearity', 'tanh') })
);
registerLibraryModule('torch.nn.modules.rnn.LSTM', LSTM, c => new LSTM(...sizes(c), recurrentOptions(c)));
registerLibraryModule('torch.nn.modules.rnn.GRU', GRU, c => new GRU(...sizes(c), recurrentOptions(c)));
