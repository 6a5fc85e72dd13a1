// `torch.ao.nn.quantizable.LSTMCell`, `LSTM`: taken apart into linear layers and arithmetic that can be observed. Float in
// a prepared model; `nn.quantized.LSTM` is the same on integers. Spec 11.4.

import { zeros } from '../../tensor/ops/create';
import { chunk, reshape, select, squeeze, transpose } from '../../tensor/ops/shape';
import { quantizePerTensor } from '../../tensor/quantized/quantize';
import * as torch from '../../tensor/functions/torch';
import type { Tensor } from '../../tensor/tensor';
import { declareForward } from '../forward';
import { registerLibraryModule } from '../library';
import { className, Module, Parameter } from '../module';
import { Sigmoid, Tanh } from '../modules/activation';
import { ModuleDict, ModuleList } from '../modules/container';
import { Linear } from '../modules/linear';
import { directionNames, tuple2, type LSTM as FloatLSTM, type LSTMState } from '../modules/rnn';
import type { LSTMCell as FloatLSTMCell } from '../modules/rnnCells';
import { FloatFunctional } from '../quantized/functional';
import { attachObservers, observed, qconfigOf } from './base';

const GATE_NAMES = ['input', 'forget', 'cell', 'output'] as const;

/** Settings of the quantizable LSTM. */
export interface QuantizableOptions {
  bias?: boolean;
  /** Four linear layers instead of one, each with a grid of its own. Default false. */
  splitGates?: boolean;
}

/** Weights of one direction, as a float LSTM has them. */
export interface CellWeights {
  readonly wi: Tensor;
  readonly wh: Tensor;
  readonly bi: Tensor | null;
  readonly bh: Tensor | null;
}

/** `[N, I]`, `[h, c]` → `[h, c]`. */
export class LSTMCell extends Module<[x: Tensor, hidden?: LSTMState | null], [h: Tensor, c: Tensor]> {
  // Declared, not defined: fields come in the order of the constructor, which is PyTorch's.
  declare readonly igates: Linear & ModuleDict;
  declare readonly hgates: Linear & ModuleDict;
  declare readonly gates: FloatFunctional & ModuleDict;
  declare readonly input_gate: Sigmoid;
  declare readonly forget_gate: Sigmoid;
  declare readonly cell_gate: Tanh;
  declare readonly output_gate: Sigmoid;
  declare readonly fgate_cx: FloatFunctional;
  declare readonly igate_cgate: FloatFunctional;
  declare readonly fgate_cx_igate_cgate: FloatFunctional;
  declare readonly ogate_cy: FloatFunctional;
  readonly splitGates: boolean;

  constructor(
    readonly inputSize: number,
    readonly hiddenSize: number,
    options: QuantizableOptions = {}
  ) {
    super();
    const { bias = true } = options;
    this.splitGates = options.splitGates ?? false;
    const each = (make: () => Linear | FloatFunctional) =>
      new ModuleDict(Object.fromEntries(GATE_NAMES.map(name => [name, make() as Linear])));
    const linear = (size: number) => (): Linear =>
      new Linear(size, (this.splitGates ? 1 : 4) * hiddenSize, { bias });
    const add = (name: string, make: () => Linear | FloatFunctional): void => {
      Reflect.set(this, name, this.splitGates ? each(make) : make());
    };
    add('igates', linear(inputSize));
    add('hgates', linear(hiddenSize));
    add('gates', () => new FloatFunctional());
    this.input_gate = new Sigmoid();
    this.forget_gate = new Sigmoid();
    this.cell_gate = new Tanh();
    this.output_gate = new Sigmoid();
    this.fgate_cx = new FloatFunctional();
    this.igate_cgate = new FloatFunctional();
    this.fgate_cx_igate_cgate = new FloatFunctional();
    this.ogate_cy = new FloatFunctional();
  }

  override forward(x: Tensor, hidden: LSTMState | null = null): [h: Tensor, c: Tensor] {
    const [h, c] = hidden ?? this.initializeHidden(x.shape[0] ?? 0, x.quantizer !== null);
    const [i, f, g, o] = this.gatesOf(x, h);
    const [input, forget] = [this.input_gate(i), this.forget_gate(f)];
    const [candidate, output] = [this.cell_gate(g), this.output_gate(o)];
    const kept = this.fgate_cx.mul(forget, c);
    const added = this.igate_cgate.mul(input, candidate);
    const cell = this.fgate_cx_igate_cgate.add(kept, added);
    return tuple2(this.ogate_cy.mul(output, torch.tanh(cell)), cell);
  }

  private gatesOf(x: Tensor, h: Tensor): [Tensor, Tensor, Tensor, Tensor] {
    if (!this.splitGates) {
      const sum = this.gates.add(observed(this.igates, x), observed(this.hgates, h));
      return chunk(sum, 4, 1) as [Tensor, Tensor, Tensor, Tensor];
    }
    return GATE_NAMES.map(name => {
      const part = <T>(of: ModuleDict) => of.get(name) as unknown as T;
      const fromInput = observed(part<Linear>(this.igates), x);
      const fromState = observed(part<Linear>(this.hgates), h);
      return part<FloatFunctional>(this.gates).add(fromInput, fromState);
    }) as [Tensor, Tensor, Tensor, Tensor];
  }

  private initializeHidden(batch: number, isQuantized: boolean): [Tensor, Tensor] {
    const state = zeros([batch, this.hiddenSize]);
    const start = isQuantized ? quantizePerTensor(state, 1, 0, 'quint8') : state;
    return [start, start];
  }

  /** Of weights as a float LSTM has them. */
  static fromParams({ wi, wh, bi, bh }: CellWeights, options: { splitGates?: boolean } = {}): LSTMCell {
    const [inputSize, hiddenSize] = [wi.shape[1] ?? 0, wh.shape[1] ?? 0];
    const cell = new LSTMCell(inputSize, hiddenSize, { ...options, bias: bi !== null });
    const fill = (linear: Linear, weight: Tensor, bias: Tensor | null): void => {
      Reflect.set(linear, 'weight', new Parameter(weight.detach()));
      Reflect.set(linear, 'bias', bias && new Parameter(bias.detach()));
    };
    for (const [gates, weight, bias] of [
      [cell.igates, wi, bi],
      [cell.hgates, wh, bh]
    ] as const) {
      if (!cell.splitGates) {
        fill(gates, weight, bias);
        continue;
      }
      const [weights, biases] = [chunk(weight, 4, 0), bias ? chunk(bias, 4, 0) : []];
      GATE_NAMES.forEach((name, i) => {
        fill(gates.get(name) as Linear, weights[i] as Tensor, biases[i] ?? null);
      });
    }
    return cell;
  }

  /** From a float cell with a `qconfig`. */
  static fromFloat(float: FloatLSTMCell, options: { splitGates?: boolean } = {}): LSTMCell {
    const qconfig = qconfigOf(float, 'nn.quantizable.LSTMCell');
    const { weight_ih: wi, weight_hh: wh, bias_ih: bi, bias_hh: bh } = float;
    const cell = LSTMCell.fromParams({ wi, wh, bi, bh }, options);
    cell.qconfig = qconfig;
    attachObservers(cell, qconfig);
    return cell;
  }
}
registerLibraryModule('torch.ao.nn.quantizable.modules.rnn.LSTMCell', LSTMCell);

class SingleLayer extends Module<[x: Tensor, hidden: LSTMState], [Tensor, LSTMState]> {
  constructor(readonly cell: LSTMCell) {
    super();
  }

  override forward(x: Tensor, hidden: LSTMState): [Tensor, LSTMState] {
    const outputs: Tensor[] = [];
    let state = hidden;
    for (let step = 0; step < (x.shape[0] ?? 0); step++) {
      state = this.cell(select(x, 0, step), state);
      outputs.push(state[0]);
    }
    return [torch.stack(outputs, 0), state];
  }
}
registerLibraryModule('torch.ao.nn.quantizable.modules.rnn._LSTMSingleLayer', SingleLayer);

/** One direction, or both joined. */
class Layer extends Module<[x: Tensor, h: Tensor, c: Tensor], [Tensor, LSTMState]> {
  readonly layer_fw: SingleLayer;
  constructor(forwards: LSTMCell, backwards: LSTMCell | undefined) {
    super();
    this.layer_fw = new SingleLayer(forwards);
    if (backwards) {
      this.addModule('layer_bw', new SingleLayer(backwards) as never);
    }
  }

  /** `h`, `c`: `[N, H]`, or `[2, N, H]` for two directions. */
  override forward(x: Tensor, h: Tensor, c: Tensor): [Tensor, LSTMState] {
    const backwards = Reflect.get(this, 'layer_bw') as SingleLayer | undefined;
    if (!backwards) {
      return this.layer_fw(x, [h, c]);
    }
    const [result, last] = this.layer_fw(x, [select(h, 0, 0), select(c, 0, 0)]);
    const [reversed, lastBack] = backwards(x.flip(0), [select(h, 0, 1), select(c, 0, 1)]);
    const joined = torch.cat([result, reversed.flip(0)], result.ndim - 1);
    return [joined, [torch.stack([last[0], lastBack[0]], 0), torch.stack([last[1], lastBack[1]], 0)]];
  }
}
registerLibraryModule('torch.ao.nn.quantizable.modules.rnn._LSTMLayer', Layer);

/** Called as the float LSTM; observes inside, so prepare puts no observer behind it. */
export class LSTM extends Module<
  [x: Tensor, hidden?: LSTMState | null],
  [output: Tensor, hidden: LSTMState]
> {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly batchFirst: boolean;
  readonly bidirectional: boolean;
  readonly layers: ModuleList<Layer>;

  constructor(like: FloatLSTM, options: { splitGates?: boolean } = {}) {
    super();
    if (like.projSize > 0) {
      throw new Error('nn.quantizable.LSTM: projSize is not supported; use an LSTM without projection');
    }
    this.inputSize = like.inputSize;
    this.hiddenSize = like.hiddenSize;
    this.numLayers = like.numLayers;
    this.batchFirst = like.batchFirst;
    this.bidirectional = like.bidirectional;
    const cell = (layer: number, isReverse: boolean): LSTMCell => {
      const names = directionNames(layer, isReverse);
      const get = (name: string) => (Reflect.get(like, name) as Tensor | undefined) ?? null;
      const weights = { wi: get(names.weightIh) as Tensor, wh: get(names.weightHh) as Tensor };
      return LSTMCell.fromParams({ ...weights, bi: get(names.biasIh), bh: get(names.biasHh) }, options);
    };
    this.layers = new ModuleList(
      Array.from(
        { length: like.numLayers },
        (_, i) => new Layer(cell(i, false), like.bidirectional ? cell(i, true) : undefined)
      )
    );
  }

  /** `x`: `[T, N, I]`, or `[N, T, I]` with `batchFirst`. @throws Error for an input without a batch. */
  override forward(input: Tensor, hidden: LSTMState | null = null): [output: Tensor, hidden: LSTMState] {
    if (input.ndim !== 3) {
      throw new Error(
        `${className(this)}: input must have 3 dimensions when quantized, got [${input.shape.join(', ')}]`
      );
    }
    let x = this.batchFirst ? transpose(input, 0, 1) : input;
    const states = this.initialStates(x, hidden);
    const lasts: LSTMState[] = [];
    [...this.layers].forEach((layer, i) => {
      const [h, c] = states.map(part => squeeze(select(part, 0, i), 0)) as [Tensor, Tensor];
      const [output, last] = layer(x, h, c);
      lasts.push(last);
      x = output;
    });
    const joined = ([0, 1] as const).map(part => {
      const all = torch.stack(
        lasts.map(last => last[part]),
        0
      );
      return reshape(all, [-1, ...all.shape.slice(-2)]);
    }) as [Tensor, Tensor];
    return tuple2(this.batchFirst ? transpose(x, 0, 1) : x, tuple2(...joined));
  }

  /** `[L, D, N, H]` for h and c. PyTorch starts an integer LSTM with scale 1 and zero point 0. */
  private initialStates(x: Tensor, hidden: LSTMState | null): readonly [Tensor, Tensor] {
    const shape = [this.numLayers, this.bidirectional ? 2 : 1, x.shape[1] ?? 0, this.hiddenSize];
    if (hidden) {
      return [reshape(hidden[0], shape), reshape(hidden[1], shape)];
    }
    const start = x.quantizer ? quantizePerTensor(zeros(shape), 1, 0, x.dtype) : zeros(shape);
    return [start, start];
  }

  /** From a float LSTM with a `qconfig`; all inner operators are observed with it. */
  static fromFloat(float: FloatLSTM, options: { splitGates?: boolean } = {}): LSTM {
    const qconfig = qconfigOf(float, 'nn.quantizable.LSTM');
    if (float.training) {
      throw new Error(
        'nn.quantizable.LSTM.fromFloat: the LSTM is in training mode, and quantization aware training of it is not ' +
          'supported; set its qconfig to null, or quantize after training'
      );
    }
    const lstm = new LSTM(float, options);
    lstm.qconfig = qconfig;
    attachObservers(lstm, qconfig);
    lstm.eval();
    return lstm;
  }
}
declareForward(LSTM, 'input', ['hx', null]);
registerLibraryModule('torch.ao.nn.quantizable.modules.rnn.LSTM', LSTM);
