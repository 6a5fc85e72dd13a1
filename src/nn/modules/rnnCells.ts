// `torch.nn.RNNCell`, `LSTMCell`, `GRUCell`: one step. The formulas stand in `recurrent.ts`.

import { zeros } from '../../tensor/ops/create';
import { squeeze, unsqueeze } from '../../tensor/ops/shape';
import type { Tensor } from '../../tensor/tensor';
import { bool, num, str } from '../config';
import * as F from '../functional';
import { declareForward } from '../forward';
import { uniformTensor } from '../init';
import { registerLibraryModule, type ModuleConfig } from '../library';
import { className, Module, Parameter } from '../module';
import type { QConfigLike } from '../qconfig';
import { GATES, runCell, type DirectionWeights, type RecurrentMode, type State } from '../recurrent';
import { tuple2, type LSTMState } from './rnn';

/** Settings of recurrent cells. */
export interface CellOptions {
  bias?: boolean;
}
/** Settings of `RNNCell`. */
export interface RNNCellOptions extends CellOptions {
  nonlinearity?: 'tanh' | 'relu';
}

/** What the float, reference and integer versions share: shapes and the step. */
export abstract class RecurrentCell<Hidden extends Tensor | LSTMState> extends Module<
  [input: Tensor, hidden?: Hidden | null],
  Hidden
> {
  declare qconfig?: QConfigLike | null;
  readonly bias: boolean;
  constructor(
    readonly mode: RecurrentMode,
    readonly inputSize: number,
    readonly hiddenSize: number,
    options: CellOptions
  ) {
    super();
    this.bias = options.bias ?? true;
  }

  /** How the input and the hidden state are projected. */
  protected abstract weights(): DirectionWeights;
  /** The state as its tensors. */
  protected abstract partsOf(hidden: Hidden): State;
  /** The tensors as the state the module returns. */
  protected abstract hiddenOf(parts: State): Hidden;

  /**
   * `input`: `[N, I]` or `[I]`; `hidden`: `[N, H]` or `[H]`, for an LSTM `[h, c]`; zeros if absent.
   * @returns the state after the step. @throws Error naming expected and given shapes.
   */
  override forward(input: Tensor, hidden: Hidden | null = null): Hidden {
    const name = className(this);
    if (input.ndim !== 1 && input.ndim !== 2) {
      throw new Error(`${name}: input must have 1 or 2 dimensions, got [${input.shape.join(', ')}]`);
    }
    if (input.shape[input.ndim - 1] !== this.inputSize) {
      throw new Error(
        `${name}: input [${input.shape.join(', ')}] ends in ${input.shape[input.ndim - 1] ?? 0}, expected inputSize ${this.inputSize}`
      );
    }
    const isBatched = input.ndim === 2;
    const x = isBatched ? input : unsqueeze(input, 0);
    const shape = [...input.shape.slice(0, -1), this.hiddenSize];
    const given = hidden === null ? this.zeroState(shape, x) : this.partsOf(hidden);
    for (const part of given) {
      if (part.shape.join() !== shape.join()) {
        throw new Error(
          `${name}: hidden state must be [${shape.join(', ')}], got [${part.shape.join(', ')}]`
        );
      }
    }
    const state = isBatched ? given : given.map(part => unsqueeze(part, 0));
    const next = runCell(this.mode, x, state, this.weights());
    return this.hiddenOf(isBatched ? next : next.map(part => squeeze(part, 0)));
  }

  private zeroState(shape: readonly number[], x: Tensor): State {
    const one = () => zeros(shape, { dtype: x.dtype });
    return this.mode === 'LSTM' ? [one(), one()] : [one()];
  }

  override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.bias ? '' : ', bias=false'}`;
  }
}

declareForward(RecurrentCell, 'input', ['hx', null]);

/** With float parameters. */
export abstract class CellBase<Hidden extends Tensor | LSTMState> extends RecurrentCell<Hidden> {
  declare readonly weight_ih: Parameter;
  declare readonly weight_hh: Parameter;
  declare readonly bias_ih: Parameter | null;
  declare readonly bias_hh: Parameter | null;

  constructor(mode: RecurrentMode, inputSize: number, hiddenSize: number, options: CellOptions) {
    super(mode, inputSize, hiddenSize, options);
    const gates = GATES[mode] * hiddenSize;
    const make = (shape: number[]) => new Parameter(uniformTensor(shape, 1 / Math.sqrt(hiddenSize)));
    this.weight_ih = make([gates, inputSize]);
    this.weight_hh = make([gates, hiddenSize]);
    this.bias_ih = this.bias ? make([gates]) : null;
    this.bias_hh = this.bias ? make([gates]) : null;
  }

  /** `weight_ih` or `weight_hh`. Reference modules round weights here. */
  protected weight(name: 'weight_ih' | 'weight_hh'): Tensor {
    return this[name];
  }

  /** How the input and the hidden state are projected. */
  protected override weights(): DirectionWeights {
    return {
      input: x => F.linear(x, this.weight('weight_ih'), this.bias_ih),
      hidden: h => F.linear(h, this.weight('weight_hh'), this.bias_hh)
    };
  }
}

abstract class OneStateCell extends CellBase<Tensor> {
  /** The state as its tensors. */
  protected override partsOf(hidden: Tensor): State {
    return [hidden];
  }
  /** The tensors as the state the module returns. */
  protected override hiddenOf(parts: State): Tensor {
    return parts[0] as Tensor;
  }
}

/** PyTorch: `torch.nn.RNNCell`. */
export class RNNCell extends OneStateCell {
  readonly nonlinearity: 'tanh' | 'relu';
  constructor(inputSize: number, hiddenSize: number, options: RNNCellOptions = {}) {
    const nonlinearity = options.nonlinearity ?? 'tanh';
    super(nonlinearity === 'relu' ? 'RNN_RELU' : 'RNN_TANH', inputSize, hiddenSize, options);
    this.nonlinearity = nonlinearity;
  }
}

/** PyTorch: `torch.nn.GRUCell`. */
export class GRUCell extends OneStateCell {
  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    super('GRU', inputSize, hiddenSize, options);
  }
}

/** `(x, [h, c]) → [h, c]`. PyTorch: `torch.nn.LSTMCell`. */
export class LSTMCell extends CellBase<LSTMState> {
  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) {
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
}

const args = (c: ModuleConfig) =>
  [num(c, 'input_size'), num(c, 'hidden_size'), { bias: bool(c, 'bias', true) }] as const;
registerLibraryModule('torch.nn.modules.rnn.RNNCell', RNNCell, c => {
  const [inputSize, hiddenSize, options] = args(c);
  return new RNNCell(inputSize, hiddenSize, {
    ...options,
    nonlinearity: str(c, 'nonlinearity', 'tanh')
  });
});
registerLibraryModule('torch.nn.modules.rnn.LSTMCell', LSTMCell, c => new LSTMCell(...args(c)));
registerLibraryModule('torch.nn.modules.rnn.GRUCell', GRUCell, c => new GRUCell(...args(c)));
