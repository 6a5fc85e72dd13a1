// Initial values after manualSeed(0), as PyTorch's (`fixtures/record_init.py`): modules and `nn.init`.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { nn, torch, type Tensor } from '../../src';
import { compareValues, decodeTensor } from '../tensor/replay';

type Encoded = Parameters<typeof decodeTensor>[0];
interface Recorded {
  readonly modules: {
    readonly name: string;
    readonly args: number[];
    readonly kwargs: Record<string, unknown>;
    readonly state: Record<string, Encoded>;
  }[];
  readonly functions: { readonly name: string; readonly args: number[]; readonly value: Encoded }[];
}
const recorded = JSON.parse(readFileSync(new URL('fixtures/init.json', import.meta.url), 'utf8')) as Recorded;
const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

describe('modules', () => {
  test.each(recorded.modules.map(m => [`${m.name}(${m.args.join(', ')})`, m] as const))('%s', (_, m) => {
    const options = Object.fromEntries(Object.entries(m.kwargs).map(([k, v]) => [camel(k), v]));
    torch.manualSeed(0);
    const Module = nn[m.name as 'Linear'] as unknown as new (...args: unknown[]) => nn.Linear;
    const state = new Module(...m.args, ...(Object.keys(options).length > 0 ? [options] : [])).stateDict();
    expect([...state.keys()]).toEqual(Object.keys(m.state));
    for (const [key, wanted] of Object.entries(m.state)) {
      // Normal numbers go through logarithms and sines; the uniform ones agree to the last bit.
      compareValues(state.get(key), decodeTensor(wanted), m.name !== 'Embedding', key);
    }
  });
});

describe('nn.init', () => {
  test.each(recorded.functions.map((f, i) => [`${i} ${f.name}`, f] as const))('%s', (_, f) => {
    torch.manualSeed(0);
    const fn = nn.init[camel(f.name) as 'uniform_'] as unknown as (x: Tensor, ...args: number[]) => Tensor;
    const x = torch.empty(f.value.s);
    expect(fn(x, ...f.args)).toBe(x);
    compareValues(x, decodeTensor(f.value), !/normal/.test(f.name), f.name);
  });
});
