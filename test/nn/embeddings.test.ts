// Embedding and EmbeddingBag against torch: outputs, gradients, 8 and 4 bits, quantization aware training; and where
// torch's kernels ignore the mode or return a column too many. Numbers: fixtures/record_embeddings.py.

import { afterEach, describe, expect, test } from 'vitest';
import {
  compatibility,
  convertFx,
  convertToReferenceFx,
  defaultEmbeddingQatQConfig,
  defaultEmbeddingQatQConfig4Bit,
  F,
  floatQParamsWeightOnlyQConfig,
  floatQParamsWeightOnlyQConfig4Bit,
  nn,
  optim,
  prepareFx,
  prepareQatFx,
  QConfigMapping,
  torch,
  type fx,
  type QConfig,
  type Tensor
} from '../../src';
import { fromData } from '../../src/tensor';
import {
  expectClose,
  expectGradients,
  load,
  readFixture,
  revive,
  toTensor,
  type Recorded,
  type RecordedGradients,
  type RecordedTensor
} from './recorded';

interface Quantized {
  quantized: RecordedTensor;
  reference: RecordedTensor;
  nodes: string[];
  rows: number[];
  scales: RecordedTensor;
  zero_points: RecordedTensor;
}
interface Case {
  name: string;
  class: 'Embedding' | 'EmbeddingBag';
  dim: number;
  options: Record<string, unknown>;
  state: Record<string, RecordedTensor>;
  state_after: Record<string, RecordedTensor>;
  inputs: RecordedTensor[];
  output: Recorded;
  gradients: RecordedGradients;
  quantized: Record<string, Quantized>;
  trained: Record<string, { outputs: RecordedTensor[]; quantized: RecordedTensor }>;
}
const cases = readFixture<Case[]>('embeddings');
const named = cases.map(c => [c.name, c] as const);

const OPTIONS: Record<string, string> = {
  padding_idx: 'paddingIdx',
  max_norm: 'maxNorm',
  norm_type: 'normType',
  scale_grad_by_freq: 'scaleGradByFreq',
  include_last_offset: 'includeLastOffset'
};

type Table = nn.EmbeddingBag;

function build(recorded: Case): Table {
  const options = Object.fromEntries(
    Object.entries(recorded.options).map(([key, value]) => [OPTIONS[key] ?? key, value])
  );
  const module = new nn[recorded.class](7, recorded.dim, options) as unknown as Table;
  load(module as never, recorded.state);
  return module.eval();
}

class One extends nn.Module<[Tensor], Tensor> {
  constructor(readonly table: Table) {
    super();
  }
  override forward(indices: Tensor): Tensor {
    return this.table(indices);
  }
}
class Two extends nn.Module<[Tensor, Tensor], Tensor> {
  constructor(readonly table: Table) {
    super();
  }
  override forward(indices: Tensor, offsets: Tensor): Tensor {
    return this.table(indices, offsets);
  }
}
class Three extends nn.Module<[Tensor, Tensor, Tensor], Tensor> {
  constructor(readonly table: Table) {
    super();
  }
  override forward(indices: Tensor, offsets: Tensor, weights: Tensor): Tensor {
    return this.table(indices, offsets, weights);
  }
}
const holderFor = (table: Table, inputs: number) =>
  new ([One, Two, Three][inputs - 1] as typeof One)(table) as unknown as nn.Linear;

const QCONFIGS: Record<string, QConfig> = {
  '8 bit': floatQParamsWeightOnlyQConfig,
  '4 bit': floatQParamsWeightOnlyQConfig4Bit
};
const QAT: Record<string, QConfig> = {
  '8 bit': defaultEmbeddingQatQConfig,
  '4 bit': defaultEmbeddingQatQConfig4Bit
};

function quantize(recorded: Case, bits: string) {
  const inputs = recorded.inputs.map(revive) as [Tensor];
  const model = holderFor(build(recorded), inputs.length).eval();
  const mapping = new QConfigMapping().setObjectType(nn[recorded.class] as never, QCONFIGS[bits]!);
  const prepared = prepareFx(model as never, mapping, inputs);
  const run = (m: fx.GraphModule) => m(...(inputs as unknown as never[])) as Tensor;
  return { lowered: convertFx(prepared), reference: convertToReferenceFx(prepared), run };
}

afterEach(() => {
  compatibility.reproducePyTorchDefects = false;
});

describe('as torch', () => {
  test.each(named)('%s: output', (_, recorded) => {
    const module = build(recorded);
    expectClose(module(...(recorded.inputs.map(revive) as [Tensor])), recorded.output, { absolute: 1e-6 });
    // A largest norm rescales the table itself.
    expectClose(module.weight.detach(), recorded.state_after['weight']!, { absolute: 1e-6 });
  });

  test.each(named)('%s: gradients', (_, recorded) => {
    const module = build(recorded);
    const run = (...inputs: unknown[]) => module(...(inputs as [Tensor]));
    expectGradients(module as never, run, recorded.inputs.map(revive), recorded.gradients);
  });

  const quantized = cases.flatMap(c => Object.keys(c.quantized).map(bits => [c.name, bits, c] as const));
  test.each(quantized)('%s: %s', (_, bits, recorded) => {
    compatibility.reproducePyTorchDefects = true;
    const want = recorded.quantized[bits]!;
    const { lowered, reference, run } = quantize(recorded, bits);
    expect([...lowered.graph.nodes].map(n => n.name)).toEqual(want.nodes);
    const rows = (lowered.getSubmodule('table') as unknown as nn.quantized.Embedding).weight();
    // Past the last half byte of an odd number of columns torch returns memory it never wrote.
    const written = Math.ceil(rows.numel() / (bits === '4 bit' ? 2 : 1));
    expect([...rows.intRepr().data()].slice(0, written)).toEqual(want.rows.slice(0, written));
    expect(rows.quantizer?.scales.map(Math.fround)).toEqual(want.scales.values.map(Math.fround));
    expect(rows.quantizer?.zeroPoints.map(Math.fround)).toEqual(want.zero_points.values.map(Math.fround));
    expectClose(run(reference), want.reference, { absolute: 1e-6 });
    expectClose(run(lowered), want.quantized, { absolute: 1e-6, relative: 1e-6 });
  });

  const trained = cases.flatMap(c => Object.keys(c.trained).map(bits => [c.name, bits, c] as const));
  test.each(trained)('%s: trained with %s rows', (_, bits, recorded) => {
    compatibility.reproducePyTorchDefects = true;
    const want = recorded.trained[bits]!;
    const inputs = recorded.inputs.map(revive) as [Tensor];
    const model = holderFor(build(recorded), inputs.length).train();
    const mapping = new QConfigMapping().setObjectType(nn[recorded.class] as never, QAT[bits]!);
    const prepared = prepareQatFx(model as never, mapping, inputs);
    const optimizer = new optim.SGD(prepared.parameters(), { lr: 0.1 });
    for (const output of want.outputs) {
      const y = prepared(...(inputs as unknown as never[])) as Tensor;
      expectClose(y, output, { absolute: 1e-5 });
      optimizer.zeroGrad();
      const n = y.numel();
      const weights = fromData(
        Array.from({ length: n }, (_, i) => -1 + (2.5 * i) / (n - 1)),
        y.shape
      );
      y.mul(weights).sum().backward();
      optimizer.step();
    }
    const lowered = convertFx(prepared.eval());
    expect(lowered.getSubmodule('table')).toBeInstanceOf(nn.quantized[recorded.class]);
    expectClose(lowered(...(inputs as unknown as never[])), want.quantized, { absolute: 1e-5 });
  });
});

describe('where torch is wrong', () => {
  const wrong = ['bag mean', 'bag mean padding', 'bag max', 'embedding odd', 'bag odd'];
  test.each(wrong.flatMap(name => ['8 bit', '4 bit'].map(bits => [name, bits] as const)))(
    '%s, %s: the quantized table gives what the reference model gives',
    (name, bits) => {
      const { lowered, reference, run } = quantize(
        cases.find(c => c.name === name)!,
        bits
      );
      const [got, want] = [run(lowered), run(reference)];
      expect(got.shape).toEqual(want.shape);
      // 4-bit rows keep their scale and offset in half precision.
      expect(Math.max(...got.sub(want).abs().data())).toBeLessThan(bits === '4 bit' ? 3e-3 : 1e-5);
    }
  );
});

test('a gradient by frequency counts the row itself, in bags as in embeddings', () => {
  // torch's bags divide by the count of another row.
  const indices = fromData([1, 2, 2, 0, 6, 3], [2, 3], 'int64');
  const rows = torch.randn([7, 4]).requiresGrad_();
  const gradientOf = (y: Tensor) => {
    y.mul(torch.arange(8).float().reshape(2, 4)).sum().backward();
    const gradient = rows.grad!.clone();
    rows.grad = null;
    return gradient;
  };
  const want = gradientOf(F.embedding(indices, rows, { scaleGradByFreq: true }).mean(1));
  const got = gradientOf(F.embeddingBag(indices, rows, { scaleGradByFreq: true }));
  expect(Math.max(...got.sub(want).abs().data())).toBeLessThan(1e-6);
});

describe('fromFloat', () => {
  test('of a float table and of a trained one', () => {
    const float = build(cases.find(c => c.name === 'bag sum')!);
    float.qconfig = floatQParamsWeightOnlyQConfig as never;
    const recorded = cases.find(c => c.name === 'bag sum')!;
    const inputs = recorded.inputs.map(toTensor) as [Tensor];
    const made = nn.quantized.EmbeddingBag.fromFloat(float);
    expectClose(made(...inputs), recorded.quantized['8 bit']!.quantized, { absolute: 1e-6 });
    float.qconfig = defaultEmbeddingQatQConfig as never;
    const qat = nn.qat.EmbeddingBag.fromFloat(float as never);
    expect(nn.quantized.EmbeddingBag.fromFloat(qat as never).weight().dtype).toBe('quint8');
    expect([...made.stateDict().keys()]).toEqual(['_packed_params.dtype', '_packed_params._packed_weight']);
  });

  test('needs float qparams per row', () => {
    const float = new nn.Embedding(3, 2);
    expect(() => nn.quantized.Embedding.fromFloat(float)).toThrow(/no qconfig/);
    float.qconfig = QAT['8 bit'] as never;
    expect(() => nn.qat.Embedding.fromFloat(float as never)).not.toThrow();
  });
});

describe('errors', () => {
  const weight = torch.zeros([3, 2]);
  const indices = (values: number[]) => fromData(values, [values.length], 'int64');
  test.each([
    ['index', () => F.embedding(indices([3]), weight), /index 3 is out of range for 3 rows/],
    [
      'padding',
      () => new nn.Embedding(3, 2, { paddingIdx: 3 }),
      /Embedding: paddingIdx 3 must be within the 3/
    ],
    ['no offsets', () => F.embeddingBag(indices([1]), weight), /vector with a vector of offsets/],
    [
      'offsets of a matrix',
      () => F.embeddingBag(torch.zeros([1, 1], { dtype: 'int64' }), weight, { offsets: indices([0]) }),
      /leave offsets out/
    ],
    [
      'falling offsets',
      () => F.embeddingBag(indices([1, 1, 1]), weight, { offsets: indices([0, 2, 1]) }),
      /must not fall/
    ],
    [
      'first offset',
      () => F.embeddingBag(indices([1, 1]), weight, { offsets: indices([1]) }),
      /first offset/
    ],
    [
      'weights of a mean',
      () =>
        F.embeddingBag(indices([1]), weight, {
          offsets: indices([0]),
          perSampleWeights: torch.ones([1])
        }),
      /perSampleWeights need mode 'sum'/
    ],
    [
      'mode',
      () => F.embeddingBag(indices([1]), weight, { offsets: indices([0]), mode: 'median' as never }),
      /mode 'median' is unknown/
    ]
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message);
  });
});
