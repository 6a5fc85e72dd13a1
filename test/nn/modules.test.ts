// Library modules built from the configuration an exporter writes compute what PyTorch's do.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { interchange, nn } from '../../src';
import { fromData, type Tensor } from '../../src/tensor';

interface RecordedTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface Recorded {
  readonly type: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: readonly RecordedTensor[];
  readonly state: Readonly<Record<string, RecordedTensor>>;
  readonly output: RecordedTensor;
}

const recorded = JSON.parse(readFileSync(join(__dirname, 'fixtures/modules.json'), 'utf8')) as Recorded[];
const tensor = ({ data, shape }: RecordedTensor): Tensor => fromData(Float32Array.from(data), shape);

describe('torch.nn modules from their configuration', () => {
  test.each(recorded.map((each, i) => [`${i} ${each.type.split('.').at(-1) ?? ''}`, each] as const))(
    '%s',
    (_, { type, config, inputs, state, output }) => {
      const root = interchange.importModules([{ path: 'm', type, config }], {}, new Set(['m']));
      const states = new Map(Object.entries(state).map(([key, value]) => [`m.${key}`, tensor(value)]));
      interchange.importState(root, states, value => new nn.Parameter(value));
      root.eval();
      const module = root.getSubmodule('m') as unknown as (...x: Tensor[]) => Tensor;
      const result = module(...inputs.map(tensor));
      expect(result.shape).toEqual(output.shape);
      result.data().forEach((value, i) => expect(value).toBeCloseTo(output.data[i] as number, 5));
    }
  );
});
