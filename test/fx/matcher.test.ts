// Subgraph matching and rewriting against what torch.fx recorded.

import { describe, expect, it } from 'vitest';
import { F, fx, nn, torch, tuple, type Tensor } from '../../src';
import recorded from './fixtures/fx.json';

const { replacePattern, SubgraphMatcher, symbolicTrace } = fx;

const chain = (x: Tensor) => F.relu(F.relu(F.relu(F.relu(x)))).add(1);
const leaking = (x: Tensor) => {
  const y = torch.sigmoid(x);
  return torch.relu(y).add(y);
};
const two = (x: Tensor) => {
  const a = torch.neg(x);
  return tuple(torch.relu(a), torch.sigmoid(a));
};
const literals = (x: Tensor) => torch.add(torch.add(x, 1), 2).mul(torch.add(x, 1));
const model = (x: Tensor, w1: Tensor, w2: Tensor) => {
  const m1 = torch.cat([w1, w2]).sum();
  const m2 = torch.cat([w1, w2]).sum();
  return x.add(torch.max(m1)).add(torch.max(m2));
};
type Fn = Parameters<typeof symbolicTrace>[0];

function matches(target: Fn, pattern: Fn, options: fx.SubgraphMatcherOptions = {}) {
  const found = new SubgraphMatcher(symbolicTrace(pattern).graph, options).match(symbolicTrace(target).graph);
  return found.map(match => ({
    nodes: Object.fromEntries([...match.nodesMap].map(([wanted, node]) => [wanted.name, String(node)])),
    placeholders: match.placeholderNodes.map(String),
    returning: match.returningNodes.map(node => node.name)
  }));
}

describe('SubgraphMatcher', () => {
  const relu2 = (x: Tensor) => F.relu(F.relu(x));
  const cases: [keyof typeof recorded.matches, Fn, Fn, fx.SubgraphMatcherOptions?][] = [
    ['chain', chain, relu2],
    ['chainOverlapping', chain, relu2, { removeOverlappingMatches: false }],
    ['leaking', leaking, (x: Tensor) => torch.relu(torch.sigmoid(x))],
    ['two', two, two],
    ['literals', literals, (x: Tensor) => torch.add(x, 1)],
    ['literalInput', literals, (x: Tensor, y: Tensor) => torch.add(x, y)],
    ['literalsIgnored', literals, (x: Tensor) => torch.add(x, 7), { ignoreLiterals: true }],
    ['withInput', chain, (x: Tensor) => F.relu(x), { matchPlaceholder: true }],
    ['withOutput', chain, (x: Tensor) => F.relu(x).add(1), { matchOutput: true }]
  ];
  for (const [name, target, pattern, options] of cases) {
    it(`finds what PyTorch finds: ${name}`, () => {
      expect(matches(target, pattern, options)).toEqual(recorded.matches[name]);
    });
  }

  it('refuses patterns that are empty or have dead code', () => {
    expect(() => new SubgraphMatcher(new fx.Graph())).toThrow('the pattern is empty or has no output');
    const graph = new fx.Graph();
    const x = graph.placeholder('x');
    graph.callFunction(torch.neg, [x]);
    graph.output(x);
    expect(() => new SubgraphMatcher(graph)).toThrow("never uses its node 'neg'");
  });

  it('matches parameters by being tensors', () => {
    class Scaled extends nn.Module {
      readonly scale = new nn.Parameter(torch.ones([2]));
      override forward(x: Tensor): Tensor {
        return x.mul(this.scale);
      }
    }
    expect(matches(new Scaled(), new Scaled())).toHaveLength(1);
  });
});

describe('replacePattern', () => {
  function rewrite(
    target: Fn,
    ...rest: Parameters<typeof replacePattern> extends [unknown, ...infer R] ? R : never
  ) {
    const traced = symbolicTrace(target);
    const found = replacePattern(traced, ...rest);
    traced.lint();
    return {
      count: found.length,
      graph: String(traced.graph),
      added: found.map(match => match.replacements.map(node => node.name))
    };
  }

  it('replaces as PyTorch does', () => {
    const expected = recorded.rewrites;
    expect(
      rewrite(
        model,
        (a: Tensor, b: Tensor) => torch.cat([a, b]).sum(),
        (a: Tensor, b: Tensor) => torch.stack([a, b])
      )
    ).toEqual(expected.documented);
    expect(
      rewrite(
        chain,
        (x: Tensor) => F.relu(F.relu(x)),
        (x: Tensor) => torch.neg(x)
      )
    ).toEqual(expected.chain);
    expect(rewrite(two, two, (x: Tensor) => tuple(torch.abs(x), torch.exp(x)))).toEqual(expected.two);
    expect(
      rewrite(
        literals,
        (x: Tensor) => torch.add(x, 7),
        (x: Tensor) => torch.mul(x, 3),
        { ignoreLiterals: true }
      )
    ).toEqual(expected.literals);
    expect(
      rewrite(
        literals,
        (x: Tensor) => torch.add(x, 1),
        (x: Tensor) => torch.neg(x),
        {
          matchFilters: [match => match.returningNodes[0]?.name !== 'add']
        }
      )
    ).toEqual(expected.filtered);
    expect(
      rewrite(
        chain,
        (x: Tensor) => F.relu(x),
        (x: Tensor) => x
      ).graph
    ).toEqual(expected.toInput.graph);
  });

  it('makes replacements per match', () => {
    const replaced = rewrite(literals, (x: Tensor, y: Tensor) => torch.add(x, y), null, {
      replacementCallback: match =>
        symbolicTrace((x: Tensor, y: Tensor) =>
          torch.mul(x, y).add(match.returningNodes[0]?.name.length ?? 0)
        ).graph
    });
    expect(replaced.count).toBe(3);
    expect(replaced.graph).toContain(
      '%add_3 : [num_users=1] = call_function[target=operator.add](args = (%mul'
    );
  });

  it('brings the modules of the replacement along', () => {
    class Twice extends nn.Module {
      readonly fresh = new nn.Linear(2, 2);
      override forward(x: Tensor): Tensor {
        return this.fresh(x);
      }
    }
    const traced = symbolicTrace((x: Tensor) => torch.relu(x).add(1));
    const replacement = new Twice();
    replacePattern(traced, (x: Tensor) => torch.relu(x), replacement);
    const x = torch.rand([3, 2]);
    expect(traced(x).tolist()).toEqual(replacement(x).add(1).tolist());
    expect([...traced.namedParameters()].map(([name]) => name)).toEqual(['fresh.weight', 'fresh.bias']);
    expect(Reflect.get(traced, 'fresh')).not.toBe(replacement.fresh);
  });

  it('refuses other numbers of inputs and results', () => {
    const traced = () => symbolicTrace(chain);
    const relu = (x: Tensor) => F.relu(x);
    expect(() => replacePattern(traced(), relu, (x: Tensor, y: Tensor) => x.add(y))).toThrow(
      'the pattern has 1 inputs, the replacement 2'
    );
    expect(() => replacePattern(traced(), relu, (x: Tensor) => [x.neg(), x.neg()])).toThrow(
      'the pattern returns 1 values, the replacement 2'
    );
  });
});
