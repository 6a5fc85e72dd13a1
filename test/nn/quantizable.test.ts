// LSTM and attention as static custom modules, in graphs and by themselves, against torch: nodes, observed values, grids
// and integers. Numbers: fixtures/record_quantizable.py.

import { afterEach, describe, expect, test } from 'vitest';
import {
  compatibility,
  convertFx,
  ConvertCustomConfig,
  getDefaultQConfig,
  getDefaultQConfigMapping,
  nn,
  prepareFx,
  PrepareCustomConfig,
  quantizedBackends,
  torch,
  type fx,
  type interchange,
  type QConfig,
  type Tensor
} from '../../src';
import { convertObserved } from '../../src/nn/quantizable/base';
import { tuple } from '../../src/tensor';
import { compareNodes } from '../parity/compare';
import {
  expectClose,
  load,
  readFixture,
  revive,
  tensorsOf,
  toTensor,
  type Recorded,
  type RecordedTensor
} from './recorded';

type QParams = Record<string, [scale: number, zeroPoint: number]>;
interface Eager {
  name: string;
  state: Record<string, RecordedTensor>;
  options?: Record<string, unknown>;
  split?: boolean;
  inputs: Recorded[];
  call: Record<string, Recorded>;
  arguments: Recorded[];
  floats: Recorded;
  output: Recorded;
  qparams: QParams;
}
interface FxCase {
  name: string;
  kind: 'unpacked' | 'output' | 'tuple' | 'state';
  engine: 'fbgemm' | 'qnnpack';
  options: Record<string, unknown>;
  state: Record<string, RecordedTensor>;
  batches: RecordedTensor[][];
  prepared: { nodes: interchange.RecordedNode[]; output: Recorded };
  quantized: { nodes: interchange.RecordedNode[]; output: Recorded; qparams: QParams };
}
const fixture = readFixture<{ fx: FxCase[]; attention: Eager[]; cells: Eager[]; lstms: Eager[] }>(
  'quantizable'
);

const camel = (name: string) => name.replace(/_(.)/g, (_, c: string) => c.toUpperCase());
const camelKeys = (record: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(record).map(([k, v]) => [camel(k), v]));

afterEach(() => {
  quantizedBackends.engine = 'fbgemm';
  compatibility.reproducePyTorchDefects = false;
});

type LstmResult = [Tensor, readonly [Tensor, Tensor]];

class Model extends nn.Module<[Tensor, Tensor, Tensor], unknown> {
  readonly first = new nn.Linear(3, 3);
  readonly lstm: nn.LSTM;
  readonly last: nn.Linear;
  constructor(options: Record<string, unknown>) {
    super();
    this.lstm = new nn.LSTM(3, 4, camelKeys(options));
    this.last = new nn.Linear(options['bidirectional'] ? 8 : 4, 2);
  }
  override forward(x: Tensor, h: Tensor, c: Tensor): unknown {
    return this.read(this.lstm(this.first(x), tuple(h, c) as unknown as [Tensor, Tensor]) as LstmResult);
  }
  protected read([output, [hn, cn]]: LstmResult): unknown {
    return tuple(this.last(output), hn, cn);
  }
}
class OutputModel extends Model {
  protected override read(y: LstmResult): unknown {
    return this.last(y[0]);
  }
}
class TupleModel extends Model {
  protected override read(y: LstmResult): unknown {
    return y;
  }
}
class StateModel extends Model {
  protected override read(y: LstmResult): unknown {
    const state = y[1];
    return tuple(this.last(torch.relu(state[0])), state[1]);
  }
}
class TwiceModel extends Model {
  protected override read(y: LstmResult): unknown {
    return tuple(y[1][0], y[1][1]);
  }
}
const MODELS = { unpacked: Model, output: OutputModel, tuple: TupleModel, state: StateModel };

const prepareConfig = new PrepareCustomConfig().setFloatToObservedMapping(
  nn.LSTM as never,
  nn.quantizable.LSTM as never
);
const convertConfig = new ConvertCustomConfig().setObservedToQuantizedMapping(
  nn.quantizable.LSTM as never,
  nn.quantized.LSTM as never
);

/** Integers one step away at most, or floats one step of their scale. */
function expectIntegers(got: unknown, want: Recorded, steps: number): void {
  const wanted = (Array.isArray(want) ? (want as Recorded[]).flat(3) : [want]).filter(
    (w): w is RecordedTensor => w !== null
  );
  const tensors = tensorsOf(got);
  expect(tensors.length).toBe(wanted.length);
  tensors.forEach((tensor, i) => {
    const { values, shape, scale } = wanted[i]!;
    expect([...tensor.shape]).toEqual(shape);
    if (scale === undefined) {
      const spacing = Math.min(...values.filter(v => v !== 0).map(Math.abs));
      expectClose(tensor, wanted[i]!, { absolute: steps * spacing + 1e-6, relative: 0 });
      return;
    }
    expect(tensor.qScale()).toBeCloseTo(scale, 6);
    expect(tensor.qZeroPoint()).toBe(wanted[i]!.zero_point);
    const off = [...tensor.intRepr().data()].map((v, k) => Math.abs(v - values[k]!));
    expect(Math.max(...off)).toBeLessThanOrEqual(steps);
  });
}

function expectQParams(module: nn.Module, want: QParams): void {
  const parts = new Map([...(module as unknown as nn.Linear).namedModules()]);
  for (const [path, [scale, zeroPoint]] of Object.entries(want)) {
    const part = parts.get(path) as unknown as { scale: Tensor; zero_point: Tensor } | undefined;
    // Arithmetic with a number is not observed: 1 and 0.
    expect(part?.scale.item() ?? NaN, path).toBeCloseTo(scale, 6);
    expect(part?.zero_point.item(), path).toBe(zeroPoint);
  }
}

describe('LSTM in a graph', () => {
  function prepared(recorded: FxCase): {
    model: fx.GraphModule;
    first: unknown;
    batches: [Tensor, Tensor, Tensor][];
  } {
    quantizedBackends.engine = recorded.engine;
    const float = new MODELS[recorded.kind](recorded.options);
    load(float as never, recorded.state);
    float.eval();
    const batches = recorded.batches.map(batch => batch.map(toTensor)) as [Tensor, Tensor, Tensor][];
    const model = prepareFx(
      float as never,
      getDefaultQConfigMapping(recorded.engine),
      batches[0]!,
      prepareConfig
    );
    const outputs = batches.map(batch => model(...(batch as unknown as never[])));
    return { model, first: outputs[0], batches };
  }

  test.each(fixture.fx.map(c => [c.name, c] as const))('%s', (_, recorded) => {
    compatibility.reproducePyTorchDefects = true;
    const { model, first, batches } = prepared(recorded);
    expect(compareNodes('prepared', model, recorded.prepared.nodes)).toBeUndefined();
    expectClose(first, recorded.prepared.output, { absolute: 1e-6 });
    const quantized = convertFx(model, convertConfig);
    expect(compareNodes('quantized', quantized, recorded.quantized.nodes)).toBeUndefined();
    quantized.lint();
    const lstm = quantized.getSubmodule('lstm');
    expect(lstm).toBeInstanceOf(nn.quantized.LSTM);
    expectQParams(lstm, recorded.quantized.qparams);
    const output = quantized(...(batches[0] as unknown as never[]));
    expectClose(output, recorded.quantized.output, { absolute: 1e-6, relative: 1e-5 });
  });

  test('without a given state, which torch refuses to convert', () => {
    class Alone extends nn.Module<[Tensor], Tensor> {
      readonly lstm = new nn.LSTM(3, 4);
      override forward(x: Tensor): Tensor {
        return this.lstm(x)[0];
      }
    }
    torch.manualSeed(1);
    const float = new Alone().eval();
    const x = torch.randn([5, 2, 3]);
    const model = prepareFx(float as never, getDefaultQConfigMapping('fbgemm'), [x], prepareConfig);
    model(...([x] as never[]));
    const quantized = convertFx(model, convertConfig);
    const off = (quantized(...([x] as never[])) as Tensor).sub(float(x)).abs();
    expect(Math.max(...off.data())).toBeLessThan(0.05);
    expect(Math.max(...off.data())).toBeGreaterThan(0);
  });

  test('a state read twice, where torch indexes the wrong value', () => {
    torch.manualSeed(1);
    const float = new TwiceModel({}).eval();
    const inputs = [torch.randn([5, 2, 3]), torch.randn([1, 2, 4]), torch.randn([1, 2, 4])] as const;
    const model = prepareFx(float as never, getDefaultQConfigMapping('fbgemm'), inputs, prepareConfig);
    model(...(inputs as unknown as never[]));
    const got = tensorsOf(convertFx(model, convertConfig)(...(inputs as unknown as never[])));
    const want = tensorsOf(float(...inputs));
    expect(got.map(x => x.shape)).toEqual(want.map(x => x.shape));
    got.forEach((x, i) => {
      expect(Math.max(...x.sub(want[i]!).abs().data())).toBeLessThan(0.05);
    });
  });

  test('training mode is refused with the reason', () => {
    const lstm = new nn.LSTM(3, 4);
    lstm.qconfig = getDefaultQConfig('fbgemm') as never;
    expect(() => nn.quantizable.LSTM.fromFloat(lstm)).toThrow(/training mode/);
    expect(() => nn.quantizable.LSTM.fromFloat(new nn.LSTM(3, 4))).toThrow(/must have a qconfig/);
    expect(() => new nn.quantizable.LSTM(new nn.LSTM(3, 4, { projSize: 2 }))).toThrow(/projSize/);
  });
});

const qconfig = getDefaultQConfig('fbgemm') as QConfig;
const argumentsOf = (values: Recorded[]): unknown[] => values.map(quantizedRevive);

/** Quantized where recorded as such. */
function quantizedRevive(value: Recorded): unknown {
  if (Array.isArray(value)) {
    return value.map(quantizedRevive);
  }
  const { shape, values, scale, zero_point: zeroPoint } = value as Required<RecordedTensor>;
  const floats = values.map(v => Math.fround((v - zeroPoint) * Math.fround(scale)));
  return torch.quantizePerTensor(
    toTensor({ shape, values: floats, dtype: 'float32' }),
    scale,
    zeroPoint,
    'quint8'
  );
}

describe('by themselves', () => {
  test.each(fixture.lstms.map(c => [c.name, c] as const))('%s', (_, recorded) => {
    const float = new nn.LSTM(3, 4, { bias: 'bias_ih_l0' in recorded.state });
    load(float as never, recorded.state);
    float.eval().qconfig = qconfig as never;
    const observed = nn.quantizable.LSTM.fromFloat(float, { splitGates: recorded.split ?? false });
    expectClose(observed(...(recorded.inputs.map(revive) as [Tensor])), recorded.floats, { absolute: 1e-6 });
    const quantized = nn.quantized.LSTM.fromObserved(observed);
    expectQParams(quantized as never, recorded.qparams);
    expectIntegers(quantized(...(argumentsOf(recorded.arguments) as [Tensor])), recorded.output, 0);
  });

  test.each(fixture.cells.map(c => [c.name, c] as const))('%s', (_, recorded) => {
    const float = new nn.LSTMCell(3, 4);
    load(float as never, recorded.state);
    float.eval().qconfig = qconfig as never;
    const observed = nn.quantizable.LSTMCell.fromFloat(float, { splitGates: recorded.split ?? false });
    expectClose(observed(...(recorded.inputs.map(revive) as [Tensor])), recorded.floats, { absolute: 1e-6 });
    // As part of an LSTM a cell is converted in place; alone it has no quantized class, in torch neither.
    convertObserved(observed);
    expectQParams(observed as never, recorded.qparams);
    expectIntegers(observed(...(argumentsOf(recorded.arguments) as [Tensor])), recorded.output, 0);
  });

  const attentionOf = (recorded: Eager) => {
    const float = new nn.MultiheadAttention(4, 2, camelKeys(recorded.options ?? {}));
    load(float as never, recorded.state);
    float.eval().qconfig = qconfig as never;
    const call = Object.fromEntries(Object.entries(recorded.call).map(([k, v]) => [camel(k), revive(v)]));
    const observed = nn.quantizable.MultiheadAttention.fromFloat(float);
    const inputs = recorded.inputs.map(revive) as [Tensor, Tensor, Tensor];
    return { float, observed, inputs, call };
  };

  test.each(fixture.attention.map(c => [c.name, c] as const))('%s', (_, recorded) => {
    compatibility.reproducePyTorchDefects = true;
    const { observed, inputs, call } = attentionOf(recorded);
    expectClose(observed(...inputs, call), recorded.floats, { absolute: 1e-6 });
    const quantized = nn.quantized.MultiheadAttention.fromObserved(observed);
    expectQParams(quantized as never, recorded.qparams);
    const output = quantized(...(argumentsOf(recorded.arguments) as [Tensor, Tensor, Tensor]), call);
    expectIntegers(output, recorded.output, 1);
  });

  test('attention with the batch first gives what the float module gives, which torch gets wrong', () => {
    const recorded = fixture.attention.find(c => c.name === 'attention first')!;
    const { float, observed, inputs, call } = attentionOf(recorded);
    const [want, got] = [float(...inputs, call)[0], observed(...inputs, call)[0]];
    expect(Math.max(...want.sub(got).abs().data())).toBeLessThan(1e-6);
    expect(
      Math.max(
        ...want
          .sub(tensorsOf(revive(recorded.floats))[0]!)
          .abs()
          .data()
      )
    ).toBeGreaterThan(0.05);
  });
});

describe('attention in a graph, which torch cannot run', () => {
  class Net extends nn.Module<[Tensor], unknown> {
    readonly first = new nn.Linear(4, 4);
    readonly attention = new nn.MultiheadAttention(4, 2, { addBiasKv: true });
    readonly last = new nn.Linear(4, 2);
    override forward(x: Tensor): unknown {
      const y = this.first(x);
      const [output, weights] = this.attention(y, y, y);
      return tuple(this.last(output), weights);
    }
  }
  const prepareMha = new PrepareCustomConfig().setFloatToObservedMapping(
    nn.MultiheadAttention as never,
    nn.quantizable.MultiheadAttention as never
  );
  const convertMha = new ConvertCustomConfig().setObservedToQuantizedMapping(
    nn.quantizable.MultiheadAttention as never,
    nn.quantized.MultiheadAttention as never
  );

  test('integers go in and come out, close to the float model', () => {
    torch.manualSeed(2);
    const float = new Net().eval();
    const x = torch.randn([5, 2, 4]);
    const prepared = prepareFx(float as never, getDefaultQConfigMapping('fbgemm'), [x], prepareMha);
    prepared(...([x] as never[]));
    const quantized = convertFx(prepared, convertMha);
    expect([...quantized.graph.nodes].map(n => n.name)).toEqual([
      ...[
        'x',
        'first_input_scale_0',
        'first_input_zero_point_0',
        'quantize_per_tensor',
        'first',
        'attention'
      ],
      ...['getitem_2', 'getitem_3', 'dequantize_3', 'last', 'dequantize_4', 'output']
    ]);
    const [output, weights] = tensorsOf(quantized(...([x] as never[])));
    const [wantOutput, wantWeights] = tensorsOf(float(x));
    expect(Math.max(...output!.sub(wantOutput!).abs().data())).toBeLessThan(0.05);
    expect(Math.max(...weights!.sub(wantWeights!).abs().data())).toBeLessThan(0.05);
  });
});
