// Running graphs: Interpreter, Transformer, ShapeProp, copies of graph modules.

import { describe, expect, it } from 'vitest';
import { F, fx, nn, torch, type Tensor } from '../../src';
import type { TorchFunction } from '../../src/tensor';
import recorded from './fixtures/fx.json';
import { plain } from '../values';
import { Kinds, Nested, Operators } from './models';

const { Interpreter, ShapeProp, symbolicTrace, Transformer } = fx;

class Small extends nn.Module<[x: Tensor, y?: number], Tensor> {
  readonly linear = new nn.Linear(4, 4);
  readonly param = new nn.Parameter(torch.rand([4]));
  override forward(x: Tensor, y = 1): Tensor {
    return this.linear(torch.sigmoid(x).neg().add(this.param)).mul(y);
  }
}

describe('Interpreter', () => {
  it('gives what the model gives', () => {
    const x = torch.rand([3, 4]);
    for (const model of [new Kinds(), new Small()]) {
      expect(plain(symbolicTrace(model)<unknown>(x))).toEqual(plain(model(x)));
    }
    const y = torch.rand([3, 3]);
    expect(plain(symbolicTrace(new Operators())<unknown>(y, y))).toEqual(plain(new Operators()(y, y)));
    const image = torch.rand([1, 2, 3, 3]);
    const nested = new Nested();
    expect(plain(symbolicTrace(nested)(image, image))).toEqual(plain(nested(image, image)));
  });

  it('takes defaults and refuses missing inputs', () => {
    const traced = symbolicTrace(new Small());
    expect(() => new Interpreter(traced as never).run()).toThrow(
      'Expected positional argument for parameter x, but one was not passed in'
    );
    const x = torch.rand([1, 4]);
    expect(plain(new Interpreter(traced as never).run(x))).toEqual(plain(traced(x, 1)));
  });

  it('frees values after their last use', () => {
    const alive: number[] = [];
    class Counting extends Interpreter {
      protected override runNode(node: fx.Node): unknown {
        alive.push(this.env.size);
        return super.runNode(node);
      }
    }
    const traced = symbolicTrace((x: Tensor) => torch.relu(torch.neg(torch.exp(x))).add(x));
    new Counting(traced as never).run(torch.rand([2]));
    expect(alive).toEqual([0, 1, 2, 2, 2, 1]);
  });

  it('names the node that failed', () => {
    const traced = symbolicTrace(new nn.Sequential(new nn.Linear(3, 2)));
    expect(() => traced(torch.rand([1, 4]))).toThrow(
      'While executing %_0 : [num_users=1] = call_module[target=0](args = (%input_1,), kwargs = {})'
    );
  });

  it('lets hooks change what nodes do', () => {
    class NegIsExp extends Interpreter {
      protected override callFunction(fn: TorchFunction, args: unknown[], kwargs: Record<string, unknown>) {
        return super.callFunction(fn === torch.neg ? torch.exp : fn, args, kwargs);
      }
    }
    const traced = symbolicTrace((x: Tensor) => torch.neg(x));
    const x = torch.rand([3]);
    expect(plain(new NegIsExp(traced as never).run(x))).toEqual(plain(torch.exp(x)));
  });

  it('needs a graph', () => {
    expect(() => new Interpreter(new nn.ReLU() as never)).toThrow('ReLU has no graph to run');
  });
});

describe('Transformer', () => {
  class Swap extends Transformer {
    protected override callFunction(fn: TorchFunction, args: unknown[], kwargs: Record<string, unknown>) {
      return fn === torch.sigmoid ? torch.neg(args[0] as Tensor) : super.callFunction(fn, args, kwargs);
    }
    protected override callMethod(name: string, args: unknown[], kwargs: Record<string, unknown>) {
      return name === 'neg' ? (args[0] as Tensor).sigmoid().add(1) : super.callMethod(name, args, kwargs);
    }
  }

  it('records what its hooks compute, as in PyTorch', () => {
    const traced = symbolicTrace(new Small());
    // `x.neg()` is Python's operator here and a method in the recorded model.
    const neg = traced.graph.findNodes('call_function').find(node => node.name === 'neg') as fx.Node;
    const method = traced.graph.insertingBefore(neg, () => traced.graph.callMethod('neg', neg.args));
    neg.replaceAllUsesWith(method);
    traced.graph.eraseNode(neg);
    const swapped = new Swap(traced).transform();
    swapped.lint();
    expect(String(swapped.graph)).toBe(recorded.transformed);
    expect(swapped.className).toBe('Small');
  });

  it('copies without hooks: same graph, names, notes and results', () => {
    const traced = symbolicTrace(new Kinds());
    const [first] = traced.graph.nodes;
    (first as fx.Node).meta.note = 'kept';
    const copy = new Transformer(traced).transform();
    expect(String(copy.graph)).toBe(String(traced.graph));
    expect([...copy.graph.nodes][0]?.meta).toEqual({ note: 'kept' });
    const x = torch.rand([3, 4]);
    expect(plain(copy<unknown>(x))).toEqual(plain(traced<unknown>(x)));
  });

  it('keeps constants its hooks bring in', () => {
    const constant = torch.tensor([5, 6]);
    class AddConstant extends Transformer {
      protected override callFunction(fn: TorchFunction, args: unknown[], kwargs: Record<string, unknown>) {
        return (super.callFunction(fn, args, kwargs) as Tensor).add(constant);
      }
    }
    const added = new AddConstant(symbolicTrace((x: Tensor) => torch.neg(x))).transform();
    expect(added(torch.tensor([1, 2])).tolist()).toEqual([4, 4]);
    expect(String(added.graph)).toContain('get_attr[target=_tensor_constant0]');
  });
});

describe('ShapeProp', () => {
  it('notes shape, strides, format and kind of every value', () => {
    const traced = symbolicTrace((x: Tensor) => {
      const [a, b] = F.relu(x).permute(0, 3, 1, 2).chunk(2, 1) as [Tensor, Tensor];
      return a.add(b).reshape(x.size(0), -1);
    });
    new ShapeProp(traced as never).propagate(torch.rand([2, 3, 4, 6]));
    const meta = Object.fromEntries([...traced.graph.nodes].map(node => [node.name, fx.valueOf(node)]));
    expect(meta.x).toEqual({
      kind: 'tensor',
      tensor: {
        shape: [2, 3, 4, 6],
        dtype: 'float32',
        isQuantized: false,
        requiresGrad: false,
        strides: [72, 24, 6, 1],
        memoryFormat: 'contiguous_format',
        qparams: null
      }
    });
    expect(meta.permute).toMatchObject({
      tensor: { shape: [2, 6, 3, 4], strides: [72, 1, 24, 6], memoryFormat: 'channels_last' }
    });
    expect(meta.chunk).toMatchObject({ kind: 'tuple', items: [{ tensor: { shape: [2, 3, 3, 4] } }, {}] });
    expect(meta.size).toEqual({ kind: 'number', value: 2 });
    expect(meta.output).toMatchObject({ tensor: { shape: [2, 36] } });
  });

  it('notes quantizers', () => {
    const traced = symbolicTrace((x: Tensor) => torch.quantizePerTensor(x, 0.5, 3, 'quint8'));
    new ShapeProp(traced as never).propagate(torch.rand([2]));
    expect(fx.valueOf(traced.graph.outputNode as fx.Node)).toMatchObject({
      tensor: { dtype: 'quint8', isQuantized: true, qparams: { scales: [0.5], zeroPoints: [3] } }
    });
  });
});

describe('deepCopy', () => {
  it('copies graph, parameters and notes of a graph module', () => {
    const traced = symbolicTrace(new Small());
    traced.meta.note = 'kept';
    const copy = nn.deepCopy(traced as never) as unknown as typeof traced;
    copy.lint();
    expect(copy.graph).not.toBe(traced.graph);
    expect(String(copy.graph)).toBe(String(traced.graph));
    expect(copy.graph.owningModule).toBe(copy);
    expect([copy.meta, copy.className]).toEqual([{ note: 'kept' }, 'Small']);
    const x = torch.rand([2, 4]);
    const before = traced(x).tolist();
    expect(copy(x).tolist()).toEqual(before);
    (Reflect.get(copy, 'param') as Tensor).storage.view().fill(9);
    copy.graph.eraseNode(copy.graph.outputNode as fx.Node);
    expect(traced(x).tolist()).toEqual(before);
  });

  it('keeps what is shared shared', () => {
    const shared = new nn.Linear(2, 2);
    const copy = nn.deepCopy(new nn.Sequential(shared, shared) as never) as unknown as nn.Sequential;
    expect(copy.at(0)).toBe(copy.at(1));
    expect(copy.at(0)).not.toBe(shared);
  });
});
