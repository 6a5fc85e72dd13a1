// Naming, editing and printing of graphs against what torch.fx recorded.

import { describe, expect, it } from 'vitest';
import { fx, nn, operator, Slice, torch, tuple, type Tensor } from '../../src';
import { Flags, Functions, Kinds, Lists, Nested, Operators } from './models';
import recorded from './fixtures/fx.json';

const { Graph, symbolicTrace } = fx;
const fn = (name: keyof typeof torch) => torch[name] as never;

function sample() {
  const graph = new Graph();
  const x = graph.placeholder('x');
  const relu = graph.callFunction(fn('relu'), [x]);
  const neg = graph.callFunction(fn('neg'), [relu]);
  const output = graph.output(neg);
  return { graph, x, relu, neg, output };
}

describe('names', () => {
  it('are those torch.fx gives for the same targets', () => {
    const graph = new Graph();
    expect(
      recorded.names.map(([target]) => [target, graph.createNode('call_module', target ?? '').name])
    ).toEqual(recorded.names);
  });

  it('are made for targets that are empty, and not freed by erasing', () => {
    const graph = new Graph();
    expect(graph.createNode('call_module', '').name).toBe('_unnamed');
    graph.eraseNode(graph.createNode('call_module', 'fc'));
    expect(graph.createNode('call_module', 'fc').name).toBe('fc_1');
  });
});

describe('traces', () => {
  const models = { Kinds, Operators, Functions, Nested };
  for (const [name, Model] of Object.entries(models)) {
    it(`${name} prints as in PyTorch`, () => {
      const traced = symbolicTrace(new Model());
      traced.lint();
      expect(String(traced.graph)).toBe(recorded.traces[name as keyof typeof models]);
    });
  }

  it('specialises for concrete arguments and asserts them', () => {
    const graphs = [
      symbolicTrace(new Flags(), { concreteArgs: { flag: true, mode: null } }),
      symbolicTrace(new Flags(), { concreteArgs: { flag: false, mode: 'fast' } }),
      symbolicTrace(new Flags(), { concreteArgs: { flag: 3, mode: null } }),
      symbolicTrace(new Lists(), { concreteArgs: { xs: [fx.PH, 2] } })
    ];
    // PyTorch flattens the output too where an input is a list; here it stays what it is.
    const expected = recorded.concrete.map(text => text.replace('return [add]', 'return add'));
    expect(graphs.map(g => String(g.graph))).toEqual(expected);
  });

  it('runs a specialised graph, and refuses other values', () => {
    const x = torch.tensor([-1, 2]);
    const flags = symbolicTrace(new Flags(), { concreteArgs: { flag: true, mode: null } });
    expect(flags(x, true).tolist()).toEqual([0, 3]);
    expect(() => flags(x, false)).toThrow(
      'flag has been specialized to have value True but got another value'
    );
    expect(() => flags(x, true, 'fast')).toThrow('mode has been specialized to have value None');
    const lists = symbolicTrace(new Lists(), { concreteArgs: { xs: [fx.PH, 2] } });
    expect(lists([x, 2], x).tolist()).toEqual([-3, 6]);
    expect(() => lists([x, 4], x)).toThrow('xs has been specialized to have value 2');
  });

  it('takes functions', () => {
    const traced = symbolicTrace(function double(x: Tensor, by: number = 2) {
      return x.mul(by);
    });
    expect(traced.className).toBe('double');
    expect(String(traced.graph)).toContain('%by : [num_users=1] = placeholder[target=by](default=2)');
    expect(traced(torch.tensor([3])).tolist()).toEqual([6]);
  });
});

describe('editing', () => {
  it('inserts where the insertion point is, and removes dead code, as torch.fx does', () => {
    const graph = new Graph();
    const x = graph.placeholder('x');
    const relu = graph.callFunction(fn('relu'), [x]);
    const a = graph.insertingBefore(relu, () => {
      const neg = graph.callFunction(fn('neg'), [x]);
      graph.callFunction(fn('exp'), [neg]);
      return neg;
    });
    graph.insertingAfter(relu, () => graph.callFunction(fn('tanh'), [relu]));
    graph.insertingBefore(null, () => graph.placeholder('first'));
    graph.insertingAfter(null, () => graph.callMethod('sigmoid', [relu]));
    const sum = graph.callFunction(operator.add, [x, 1]);
    a.append(sum);
    graph.output(tuple(relu, sum));
    graph.lint();
    const before = String(graph);
    expect(graph.eliminateDeadCode()).toBe(true);
    expect([before, String(graph)]).toEqual(recorded.insertions);
    expect(graph.eliminateDeadCode()).toBe(false);
  });

  it('keeps several nodes inserted after one in their order', () => {
    const { graph, relu } = sample();
    graph.insertingAfter(relu, () => {
      graph.callFunction(fn('exp'), [relu]);
      graph.callFunction(fn('abs'), [relu]);
    });
    expect([...graph.nodes].map(n => n.name)).toEqual(['x', 'relu', 'exp', 'abs_1', 'neg', 'output']);
  });

  it('keeps assertions and inputs', () => {
    const graph = new Graph();
    const x = graph.placeholder('x');
    graph.placeholder('unused');
    const assert = symbolicTrace(new Flags(), { concreteArgs: { flag: 1 } }).graph.findNodes('call_function');
    graph.callFunction(assert.find(n => n.name === '_assert')?.target as never, [x, 'text']);
    graph.callMethod('relu_', [x]);
    graph.callFunction(fn('add'), [graph.callFunction(fn('neg'), [x]), 1]);
    graph.output(x);
    graph.eliminateDeadCode();
    expect(String(graph)).toBe(recorded.impure);
    graph.eliminateDeadCode(() => false);
    expect([...graph.nodes].map(n => n.op)).toEqual(['placeholder', 'placeholder', 'output']);
  });

  it('erases only what nobody reads, and only its own', () => {
    const { graph, relu, neg, output } = sample();
    expect(() => graph.eraseNode(relu)).toThrow("Cannot erase node 'relu': it is still read by neg");
    expect(() => new Graph().eraseNode(neg)).toThrow('belongs to another graph');
    graph.eraseNode(output);
    graph.eraseNode(neg);
    graph.eraseNode(neg);
    expect(graph.nodes.length).toBe(2);
    expect(relu.users.size).toBe(0);
  });

  it('redirects readers', () => {
    const { graph, x, relu, neg, output } = sample();
    const exp = graph.insertingBefore(neg, () => graph.callFunction(fn('exp'), [x]));
    const sum = graph.insertingBefore(output, () =>
      graph.callFunction(operator.add, [[relu, { key: relu }], new Slice(relu as never) as never], {
        alpha: relu
      })
    );
    expect(relu.replaceAllUsesWith(exp, user => user === neg)).toEqual([neg]);
    expect([...relu.users]).toEqual([sum]);
    sum.replaceInputWith(relu, x);
    expect(sum.args).toEqual([[x, { key: x }], new Slice(x as never)]);
    expect(sum.kwargs).toEqual({ alpha: x });
    expect(relu.users.size).toBe(0);
    graph.lint();
  });

  it('changes single arguments and keeps the users right', () => {
    const { graph, x, neg, relu } = sample();
    neg.updateArg(0, x);
    expect([relu.users.size, [...x.users]]).toEqual([0, [relu, neg]]);
    neg.insertArg(0, relu);
    neg.updateKwarg('alpha', 3);
    expect(neg.args).toEqual([relu, x]);
    expect(neg.kwargs).toEqual({ alpha: 3 });
    expect(neg.allInputNodes).toEqual([relu, x]);
    graph.lint();
  });

  it('moves nodes', () => {
    const { graph, relu, neg, x } = sample();
    const exp = graph.callFunction(fn('exp'), [x]);
    relu.prepend(exp);
    expect([...graph.nodes].map(n => n.name)).toEqual(['x', 'exp', 'relu', 'neg', 'output']);
    neg.append(exp);
    expect([...graph.nodes].map(n => n.name)).toEqual(['x', 'relu', 'neg', 'exp', 'output']);
    expect(graph.nodes.length).toBe(5);
  });

  it('may erase and insert while walking', () => {
    const { graph, neg, relu } = sample();
    const seen: string[] = [];
    for (const node of graph.nodes) {
      seen.push(node.name);
      if (node === relu) {
        const exp = graph.insertingAfter(node, () => graph.callFunction(fn('exp'), [node]));
        neg.replaceAllUsesWith(exp);
        graph.eraseNode(neg);
      }
    }
    expect(seen).toEqual(['x', 'relu', 'exp', 'output']);
  });

  it('copies nodes and graphs', () => {
    const { graph: source } = symbolicTrace(new Kinds());
    const target = new Graph();
    const given = target.placeholder('relu');
    const [first] = source.nodes;
    target.output(target.graphCopy(source, new Map([[first as never, given]])));
    expect(String(target)).toBe(recorded.copies);
    const { relu } = sample();
    relu.meta.note = 'kept';
    const copy = target.nodeCopy(relu, () => given);
    expect([copy.name, copy.meta, copy.graph]).toEqual(['relu_2', { note: 'kept' }, target]);
  });

  it('finds nodes', () => {
    const { graph, relu, x, output } = sample();
    expect(graph.findNodes('call_function', fn('relu'))).toEqual([relu]);
    expect(graph.findNodes('placeholder')).toEqual([x]);
    expect(graph.findNodes('call_module')).toEqual([]);
    expect(graph.outputNode).toBe(output);
    expect(new Graph().outputNode).toBeUndefined();
  });
});

describe('lint', () => {
  it('names what is wrong', () => {
    const late = sample();
    late.relu.prepend(late.neg);
    expect(() => late.graph.lint()).toThrow("Node 'neg': reads 'relu', which comes later");
    const foreign = sample();
    foreign.neg.args = [sample().relu];
    expect(() => foreign.graph.lint()).toThrow("reads 'relu', which is not in the graph");
    const output = sample();
    output.graph.callFunction(fn('exp'), [output.x]);
    expect(() => output.graph.lint()).toThrow('is an output that is not the last node');
    const target = sample();
    target.neg.target = 'neg';
    expect(() => target.graph.lint()).toThrow('a call_function cannot have a name as its target');
  });

  it('looks targets up in the owning module', () => {
    const traced = symbolicTrace(new nn.Sequential(new nn.ReLU()));
    traced.graph.lint();
    Reflect.deleteProperty(traced, '0');
    expect(() => traced.graph.lint()).toThrow("Node '_0': its target '0' does not exist");
  });
});

describe('printing', () => {
  it('makes a table', () => {
    const { graph } = sample();
    expect(graph.printTabular()).toBe(
      [
        'opcode         name    target      args     kwargs',
        '-------------  ------  ----------  -------  --------',
        'placeholder    x       x           ()       {}',
        'call_function  relu    torch.relu  (x,)     {}',
        'call_function  neg     torch.neg   (relu,)  {}',
        'output         output  output      (neg,)   {}'
      ].join('\n')
    );
  });
});
