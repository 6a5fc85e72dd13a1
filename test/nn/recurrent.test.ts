// RNN, LSTM, GRU and their cells against torch: outputs, gradients, dynamic quantization in every dtype, and the errors
// of wrong shapes. Numbers: fixtures/record_recurrent.py.

import { afterEach, describe, expect, test } from 'vitest';
import type { fx } from '../../src';
import {
  compatibility,
  convertFx,
  convertToReferenceFx,
  defaultDynamicQConfig,
  float16DynamicQConfig,
  nn,
  perChannelDynamicQConfig,
  prepareFx,
  QConfigMapping,
  quantizedBackends,
  torch,
  type QConfig,
  type Tensor
} from '../../src';
import {
  expectClose,
  expectGradients,
  load,
  readFixture,
  revive,
  tensorsOf,
  type Recorded,
  type RecordedGradients,
  type RecordedTensor
} from './recorded';

interface Case {
  name: string;
  class: 'RNN' | 'LSTM' | 'GRU' | 'RNNCell' | 'LSTMCell' | 'GRUCell';
  args: [number, number];
  options: Record<string, unknown>;
  state: Record<string, RecordedTensor>;
  inputs: Recorded[];
  output: Recorded;
  gradients: RecordedGradients;
  quantized: Record<string, { reference: Recorded; quantized: Recorded; nodes: string[]; error?: string }>;
}
const cases = readFixture<Case[]>('recurrent');

const OPTIONS: Record<string, string> = {
  num_layers: 'numLayers',
  batch_first: 'batchFirst',
  proj_size: 'projSize'
};

function build(recorded: Case): nn.LSTM {
  const options = Object.fromEntries(
    Object.entries(recorded.options).map(([key, value]) => [OPTIONS[key] ?? key, value])
  );
  const module = new nn[recorded.class](...recorded.args, options) as unknown as nn.LSTM;
  load(module, recorded.state);
  return module.eval();
}

/** Called with the state's parts as arguments of their own, as graphs take them. */
class Holder extends nn.Module<Tensor[], unknown> {
  constructor(readonly rnn: nn.LSTM) {
    super();
  }
  override forward(x: Tensor, h?: Tensor, c?: Tensor): unknown {
    return h === undefined ? this.rnn(x) : this.rnn(x, (c === undefined ? h : pair(h, c)) as never);
  }
}
const pair = (h: Tensor, c: Tensor) => [h, c] as const;

/** A holder of exactly the inputs there are: a traced parameter is never undefined. */
function holderFor(rnn: nn.LSTM, inputs: number): Holder {
  class One extends Holder {
    override forward(x: Tensor): unknown {
      return super.forward(x);
    }
  }
  class Two extends Holder {
    override forward(x: Tensor, h: Tensor): unknown {
      return super.forward(x, h);
    }
  }
  class Three extends Holder {
    override forward(x: Tensor, h: Tensor, c: Tensor): unknown {
      return super.forward(x, h, c);
    }
  }
  return new ([One, Two, Three][inputs - 1] as typeof Holder)(rnn);
}

const QCONFIGS: Record<string, QConfig> = {
  int8: defaultDynamicQConfig,
  'per channel': perChannelDynamicQConfig,
  float16: float16DynamicQConfig
};

afterEach(() => {
  quantizedBackends.engine = 'fbgemm';
  compatibility.reproducePyTorchDefects = false;
});

function quantize(
  recorded: Case,
  key: string
): { reference: unknown; lowered: fx.GraphModule; args: Tensor[] } {
  const [engine, ...qconfig] = key.split(' ');
  quantizedBackends.engine = engine as 'fbgemm';
  const args = tensorsOf(recorded.inputs.map(revive));
  const model = holderFor(build(recorded), args.length).eval();
  const mapping = new QConfigMapping().setGlobal(QCONFIGS[qconfig.join(' ')]!);
  const prepared = prepareFx(model as never, mapping, args);
  return {
    reference: convertToReferenceFx(prepared)(...(args as never[])),
    lowered: convertFx(prepared),
    args
  };
}

describe('as torch', () => {
  test.each(cases.map(c => [c.name, c] as const))('%s: output', (_, recorded) => {
    expectClose(build(recorded)(...(recorded.inputs.map(revive) as [Tensor])), recorded.output, {
      absolute: 1e-6
    });
  });

  test.each(cases.map(c => [c.name, c] as const))('%s: gradients', (_, recorded) => {
    const module = build(recorded);
    const inputs = recorded.inputs.map(revive);
    expectGradients(module as never, (...x) => module(...(x as [Tensor])), inputs, recorded.gradients);
  });

  const quantized = cases.flatMap(c =>
    Object.entries(c.quantized)
      .filter(([, q]) => q.error === undefined)
      .map(([key]) => [c.name, key, c] as const)
  );
  test.each(quantized)('%s: dynamic %s', (_, key, recorded) => {
    // torch's reference modules leave half-precision weights as they were.
    compatibility.reproducePyTorchDefects = key.endsWith('float16');
    const { reference, lowered, args } = quantize(recorded, key);
    const want = recorded.quantized[key]!;
    expect([...lowered.graph.nodes].map(n => n.name)).toEqual(want.nodes);
    expectClose(reference, want.reference, { absolute: 1e-5 });
    expectClose(lowered(...(args as never[])), want.quantized, { absolute: 1e-5 });
  });

  const refused = cases.flatMap(c =>
    Object.entries(c.quantized)
      .filter(([, q]) => q.error !== undefined)
      .map(([key]) => [c.name, key, c] as const)
  );
  test.each(refused)('%s: dynamic %s fails in torch, and works here', (_, key, recorded) => {
    const { lowered, args } = quantize(recorded, key);
    const rnn = lowered.getSubmodule('rnn') as unknown as nn.LSTM;
    expect(rnn).toBeInstanceOf(nn.quantized.dynamic[recorded.class as 'LSTM']);
    const got = tensorsOf(lowered(...(args as never[])));
    tensorsOf(revive(recorded.output)).forEach((want, i) => {
      const off = Math.max(...got[i]!.sub(want).abs().data());
      expect(off).toBeLessThan(0.05);
      expect(off).toBeGreaterThan(0);
    });
  });
});

test('a half-precision reference model rounds its weights like the lowered one', () => {
  const recorded = cases.find(c => c.name === 'gru wide')!;
  const { reference, lowered, args } = quantize(recorded, 'fbgemm float16');
  const [half] = tensorsOf(lowered(...(args as never[])));
  const [rounded] = tensorsOf(reference);
  // What is left is the input, which only the reference model rounds.
  const off = Math.max(...half!.sub(rounded!).abs().data());
  expect(off).toBeGreaterThan(0);
  expect(off).toBeLessThan(3e-4);
});

describe('fromFloat', () => {
  test('of a module with a qconfig gives what convert gives', () => {
    const recorded = cases.find(c => c.name === 'gru wide')!;
    const float = build(recorded) as unknown as nn.GRU;
    float.qconfig = defaultDynamicQConfig as never;
    const made = nn.quantized.dynamic.GRU.fromFloat(float);
    const inputs = recorded.inputs.map(revive) as [Tensor, Tensor];
    expectClose(made(...inputs), recorded.quantized['fbgemm int8']!.quantized, { absolute: 1e-5 });
    expect([...made.stateDict().keys()]).toContain('_all_weight_values.3.param');
  });

  test('without a qconfig says so', () => {
    expect(() => nn.quantized.dynamic.LSTM.fromFloat(new nn.LSTM(2, 3))).toThrow(/LSTM has no qconfig/);
  });
});

describe('shapes', () => {
  const lstm = new nn.LSTM(3, 4);
  test.each([
    [
      'dimensions',
      () => lstm(torch.zeros([1, 2, 3, 3])),
      /LSTM: input must have 3 dimensions.*\[1, 2, 3, 3\]/
    ],
    [
      'features',
      () => lstm(torch.zeros([5, 2, 4])),
      /LSTM: input \[5, 2, 4\] ends in 4, expected inputSize 3/
    ],
    ['no steps', () => lstm(torch.zeros([0, 2, 3])), /no steps/],
    [
      'state',
      () => lstm(torch.zeros([5, 2, 3]), [torch.zeros([1, 2, 4]), torch.zeros([1, 3, 4])]),
      /LSTM: initial state 1 must be \[1, 2, 4\], got \[1, 3, 4\]/
    ],
    [
      'batched state without a batch',
      () => new nn.GRU(3, 4)(torch.zeros([5, 3]), torch.zeros([1, 1, 4])),
      /GRU: initial state must be \[1, 4\], got \[1, 1, 4\]/
    ],
    [
      'cell',
      () => new nn.GRUCell(3, 4)(torch.zeros([2, 3]), torch.zeros([2, 5])),
      /hidden state must be \[2, 4\]/
    ],
    ['settings', () => new nn.LSTM(3, 4, { projSize: 4 }), /projSize must be/],
    ['dropout', () => new nn.GRU(3, 4, { dropout: 2 }), /dropout must be between 0 and 1/]
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message);
  });

  test('an error inside a model names the module', () => {
    const model = holderFor(new nn.LSTM(3, 4), 1).eval();
    const prepared = () => prepareFx(model as never, new QConfigMapping(), [torch.zeros([5, 2, 4])]);
    expect(prepared).toThrow(/rnn/);
  });
});

test('dropout acts between layers, in training only', () => {
  torch.manualSeed(0);
  const rnn = new nn.RNN(3, 4, { numLayers: 2, dropout: 1 });
  const x = torch.randn([5, 2, 3]);
  const dropped = rnn(x)[0];
  const withoutInput = rnn(torch.zeros([5, 2, 3]))[0];
  expect(dropped.tolist()).toEqual(withoutInput.tolist());
  expect(rnn.eval()(x)[0].tolist()).not.toEqual(dropped.tolist());
});
