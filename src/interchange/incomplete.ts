// Modules as exporters write them: only constructor arguments that are kept as attributes. Recurrent layers take `*args`
// and so have an empty configuration, transformer layers keep no sizes. What is missing follows from the shapes of the
// parameters and from the submodules; what leaves no trace there is assumed.

import type { Tensor } from '../tensor';
import type { RecordedModule } from './torchFx';

/** Settings that neither parameters nor submodules show. */
export interface Assumptions {
  /** Of recurrent layers; default false. */
  batchFirst?: boolean;
  /** Of `RNN`; default `'tanh'`. */
  nonlinearity?: 'tanh' | 'relu';
  /** Of transformer layers; default `'relu'`. */
  activation?: 'relu' | 'gelu';
}

type Config = Record<string, unknown>;
interface Context {
  readonly byPath: ReadonlyMap<string, RecordedModule>;
  readonly state: ReadonlyMap<string, Tensor>;
  readonly assume: Assumptions;
}
type Completion = (module: RecordedModule, context: Context) => Config;

/** How many of the hidden size the gates take, by class. */
const GATES: Readonly<Record<string, number>> = { RNN: 1, LSTM: 4, GRU: 3 };

const COMPLETIONS: Readonly<Record<string, Completion>> = {
  'torch.nn.modules.rnn.RNN': recurrent,
  'torch.nn.modules.rnn.LSTM': recurrent,
  'torch.nn.modules.rnn.GRU': recurrent,
  'torch.nn.modules.transformer.TransformerEncoderLayer': transformerLayer,
  'torch.nn.modules.transformer.TransformerDecoderLayer': transformerLayer,
  'torch.nn.modules.transformer.TransformerEncoder': transformerStack,
  'torch.nn.modules.transformer.TransformerDecoder': transformerStack,
  'torch.nn.modules.transformer.Transformer': transformer
};

/** What has to be assumed for these modules: every combination, the likeliest first. */
export function possibleAssumptions(modules: readonly RecordedModule[]): Assumptions[] {
  const some = (pattern: RegExp) =>
    modules.some(({ type, config }) => pattern.test(type) && !('input_size' in config));
  const choices: Assumptions[][] = [
    some(/\.rnn\.(RNN|LSTM|GRU)$/) ? [{ batchFirst: true }, { batchFirst: false }] : [{}],
    some(/\.rnn\.RNN$/) ? [{ nonlinearity: 'tanh' }, { nonlinearity: 'relu' }] : [{}],
    some(/\.Transformer/) ? [{ activation: 'relu' }, { activation: 'gelu' }] : [{}]
  ];
  return choices.reduce((all, choice) => all.flatMap(a => choice.map(b => ({ ...a, ...b }))), [{}]);
}

/**
 * Fills in what configurations lack, from `state` (the state dict the modules are loaded with).
 * @throws Error naming a module whose weights or submodules are not there.
 */
export function completeConfigs(
  modules: readonly RecordedModule[],
  state: ReadonlyMap<string, Tensor>,
  assume: Assumptions = {}
): RecordedModule[] {
  const context = { byPath: new Map(modules.map(m => [m.path, m])), state, assume };
  return modules.map(module => {
    const complete = COMPLETIONS[module.type];
    const lacks = complete && !('input_size' in module.config) && !('dim_feedforward' in module.config);
    return lacks ? { ...module, config: { ...module.config, ...complete(module, context) } } : module;
  });
}

function recurrent({ path, type }: RecordedModule, { state, assume }: Context): Config {
  const tensor = (name: string) => state.get(`${path}.${name}`);
  const [rows, inputSize] = tensor('weight_ih_l0')?.shape ?? [];
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
    hidden_size: rows / (GATES[type.slice(type.lastIndexOf('.') + 1)] ?? 1),
    num_layers: layers,
    bias: tensor('bias_ih_l0') !== undefined,
    batch_first: assume.batchFirst ?? false,
    bidirectional: tensor('weight_ih_l0_reverse') !== undefined,
    proj_size: tensor('weight_hr_l0')?.shape[0] ?? 0,
    nonlinearity: assume.nonlinearity ?? 'tanh'
  };
}

function configAt({ byPath }: Context, path: string): Config {
  const found = byPath.get(path);
  if (!found) {
    throw new Error(`module '${path}' is not recorded, but its parent needs its settings`);
  }
  return found.config;
}

function transformerLayer({ path }: RecordedModule, context: Context): Config {
  const attention = configAt(context, `${path}.self_attn`);
  const linear = configAt(context, `${path}.linear1`);
  return {
    d_model: attention.embed_dim,
    nhead: attention.num_heads,
    dropout: attention.dropout,
    batch_first: attention.batch_first,
    dim_feedforward: linear.out_features,
    bias: linear.bias,
    layer_norm_eps: configAt(context, `${path}.norm1`).eps,
    activation: context.assume.activation ?? 'relu'
  };
}

function transformerStack(module: RecordedModule, context: Context): Config {
  const first = context.byPath.get(`${module.path}.layers.0`);
  if (!first) {
    throw new Error(`module '${module.path}': recorded without its layers`);
  }
  const norm = context.byPath.get(`${module.path}.norm`);
  return {
    ...first.config,
    ...transformerLayer(first, context),
    num_layers: module.config.num_layers,
    ...(norm ? { norm_eps: norm.config.eps } : {})
  };
}

function transformer({ path }: RecordedModule, context: Context): Config {
  const stack = (name: string) => context.byPath.get(`${path}.${name}`);
  const [encoder, decoder] = [stack('encoder'), stack('decoder')];
  if (!encoder || !decoder) {
    throw new Error(`module '${path}': recorded without its encoder and decoder`);
  }
  return {
    ...transformerStack(encoder, context),
    num_encoder_layers: encoder.config.num_layers,
    num_decoder_layers: decoder.config.num_layers
  };
}
