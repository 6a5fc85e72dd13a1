// Optimizers against numbers recorded from torch.optim (fixtures/record_optimizers.py), and by hand.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { nn, optim, type Tensor } from '../../src';
import { fromData } from '../../src/tensor';

interface Fixture {
  shapes: number[][];
  start: number[][];
  gradients: number[][][];
  cases: {
    optimizer: 'SGD' | 'Adam' | 'AdamW';
    options: Record<string, unknown>;
    after: Record<string, number[][]>;
  }[];
}
const fixture = JSON.parse(
  readFileSync(new URL('./fixtures/optimizers.json', import.meta.url), 'utf8')
) as Fixture;

const camelCase = (name: string) => name.replace(/_(.)/g, (_, c: string) => c.toUpperCase());

function parameters(): Tensor[] {
  return fixture.start.map((values, i) => new nn.Parameter(fromData(values, fixture.shapes[i]!)));
}

function setGradients(params: readonly Tensor[], step: number): void {
  params.forEach((p, i) => {
    p.grad = fromData(fixture.gradients[step]![i]!, p.shape);
  });
}

/** Distance in units of the last place of the larger number. */
function ulps(a: number, b: number): number {
  const scale = 2 ** (Math.floor(Math.log2(Math.max(Math.abs(a), Math.abs(b), 1e-30))) - 23);
  return Math.abs(a - b) / scale;
}

describe('as torch.optim', () => {
  test.each(fixture.cases.map(c => [`${c.optimizer} ${JSON.stringify(c.options)}`, c] as const))(
    '%s',
    (_, c) => {
      const params = parameters();
      const options = Object.fromEntries(Object.entries(c.options).map(([k, v]) => [camelCase(k), v]));
      const optimizer = new optim[c.optimizer](params, options);
      let worst = 0;
      fixture.gradients.forEach((_step, k) => {
        setGradients(params, k);
        optimizer.step();
        c.after[k + 1]?.forEach((expected, i) => {
          const got = params[i]!.data();
          expected.forEach((v, j) => {
            worst = Math.max(worst, ulps(Math.fround(v), got[j]!));
          });
        });
      });
      expect(worst).toBe(0);
    }
  );
});

describe('the interface', () => {
  const parameter = (...values: number[]) => new nn.Parameter(fromData(values, [values.length]));
  const withGradient = (p: Tensor, ...values: number[]) => {
    p.grad = fromData(values, [values.length]);
    return p;
  };

  test('SGD by hand', () => {
    const p = withGradient(parameter(1, 2), 0.5, -1);
    new optim.SGD([p], { lr: 0.5 }).step();
    expect(p.tolist()).toEqual([0.75, 2.5]);
  });

  test('groups have settings of their own, which may change', () => {
    const [a, b] = [withGradient(parameter(1), 1), withGradient(parameter(1), 1)];
    const optimizer = new optim.SGD([{ params: [a] }, { params: [b], lr: 0.25 }], { lr: 0.5 });
    optimizer.step();
    expect([a.item(), b.item()]).toEqual([0.5, 0.75]);
    optimizer.paramGroups[1]!.lr = 0;
    optimizer.step();
    expect([a.item(), b.item()]).toEqual([0, 0.75]);
  });

  test('parameters without gradient stay; zeroGrad forgets gradients', () => {
    const [a, b] = [parameter(1), withGradient(parameter(1), 1)];
    const optimizer = new optim.Adam([a, b], { weightDecay: 0.1 });
    optimizer.step();
    expect(a.item()).toBe(1);
    expect(b.item()).toBeLessThan(1);
    optimizer.zeroGrad({ setToNone: false });
    expect(b.grad?.tolist()).toEqual([0]);
    optimizer.zeroGrad();
    expect(b.grad).toBeNull();
  });

  test('a closure computes the loss', () => {
    const p = parameter(3);
    const optimizer = new optim.SGD([p], { lr: 0.5 });
    const loss = optimizer.step(() => {
      optimizer.zeroGrad();
      const value = p.mul(p).sum();
      value.backward();
      return value;
    });
    expect([loss.item(), p.item()]).toEqual([9, 0]);
  });

  test.each(['SGD', 'Adam', 'AdamW'] as const)('%s continues from a saved state', name => {
    const make = (p: Tensor) =>
      new optim[name]([p], { lr: 0.1, ...(name === 'SGD' ? { momentum: 0.9 } : {}) });
    const p = parameter(1, -2);
    const optimizer = make(p);
    const step = (on: Tensor, by: { step(): void }, k: number) => {
      withGradient(on, k + 1, 1 - k);
      by.step();
    };
    step(p, optimizer, 0);
    step(p, optimizer, 1);
    const copy = new nn.Parameter(p.detach().clone());
    const resumed = make(copy);
    resumed.paramGroups[0]!.lr = 99;
    resumed.loadStateDict(optimizer.stateDict() as never);
    step(p, optimizer, 2);
    step(copy, resumed, 2);
    expect(copy.tolist()).toEqual(p.tolist());
  });

  test('refuses what cannot be', () => {
    const p = parameter(1);
    expect(() => new optim.SGD([])).toThrow(/SGD: got no parameters/);
    expect(() => new optim.SGD([p, p])).toThrow(/more than once/);
    expect(() => new optim.SGD([p.mul(2)])).toThrow(/computed from others/);
    expect(() => new optim.SGD([p], { lr: -1 })).toThrow(/lr must be at least 0/);
    expect(() => new optim.SGD([p], { nesterov: true })).toThrow(/nesterov needs a momentum/);
    expect(() => new optim.Adam([p], { betas: [1, 0.9] })).toThrow(/betas must be in/);
    const other = new optim.SGD([p, parameter(2)]).stateDict();
    expect(() => new optim.SGD([p]).loadStateDict(other)).toThrow(/groups of \[2\] parameters/);
  });
});
