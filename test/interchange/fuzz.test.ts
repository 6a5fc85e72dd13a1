// Files from anywhere: whatever the bytes, the answer is tensors or a SafetensorsError that names file and tensor.

import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  convertFx,
  fromData,
  getDefaultQConfigMapping,
  nn,
  parseSafetensors,
  parseStateDict,
  prepareFx,
  saveStateDict,
  Tensor
} from '../../src';
import { SafetensorsError } from '../../src/interchange';
import { fileOf, partsOf } from './bytes';

const fixture = (name: string) => new Uint8Array(readFileSync(join(__dirname, 'fixtures', name)));
const files = {
  plain: fixture('layers.float.safetensors'),
  tagged: fixture('layers.quantized.safetensors'),
  recurrent: fixture('dynamic.quantized.safetensors'),
  embeddings: fixture('embeddings.quantized.safetensors')
};

/** Both readers answer with tensors or the right error. */
function expectAnswer(bytes: Uint8Array): void {
  for (const parse of [parseSafetensors, parseStateDict]) {
    try {
      const values = [
        ...(parse(bytes, { source: 'net.safetensors' }) as ReadonlyMap<string, unknown>).values()
      ];
      values
        .filter((v): v is Tensor => v instanceof Tensor)
        .forEach(t => expect(t.data()).toHaveLength(t.numel()));
    } catch (error) {
      expect(error).toBeInstanceOf(SafetensorsError);
      expect((error as Error).message).toMatch(/^safetensors file net\.safetensors: /);
      expect((error as Error).message.length).toBeLessThan(2000);
    }
  }
}

const anyFile = fc.constantFrom(...Object.values(files));

describe('damaged files', () => {
  test('random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), expectAnswer), { numRuns: 500 });
  });

  test('random text as the header', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), text => expectAnswer(fileOf(text))),
      { numRuns: 500 }
    );
  });

  test('truncated anywhere: always an error', () => {
    fc.assert(
      fc.property(anyFile, fc.double({ min: 0, max: 0.999999, noNaN: true }), (file, share) => {
        const bytes = file.subarray(0, Math.floor(file.length * share));
        expectAnswer(bytes);
        expect(() => parseSafetensors(bytes)).toThrow(SafetensorsError);
      }),
      { numRuns: 300 }
    );
  });

  test('bits flipped', () => {
    fc.assert(
      fc.property(
        anyFile,
        fc.array(fc.tuple(fc.nat(), fc.nat(7)), { minLength: 1, maxLength: 6 }),
        (file, flips) => {
          const bytes = file.slice();
          flips.forEach(([at, bit]) => {
            // Half of them in the header, which is where they hurt.
            const position = at % 2 ? at % bytes.length : at % Math.min(3000, bytes.length);
            bytes[position] = (bytes[position] ?? 0) ^ (1 << bit);
          });
          expectAnswer(bytes);
        }
      ),
      { numRuns: 1000 }
    );
  });

  test('any part of the header replaced by any other JSON', () => {
    fc.assert(
      fc.property(anyFile, fc.nat(), fc.jsonValue({ maxDepth: 3 }), (file, at, value) => {
        const { header, data } = partsOf(file);
        expectAnswer(fileOf(replaceSome(header, at, value), data));
      }),
      { numRuns: 1000 }
    );
  });

  test('any part of the tags replaced by any other JSON', () => {
    const tagged = [files.tagged, files.recurrent, files.embeddings];
    fc.assert(
      fc.property(fc.constantFrom(...tagged), fc.nat(), fc.jsonValue({ maxDepth: 3 }), (file, at, value) => {
        const { header, data } = partsOf(file);
        const parsed = JSON.parse(header) as { __metadata__: Record<string, string> };
        const tags = parsed.__metadata__['fxquant.state_dict'] ?? '';
        parsed.__metadata__['fxquant.state_dict'] = replaceSome(tags, at, value);
        expectAnswer(fileOf(JSON.stringify(parsed), data));
      }),
      { numRuns: 1000 }
    );
  });
});

/** JSON with its `at`-th value, counted in depth, replaced. */
function replaceSome(json: string, at: number, value: unknown): string {
  let count = 0;
  JSON.parse(json, (_, v: unknown) => {
    count += 1;
    return v;
  });
  let i = 0;
  const replaced: unknown = JSON.parse(json, (_, v: unknown) => (i++ === at % count ? value : v));
  return JSON.stringify(replaced);
}

test('names that objects have anyway are names like any other', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'a#int', '💠'];
  const state = new nn.StateDict(names.map((name, i) => [name, fromData([i], [1])]));
  const again = parseSafetensors(saveStateDict(state));
  expect([...again].map(([name, t]) => [name, t.item()])).toEqual(names.map((name, i) => [name, i]));
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test('a damaged state that still parses loads or is refused, and the model still answers', () => {
  const model = new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU(), new nn.Linear(2, 2)).eval();
  const x = fromData([1, -2], [1, 2]);
  const prepared = prepareFx(model, getDefaultQConfigMapping('fbgemm'), [x]);
  prepared(x);
  const quantized = convertFx(prepared);
  const good = saveStateDict(quantized);
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(7), (position, bit) => {
      const bytes = good.slice();
      bytes[position] = (bytes[position] ?? 0) ^ (1 << bit);
      try {
        quantized.loadStateDict(parseStateDict(bytes));
      } catch (error) {
        expect([SafetensorsError, nn.StateDictError]).toContain((error as Error).constructor);
      }
      expect(quantized(x).shape).toEqual([1, 2]);
    }),
    { numRuns: 500 }
  );
});
