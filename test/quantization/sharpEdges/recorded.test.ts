// Defects of PyTorch that recorded runs contain: with `reproducePyTorchDefects` the same nodes and numbers as
// recorded (fixtures/record.py), without it the right ones.

import { afterEach, describe, expect, test } from 'vitest';
import {
  convertFx,
  F,
  getDefaultQConfigMapping,
  MinMaxObserver,
  nn,
  PrepareCustomConfig,
  prepareFx,
  QConfig,
  QConfigMapping,
  defaultPerChannelWeightObserver,
  quantizedBackends,
  torch,
  type Tensor
} from '../../../src';
import { asPyTorch, maxError, nodeNames } from '../edges';
import recorded from './fixtures/edges.json';

interface Values {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
interface Recorded {
  readonly state: Readonly<Record<string, Values>>;
  readonly input: Values;
  readonly prepared_nodes: readonly string[];
  readonly prepared_out: readonly number[];
  readonly quantized_nodes: readonly string[];
  readonly quantized_out: readonly number[];
}
type Name = keyof typeof recorded;

const tensorOf = ({ shape, values }: Values): Tensor => torch.tensor([...values]).reshape([...shape]);

const minmax = (quantMin: number, quantMax: number) =>
  new QConfig(MinMaxObserver.withArgs({ quantMin, quantMax }), defaultPerChannelWeightObserver);
const plain = () => new QConfigMapping().setGlobal(minmax(0, 127));

class AddAlpha extends nn.Module {
  l = new nn.Linear(6, 6);
  forward(x: Tensor): Tensor {
    return torch.add(this.l(x), x, { alpha: 2 });
  }
}

class Twice extends nn.Module {
  a = new nn.Linear(6, 6);
  forward(x: Tensor): Tensor {
    return this.a(this.a(x));
  }
}

class TwoReaders extends nn.Module {
  a = new nn.Linear(6, 6);
  b = new nn.Linear(6, 6);
  forward(x: Tensor): Tensor {
    return this.a(x).add(this.b(x));
  }
}

class Pool extends nn.Module {
  forward(x: Tensor): Tensor {
    return F.avgPool2d(x, 2, 2, 1, { countIncludePad: false });
  }
}

class Inner extends nn.Module {
  l = new nn.Linear(6, 6);
  forward(x: Tensor): Tensor {
    return this.l(x);
  }
}

class BufferTwice extends nn.Module {
  l = new nn.Linear(6, 6);
  declare b: Tensor;
  constructor() {
    super();
    this.registerBuffer('b', torch.zeros([6]));
  }
  forward(x: Tensor): Tensor {
    return this.l(x.add(this.b)).mul(this.b);
  }
}

interface Case {
  readonly model: () => unknown;
  readonly mapping: () => QConfigMapping;
  readonly custom?: (x: Tensor) => PrepareCustomConfig;
  readonly engine?: 'qnnpack';
}

const symmetric = new QConfig(
  MinMaxObserver.withArgs({ dtype: 'quint8', qscheme: 'per_tensor_symmetric' }),
  defaultPerChannelWeightObserver
);
const linear = () => new nn.Linear(6, 6);

const CASES: Readonly<Record<Name, Case>> = {
  D9: { model: () => new AddAlpha(), mapping: plain },
  D12: {
    model: () => new nn.Sequential(linear(), new Inner(), linear()),
    mapping: plain,
    custom: x => new PrepareCustomConfig().setStandaloneModuleName('1', null, [x])
  },
  D14: { model: () => new Twice(), mapping: plain },
  D16: { model: () => new TwoReaders(), mapping: () => plain().setModuleName('b', minmax(0, 255)) },
  D23: {
    model: () => new Pool(),
    mapping: () => new QConfigMapping().setGlobal(minmax(0, 255)),
    engine: 'qnnpack'
  },
  D40: {
    model: () => new nn.Sequential(linear(), new nn.BatchNorm1d(6), new nn.ReLU()),
    mapping: () => new QConfigMapping().setGlobal(symmetric)
  },
  D42: {
    model: () => new nn.Sequential(new nn.Sigmoid()),
    mapping: () => getDefaultQConfigMapping('fbgemm')
  },
  D44: { model: () => new BufferTwice(), mapping: plain }
};

function run(name: Name) {
  const { model: make, mapping, custom, engine } = CASES[name];
  const { state, input } = recorded[name] as unknown as Recorded;
  quantizedBackends.engine = engine ?? 'fbgemm';
  const model = (make() as nn.Module).eval();
  model.loadStateDict(new Map(Object.entries(state).map(([key, value]) => [key, tensorOf(value)])));
  const x = tensorOf(input);
  const prepared = prepareFx(model as never, mapping(), [x], custom?.(x) ?? null);
  const expected = prepared(x);
  const quantized = convertFx(prepared);
  return { prepared, quantized, expected, output: quantized(x) };
}

afterEach(() => {
  quantizedBackends.engine = 'x86';
});

describe.each(Object.keys(CASES) as Name[])('%s', name => {
  const want = recorded[name] as unknown as Recorded;

  test('with the defects: the nodes and the numbers of PyTorch', () => {
    const { prepared, quantized, expected, output } = asPyTorch(() => run(name));
    expect(nodeNames(prepared)).toEqual(want.prepared_nodes);
    expect(nodeNames(quantized)).toEqual(want.quantized_nodes);
    expect(
      maxError(expected, torch.tensor([...want.prepared_out]).reshape([...expected.shape]))
    ).toBeLessThan(1e-5);
    expect(maxError(output, torch.tensor([...want.quantized_out]).reshape([...output.shape]))).toBeLessThan(
      1e-5
    );
  });
});

/** How far the quantized model is from the prepared one, here and in PyTorch. */
function errors(name: Name): { ours: number; theirs: number } {
  const want = recorded[name] as unknown as Recorded;
  const { expected, output } = run(name);
  const theirs = Math.max(
    ...want.quantized_out.map((v, i) => Math.abs(v - (want.prepared_out[i] as number)))
  );
  return { ours: maxError(expected, output), theirs };
}

describe('without them', () => {
  test('D9: alpha is not lost', () => {
    const { ours, theirs } = errors('D9');
    expect(theirs).toBeGreaterThan(0.5);
    expect(ours).toBeLessThan(0.1);
  });

  test('D12: what reads a standalone module with float output is quantized', () => {
    expect(run('D12').quantized.getSubmodule('2')).toBeInstanceOf(nn.quantized.Linear);
    expect(asPyTorch(() => run('D12')).quantized.getSubmodule('2')).not.toBeInstanceOf(nn.quantized.Linear);
  });

  test('D14: each call of a shared module has its own grid', () => {
    const { quantized, prepared } = run('D14');
    const scaleOf = (path: string) =>
      (quantized.getSubmodule(path) as unknown as nn.quantized.Linear).outputScale;
    const observed = (path: string) =>
      (prepared.getSubmodule(path) as MinMaxObserver).calculateQParams().scale.item();
    expect(scaleOf('a')).toBe(observed('activation_post_process_1'));
    expect(scaleOf('a_1')).toBe(observed('activation_post_process_2'));
    expect(errors('D14').ours).toBeLessThan(errors('D14').theirs);
    const theirs = asPyTorch(() => run('D14')).quantized;
    expect((theirs.getSubmodule('a') as unknown as nn.quantized.Linear).outputScale).toBe(
      observed('activation_post_process_2')
    );
  });

  test('D16: two readers with different settings have an observer each', () => {
    const settings = (prepared: ReturnType<typeof run>['prepared']) =>
      [...prepared.graph.nodes]
        .filter(n => n.args[0] === [...prepared.graph.nodes][0])
        .map(n => (prepared.getSubmodule(n.target as string) as MinMaxObserver).quantMax);
    expect(settings(run('D16').prepared).sort()).toEqual([127, 255]);
    expect(settings(asPyTorch(() => run('D16')).prepared)).toEqual([127]);
  });

  test('D23: qnnpack leaves the padding out of an average', () => {
    const { ours, theirs } = errors('D23');
    expect(theirs).toBeGreaterThan(0.7);
    expect(ours).toBeLessThan(0.005);
  });

  test('D40: the relu behind a folded batch norm is kept, in as many nodes', () => {
    const { output, quantized } = run('D40');
    expect(output.min().item()).toBe(0);
    expect(Math.min(...recorded.D40.quantized_out)).toBeLessThan(0);
    expect(nodeNames(quantized)).toEqual(recorded.D40.quantized_nodes);
  });

  test('D42: the input of a sigmoid is not clipped to its output range', () => {
    const { ours, theirs } = errors('D42');
    expect(theirs).toBeGreaterThan(0.2);
    expect(ours).toBeLessThan(0.03);
  });

  test('D44: a buffer that is read twice is one node with one observer', () => {
    const names = nodeNames(run('D44').prepared);
    expect(names.filter(n => /^b(_\d)?$/.test(n))).toEqual(['b']);
    expect(recorded.D44.prepared_nodes.filter(n => /^b(_\d)?$/.test(n))).toEqual(['b', 'b_1']);
    expect(errors('D44').ours).toBeLessThan(0.05);
  });
});
