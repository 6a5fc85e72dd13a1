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
