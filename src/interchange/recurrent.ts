// Recurrent layers as exporters write them: their constructors take `*args`, so the recorded configuration is empty.
// Sizes follow from the shapes of the parameters; what leaves no trace there is assumed.

import type { Tensor } from '../tensor';
import type { RecordedModule } from './torchFx';

/** Settings that no parameter shows. */
export interface RecurrentAssumptions {
  /** Default false. */
  batchFirst?: boolean;
  /** Of `RNN`; default `'tanh'`. */
  nonlinearity?: 'tanh' | 'relu';
}

const GATES: Readonly<Record<string, number>> = {
  'torch.nn.modules.rnn.RNN': 1,
  'torch.nn.modules.rnn.LSTM': 4,
  'torch.nn.modules.rnn.GRU': 3
};

/** True for a recurrent layer that was recorded without its settings. */
export function lacksRecurrentConfig({ type, config }: RecordedModule): boolean {
  return type in GATES && !('input_size' in config);
}

/**
 * Fills in what recurrent layers lack, from `state` (the state dict the modules are loaded with).
 * @throws Error naming a layer whose weights are not in the state.
 */
export function completeRecurrentConfigs(
  modules: readonly RecordedModule[],
  state: ReadonlyMap<string, Tensor>,
  assume: RecurrentAssumptions = {}
): RecordedModule[] {
  return modules.map(module =>
    lacksRecurrentConfig(module)
      ? { ...module, config: { ...configFromState(module, state, assume), ...module.config } }
      : module
  );
}

function configFromState(
  { path, type }: RecordedModule,
  state: ReadonlyMap<string, Tensor>,
  { batchFirst = false, nonlinearity = 'tanh' }: RecurrentAssumptions
): Record<string, unknown> {
  const tensor = (name: string) => state.get(`${path}.${name}`);
  const first = tensor('weight_ih_l0');
  const [rows, inputSize] = first?.shape ?? [];
  if (rows === undefined || inputSize === undefined) {
    throw new Error(
      `module '${path}': recorded without its sizes, and the state has no '${path}.weight_ih_l0' to tell them`
    );
  }
  let layers = 1;
  while (tensor(`weight_ih_l${layers}`)) {
    layers += 1;
  }
  return {
    input_size: inputSize,
    hidden_size: rows / (GATES[type] ?? 1),
    num_layers: layers,
    bias: tensor('bias_ih_l0') !== undefined,
    batch_first: batchFirst,
    bidirectional: tensor('weight_ih_l0_reverse') !== undefined,
    proj_size: tensor('weight_hr_l0')?.shape[0] ?? 0,
    nonlinearity
  };
}
