// The digit networks on all 360 test digits: the predictions PyTorch made, before and after quantization.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convertFx, getDefaultQConfigMapping, interchange, nn, prepareFx, type Tensor } from '../../src';
import { parseSafetensors } from '../../src';
import { readCase, under } from '../parity/case';
import predicted from './fixtures/digits.json';

const golden = join(import.meta.dirname, '..', 'golden');
const digits = parseSafetensors(readFileSync(join(golden, 'digits.safetensors')));
const images = (part: string): Tensor => digits.get(`${part}/images`)!.to('float32').div(16);
const predictionsOf = (model: (x: Tensor) => unknown): string =>
  [...(model(images('test')) as Tensor).argmax(1).data()].join('');

describe.each(['digits_cnn', 'digits_resnet'] as const)('%s', name => {
  const recorded = readCase(golden, name);
  const root = interchange.importModules(recorded.modules, {}, new Set());
  interchange.importState(root, under(recorded.tensors, 'state/'), t => new nn.Parameter(t));
  const model = interchange.importGraph(recorded.float.nodes, root).eval();

  test('float predictions are those of torch', () => {
    expect(predictionsOf(model as never)).toBe(predicted[`${name}_float`]);
  });

  test('int8 predictions are those of torch', () => {
    const prepared = prepareFx(model as never, getDefaultQConfigMapping('fbgemm'), [
      images('test').narrow(0, 0, 8)
    ]);
    const train = images('train');
    for (let batch = 0; batch < 4; batch++) {
      prepared(train.narrow(0, batch * 64, 64));
    }
    expect(predictionsOf(convertFx(prepared) as never)).toBe(predicted[`${name}_int8`]);
  });
});
