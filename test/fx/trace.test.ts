// What tracing writes down, against what torch.fx recorded: calls, constants, scopes, marks; and what it refuses.

import { describe, expect, it, test } from 'vitest';
import {
  ellipsis,
  F,
  fx,
  nn,
  operator,
  QuantizationTracer,
  slice,
  torch,
  tuple,
  type Tensor
} from '../../src';
import recorded from './fixtures/trace.json';

const { symbolicTrace } = fx;

/** JavaScript has no whole-number type (`2.0` prints as `2`), and builtins have their public name here. */
function comparable(graph: string): string {
  return graph.replace(/(?<![\w.])(-?\d+)\.0\b/g, '$1').replaceAll('torch._C._nn.', 'torch.nn.functional.');
}

type Call = (x: Tensor, y: Tensor, z: Tensor) => unknown;

/** The recorder's calls, in TypeScript. Arrow functions keep the recorder's parameter names. */
const calls: Readonly<Record<keyof typeof recorded.calls, Call>> = {
  relu: (x => F.relu(x)) as Call,
  'relu inplace': (x => F.relu(x, { inplace: true })) as Call,
  relu6: (x => F.relu6(x)) as Call,
  hardswish: (x => F.hardswish(x)) as Call,
  hardsigmoid: (x => F.hardsigmoid(x)) as Call,
  silu: (x => F.silu(x)) as Call,
  leaky_relu: (x => F.leakyRelu(x)) as Call,
  elu: (x => F.elu(x, { alpha: 0.5 })) as Call,
  hardtanh: (x => F.hardtanh(x, { minVal: -2 })) as Call,
  dropout: (x => F.dropout(x, { training: false })) as Call,
  softmax: (x => F.softmax(x, { dim: 1 })) as Call,
  log_softmax: (x => F.logSoftmax(x, { dim: 1 })) as Call,
  max_pool1d: (x => F.maxPool1d(x, 2)) as Call,
  max_pool2d: (x => F.maxPool2d(x, 2)) as Call,
  'max_pool2d all': (x => F.maxPool2d(x, 3, 2, 1, { ceilMode: true })) as Call,
  avg_pool2d: (x => F.avgPool2d(x, 2)) as Call,
  adaptive_avg_pool1d: (x => F.adaptiveAvgPool1d(x, 1)) as Call,
  adaptive_avg_pool2d: (x => F.adaptiveAvgPool2d(x, tuple(1, 1))) as Call,
  adaptive_avg_pool3d: (x => F.adaptiveAvgPool3d(x, 1)) as Call,
  interpolate: (x => F.interpolate(x, { scaleFactor: 2 })) as Call,
  'interpolate size': (x =>
    F.interpolate(x, { size: tuple(4, 4), mode: 'bilinear', alignCorners: false } as never)) as Call,
  layer_norm: ((x, w, b) => F.layerNorm(x, tuple(3), { weight: w, bias: b })) as Call,
  group_norm: (x => F.groupNorm(x, 2)) as Call,
  instance_norm: (x => F.instanceNorm(x)) as Call,
  batch_norm: ((x, m, v) => F.batchNorm(x, m, v)) as Call,
  embedding: ((x, w) => F.embedding(x, w)) as Call,
  pad: (x => F.pad(x, tuple(1, 1))) as Call,
  cross_entropy: ((x, y) => F.crossEntropy(x, y)) as Call,
  sigmoid: (x => F.sigmoid(x)) as Call,
  tanh: (x => F.tanh(x)) as Call,
  linear: ((x, w) => F.linear(x, w)) as Call,
  'linear bias': ((x, w, b) => F.linear(x, w, { bias: b } as never)) as Call,
  conv2d: ((x, w) => F.conv2d(x, w, { padding: 1 } as never)) as Call,
  gelu: (x => F.gelu(x, { approximate: 'tanh' } as never)) as Call,
  pixel_shuffle: (x => F.pixelShuffle(x, 2)) as Call,
  'torch.add alpha': ((x, y) => torch.add(x, y, { alpha: 2 })) as Call,
  'torch.cat': ((x, y) => torch.cat(tuple(x, y) as never, 1)) as Call,
  size: (x => operator.add(x.size(0), x.shape[1])) as Call,
  getitem: (x => x.at(slice(), slice(1), null, ellipsis, 0)) as Call
};

describe('calls are recorded as torch.fx records them', () => {
  test.each(Object.entries(calls))('%s', (name, call) => {
    const graph = String(symbolicTrace(call).graph);
    expect(graph).toBe(comparable(recorded.calls[name as keyof typeof calls]));
  });
});

class Constants extends nn.Module {
  p = new nn.Parameter(torch.ones([2]));
  lin = new nn.Linear(2, 2);
  override forward(x: Tensor): Tensor {
    const [c, d] = [torch.ones([2]), torch.zeros([2])];
    const y = F.linear(x.add(this.p).add(this.p), this.lin.weight);
    return y.add(c).add(c).add(d);
  }
}

it('one node per parameter, however often it is read, and one per use of a constant', () => {
  const traced = symbolicTrace(new Constants());
  expect(String(traced.graph)).toBe(comparable(recorded.constants));
  traced.lint();
});

class Add extends nn.Module<[x: Tensor, y: Tensor], Tensor> {
  override forward(x: Tensor, y: Tensor): Tensor {
    return torch.relu(x.add(y));
  }
}
class Marked extends nn.Module {
  fc = new nn.Linear(2, 2);
  override forward(x: Tensor): Tensor {
    return this.fc(x).add(1);
  }
}
class SubMarked extends Marked {}
/** A user's class of a library parent is no leaf. */
class MyLinear extends nn.Linear {}

class Scopes extends nn.Module {
  list = new nn.ModuleList<nn.TensorModule>([
    new nn.Linear(2, 2),
    new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU())
  ]);
  add = new Add();
  mine = new MyLinear(2, 2);
  marked = new Marked();
  sub = new SubMarked();
  flat = new nn.Flatten();
  override forward(input: Tensor): Tensor {
    let x = input;
    for (const m of this.list) {
      x = m(x);
    }
    x = this.sub(this.marked(this.add(x, this.mine(x))));
    return torch.neg(this.add(x, this.flat(x)));
  }
}

describe('modules', () => {
  const tracers = {
    scopes: () => new QuantizationTracer(new Set(), new Set()),
    byName: () => new QuantizationTracer(new Set(['sub.fc', 'add']), new Set()),
    byClass: () => new QuantizationTracer(new Set(), new Set([Marked as never]))
  };

  test.each(Object.keys(tracers) as (keyof typeof tracers)[])(
    'leaves and the scope of every node: %s',
    name => {
      const tracer = tracers[name]();
      const renamed = (text: string) =>
        text.replaceAll('input_1', 'x').replaceAll('target=input', 'target=x');
      const graph = tracer.trace(new Scopes().eval() as never);
      expect(renamed(String(graph))).toBe(comparable(recorded[name].graph));
      const scopes = [...tracer.nodeNameToScope].map(([node, scope]) => [
        renamed(node),
        scope.path,
        scope.cls?.name ?? null
      ]);
      expect(scopes).toEqual(recorded[name].scopes);
    }
  );
});

describe('what cannot be recorded is refused where it happens', () => {
  class Inner extends nn.Module {
    constructor(private readonly does: (x: Tensor) => unknown) {
      super();
    }
    override forward(x: Tensor): Tensor {
      this.does(x);
      return x;
    }
  }
  const any = (x: unknown) => x as never;
  const cases: readonly (readonly [what: string, does: (x: Tensor) => unknown, kind: string])[] = [
    ['a comparison', x => any(x) > 0, 'arithmetic'],
    ['arithmetic', x => any(x) * 2, 'arithmetic'],
    ['a number of it', x => Number(x), 'arithmetic'],
    ['Math.max', x => Math.max(any(x), 1), 'arithmetic'],
    ['a template string', x => `${any(x)}`, 'conversion'],
    ['String', x => String(x), 'conversion'],
    ['JSON.stringify', x => JSON.stringify(x), 'conversion'],
    ['for … of', x => [...(x as Iterable<Tensor>)], 'iteration'],
    ['Array.from', x => Array.from(x as Iterable<Tensor>), 'iteration'],
    ['map', x => (any(x) as unknown[]).map(v => v), 'iteration'],
    ['in', x => 'shapes' in x, 'iteration'],
    ['length', x => (any(x) as unknown[]).length, 'length'],
    ['item', x => x.item(), 'data_access'],
    ['data', x => x.data()[0], 'data_access'],
    ['tolist', x => x.tolist(), 'data_access'],
    ['an assignment', x => Reflect.set(x, 'a', 1), 'assignment'],
    ['an index assignment', x => ((any(x) as number[])[0] = 1), 'assignment'],
    ['delete', x => Reflect.deleteProperty(x, 'shape'), 'assignment'],
    ['an object spread', x => ({ ...x }), 'spread'],
    ['an error of its own', () => (any(undefined) as { x: unknown }).x, 'unknown']
  ];

  test.each(cases)('%s', (_, does, kind) => {
    const model = new nn.Sequential(new nn.Identity(), new Inner(does));
    let caught: unknown;
    try {
      symbolicTrace(model);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(fx.TraceError);
    const { details, message } = caught as fx.TraceError;
    expect(details).toMatchObject({ kind, modulePath: '1', className: 'Inner' });
    expect(message).toMatch(/^Cannot trace module '1' \(Inner\): .*Mark the module non-traceable/s);
  });

  test('unpacking is fine: it records elements', () => {
    const graph = symbolicTrace((x: Tensor) => {
      const [a, b] = x as unknown as [Tensor, Tensor];
      return a.add(b);
    }).graph;
    expect(graph.findNodes('call_function').map(n => n.name)).toEqual(['getitem', 'getitem_1', 'add']);
  });

  test('a tracer that failed leaves the next trace alone', () => {
    expect(() => symbolicTrace((x: Tensor) => String(x))).toThrow(fx.TraceError);
    const model = new Constants();
    expect(String(symbolicTrace(model).graph)).toBe(comparable(recorded.constants));
    expect(Object.getOwnPropertyDescriptor(model, 'p')?.value).toBeInstanceOf(nn.Parameter);
  });
});

describe('outputs keep their structure', () => {
  test.each([
    ['a list', (x: Tensor) => [x, [x]]],
    ['a tuple', (x: Tensor) => tuple<unknown>(x, 1)],
    ['an object', (x: Tensor) => ({ a: x, b: { c: [x, null] } })],
    ['nothing', () => null]
  ] as readonly (readonly [string, (x: Tensor) => unknown])[])('%s', (_, forward) => {
    const x = torch.tensor([1, 2]);
    const traced = symbolicTrace(forward);
    expect(JSON.stringify(traced<unknown>(x))).toBe(JSON.stringify(forward(x)));
  });
});
