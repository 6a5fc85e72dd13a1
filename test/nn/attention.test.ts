// Attention and transformer layers against torch: outputs, weights, gradients; masks, shapes, errors. Numbers:
// fixtures/record_attention.py.

import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../src';
import { F, fx, nn, torch } from '../../src';
import { fromData } from '../../src/tensor';
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
  class: string;
  config: Record<string, unknown>;
  state: Record<string, RecordedTensor>;
  inputs: Recorded[];
  call: Record<string, Recorded>;
  output: Recorded;
  gradients: RecordedGradients;
}
const cases = readFixture<Case[]>('attention');
const named = cases.map(c => [c.name, c] as const);

const camel = (name: string) => name.replace(/_(.)/g, (_, c: string) => c.toUpperCase());
const camelKeys = (record: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).map(([k, v]) => [camel(k), v]));

type Loose = nn.MultiheadAttention & { (...args: unknown[]): unknown };

interface Config {
  embedDim: number;
  numHeads: number;
  dModel: number;
  nhead: number;
  norm?: true;
}

function build({ class: name, config }: Case): Loose {
  const { embedDim, numHeads, dModel, nhead, norm, ...options } = camelKeys(config) as unknown as Config;
  const end = norm ? { norm: new nn.LayerNorm(dModel) } : {};
  const makers: Record<string, () => unknown> = {
    MultiheadAttention: () => new nn.MultiheadAttention(embedDim, numHeads, options),
    TransformerEncoderLayer: () => new nn.TransformerEncoderLayer(dModel, nhead, options),
    TransformerDecoderLayer: () => new nn.TransformerDecoderLayer(dModel, nhead, options),
    TransformerEncoder: () =>
      new nn.TransformerEncoder(new nn.TransformerEncoderLayer(dModel, nhead, options), 2, end),
    TransformerDecoder: () =>
      new nn.TransformerDecoder(new nn.TransformerDecoderLayer(dModel, nhead, options), 2, end),
    Transformer: () => new nn.Transformer({ dModel, nhead, ...options })
  };
  return makers[name]!() as Loose;
}

class Sdpa extends nn.Module<Tensor[], Tensor> {
  constructor(readonly options: object) {
    super();
  }
  override forward(q: Tensor, k: Tensor, v: Tensor, attnMask: Tensor | null = null): Tensor {
    return F.scaledDotProductAttention(q, k, v, { attnMask, ...this.options });
  }
}

function moduleOf(recorded: Case): Loose {
  if (recorded.class === 'sdpa') {
    return new Sdpa(recorded.config) as unknown as Loose;
  }
  const module = build(recorded);
  load(module as never, recorded.state);
  expect([...module.stateDict().keys()]).toEqual(Object.keys(recorded.state));
  return module.eval();
}

const callOf = (recorded: Case): unknown[] => {
  const options = Object.entries(recorded.call).map(([k, v]) => [camel(k), revive(v)]);
  return options.length > 0 ? [Object.fromEntries(options)] : [];
};

describe('as torch', () => {
  test.each(named)('%s: output', (_, recorded) => {
    const output = moduleOf(recorded)(...recorded.inputs.map(revive), ...callOf(recorded));
    expectClose(output, recorded.output, { absolute: 2e-6 });
  });

  test.each(named)('%s: gradients', (_, recorded) => {
    const module = moduleOf(recorded);
    const run = (...inputs: unknown[]) => module(...inputs, ...callOf(recorded));
    expectGradients(module as never, run, recorded.inputs.map(revive), recorded.gradients);
  });
});

describe('in graphs', () => {
  class Model extends nn.Module<[Tensor], Tensor> {
    readonly attention = new nn.MultiheadAttention(4, 2);
    override forward(x: Tensor): Tensor {
      const [output] = this.attention(x, x, x, { needWeights: false });
      return output;
    }
  }

  test('options are keyword arguments, under their names in PyTorch', () => {
    const model = new Model().eval();
    const traced = fx.symbolicTrace(model as never);
    const call = [...traced.graph.nodes].find(n => n.op === 'call_module')!;
    expect(call.args.map(String)).toEqual(['x', 'x', 'x']);
    expect(call.kwargs).toEqual({ need_weights: false });
    const x = torch.randn([3, 2, 4]);
    expect((traced as unknown as Model)(x).tolist()).toEqual(model(x).tolist());
  });

  test('an option that does not exist is named', () => {
    const x = torch.randn([3, 2, 4]);
    expect(() => new nn.MultiheadAttention(4, 2)(x, x, x, { weights: true } as never)).toThrow(
      /MultiheadAttention has no argument 'weights'/
    );
  });
});

describe('errors', () => {
  const attention = new nn.MultiheadAttention(4, 2);
  const x = torch.zeros([3, 2, 4]);
  const mask = (...shape: number[]) => torch.zeros(shape);
  test.each([
    ['heads', () => new nn.MultiheadAttention(5, 2), /embedDim 5 does not divide into 2 heads/],
    ['query', () => attention(torch.zeros([3, 2, 5]), x, x), /must end in embedDim 4.*query \[3, 2, 5\]/],
    ['lengths', () => attention(x, x, torch.zeros([4, 2, 4])), /equally long/],
    ['key width', () => attention(x, torch.zeros([3, 2, 3]), x), /key \[3, 2, 3\] must end in 4/],
    ['batch', () => attention(x, torch.zeros([3, 1, 4]), torch.zeros([3, 1, 4])), /same batch/],
    ['dimensions', () => attention(torch.zeros([4]), x, x), /must have 3 dimensions/],
    ['mask', () => attention(x, x, x, { attnMask: mask(3, 4) }), /attnMask \[3, 4\] must be \[3, 3\]/],
    [
      'padding',
      () => attention(x, x, x, { keyPaddingMask: mask(3, 2) }),
      /keyPaddingMask \[3, 2\] must be \[2, 3\]/
    ],
    ['causal', () => attention(x, x, x, { isCausal: true }), /give attnMask too/],
    [
      'mask of whole numbers',
      () => attention(x, x, x, { attnMask: torch.zeros([3, 3], { dtype: 'int64' }) }),
      /attnMask must be boolean or floating point, got int64/
    ],
    [
      'two masks',
      () => F.scaledDotProductAttention(x, x, x, { attnMask: mask(2, 2), isCausal: true }),
      /isCausal stands for a mask/
    ],
    [
      'activation',
      () => new nn.TransformerEncoderLayer(4, 2, { activation: 'tanh' as never }),
      /'tanh' is unknown/
    ],
    ['features', () => new nn.Transformer({ dModel: 4, nhead: 2 })(x, torch.zeros([3, 2, 5])), /4 features/]
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message);
  });
});

test('places without anything to look at give 0 in scaled dot product attention', () => {
  const [q, k, v] = [torch.randn([2, 3]), torch.randn([2, 3]), torch.randn([2, 3])];
  const attnMask = fromData([0, 0, 1, 0], [2, 2], 'bool');
  const output = F.scaledDotProductAttention(q, k, v, { attnMask });
  expect(output.at(0).tolist()).toEqual([0, 0, 0]);
  expect(output.at(1).tolist()).toEqual(v.at(0).tolist());
});

test('dropout acts in training, on the weights', () => {
  const attention = new nn.MultiheadAttention(4, 2, { dropout: 1 - 1e-7 });
  const x = torch.randn([3, 2, 4]);
  const [output] = attention(x, x, x);
  // Without weights only the bias of the last projection is left, which starts at 0.
  expect(Math.max(...output.abs().data())).toBe(0);
  expect(
    tensorsOf(attention.eval()(x, x, x)[0])[0]!
      .abs()
      .sum()
      .item()
  ).toBeGreaterThan(0);
});

test('copies in a stack share no parameters', () => {
  const layer = new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 4 });
  const stack = new nn.TransformerEncoder(layer, 2);
  const weights = [...stack.layers].map(l => l.linear1.weight);
  expect(new Set([...weights, layer.linear1.weight]).size).toBe(3);
});
