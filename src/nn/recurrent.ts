// How recurrent layers run, whatever their weights are: layers, directions, steps. A direction is given as what its
// gates get from the input and from the state (`Projection`), so float, reference and integer modules share this.
// Semantics of `torch.lstm`, `torch.gru`, `torch.rnn_tanh`, `torch.rnn_relu`.

import { add, mul, sub } from '../tensor/ops/elementwise';
import { relu, sigmoid, tanh } from '../tensor/ops/pointwise';
import { cat, chunk, select, stack } from '../tensor/ops/shape';
import type { Tensor } from '../tensor/tensor';

/** `x ↦ x Wᵀ + b` for x of any leading dimensions. */
export type Projection = (x: Tensor) => Tensor;

/** The weights of one layer and direction. */
export interface DirectionWeights {
  readonly input: Projection;
  readonly hidden: Projection;
  /** Makes the hidden state smaller (`proj_size`). */
  readonly output?: Projection | undefined;
}

/** What is handed from step to step: `[h]`, or `[h, c]` of an LSTM; each `[N, H]`. */
export type State = readonly Tensor[];

/** From the gates' share of the input, `[N, G]`, and the state before to the state after. */
export type Step = (fromInput: Tensor, state: State, weights: DirectionWeights) => State;

export const RECURRENT_MODES = ['RNN_TANH', 'RNN_RELU', 'LSTM', 'GRU'] as const;
export type RecurrentMode = (typeof RECURRENT_MODES)[number];

const first = (state: State): Tensor => state[0] as Tensor;

const simpleStep =
  (activation: (x: Tensor) => Tensor): Step =>
  (fromInput, state, { hidden }) => [activation(add(hidden(first(state)), fromInput))];

const lstmStep: Step = (fromInput, [h, c], { hidden, output }) => {
  const gates = add(hidden(h as Tensor), fromInput);
  const [i, f, g, o] = chunk(gates, 4, -1) as [Tensor, Tensor, Tensor, Tensor];
  const cell = add(mul(sigmoid(f), c as Tensor), mul(sigmoid(i), tanh(g)));
  const result = mul(sigmoid(o), tanh(cell));
  return [output ? output(result) : result, cell];
};

/** r, z, n; the reset gate acts on what comes from the state, bias included. */
const gruStep: Step = (fromInput, [h], { hidden }) => {
  const [ir, iz, inew] = chunk(fromInput, 3, -1) as [Tensor, Tensor, Tensor];
  const [hr, hz, hnew] = chunk(hidden(h as Tensor), 3, -1) as [Tensor, Tensor, Tensor];
  const reset = sigmoid(add(hr, ir));
  const update = sigmoid(add(hz, iz));
  const candidate = tanh(add(inew, mul(hnew, reset)));
  return [add(mul(sub(h as Tensor, candidate), update), candidate)];
};

const STEPS = {
  RNN_TANH: simpleStep(tanh),
  RNN_RELU: simpleStep(relu),
  LSTM: lstmStep,
  GRU: gruStep
} satisfies Record<RecurrentMode, Step>;

/** How many of `hiddenSize` the gates take together. */
export const GATES = { RNN_TANH: 1, RNN_RELU: 1, LSTM: 4, GRU: 3 } satisfies Record<RecurrentMode, number>;

/** One step of a cell: input `[N, I]`. */
export function runCell(mode: RecurrentMode, x: Tensor, state: State, weights: DirectionWeights): State {
  return STEPS[mode](weights.input(x), state, weights);
}

export interface RunOptions {
  readonly mode: RecurrentMode;
  readonly bidirectional: boolean;
  /** Applied to the output of every layer but the last. */
  readonly between?: ((x: Tensor) => Tensor) | undefined;
}

/**
 * All layers over a sequence `[T, N, I]`. `initial` has one entry per part of the state, `[L·D, N, H]`, and
 * `weights` one per layer and direction.
 * @returns the last layer's outputs `[T, N, D·H]` and the last states, shaped as `initial`.
 */
export function runLayers(
  x: Tensor,
  initial: State,
  weights: readonly DirectionWeights[],
  { mode, bidirectional, between }: RunOptions
): readonly [output: Tensor, last: State] {
  const directions = bidirectional ? 2 : 1;
  const lasts: State[] = [];
  let sequence = x;
  for (let start = 0; start < weights.length; start += directions) {
    const outputs = weights.slice(start, start + directions).map((direction, d) => {
      const state = initial.map(part => select(part, 0, start + d));
      const [output, last] = runDirection(STEPS[mode], sequence, state, direction, d === 1);
      lasts.push(last);
      return output;
    });
    sequence = outputs.length === 1 ? (outputs[0] as Tensor) : cat(outputs, -1);
    if (between && start + directions < weights.length) {
      sequence = between(sequence);
    }
  }
  return [sequence, initial.map((_, part) => stack(lasts.map(last => last[part] as Tensor)))];
}

/** The gates' share of the input is computed for the whole sequence at once, as PyTorch does: integer
 * projections choose one scale for all steps. */
function runDirection(
  step: Step,
  sequence: Tensor,
  initial: State,
  weights: DirectionWeights,
  backwards: boolean
): readonly [Tensor, State] {
  const fromInput = weights.input(sequence);
  const steps = sequence.shape[0] ?? 0;
  const outputs: Tensor[] = [];
  let state = initial;
  for (let i = 0; i < steps; i++) {
    state = step(select(fromInput, 0, backwards ? steps - 1 - i : i), state, weights);
    outputs.push(first(state));
  }
  return [stack(backwards ? outputs.reverse() : outputs), state];
}
