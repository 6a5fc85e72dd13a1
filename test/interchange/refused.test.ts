// What no reader may accept, each with the message that says why.

import { describe, expect, test } from 'vitest';
import { fromData, nn, parseSafetensors, parseStateDict, saveStateDict, torch } from '../../src';
import { SafetensorsError } from '../../src/interchange';
import { fileOf, partsOf } from './bytes';

const one = (entry: object) =>
  JSON.stringify({ x: { dtype: 'F32', shape: [1], data_offsets: [0, 4], ...entry } });
const four = new Uint8Array(4);
const manyTimes = 20_000;

describe('refuses', () => {
  test.each([
    [
      'a header of a gigabyte',
      (() => {
        const bytes = fileOf(one({}), four);
        new DataView(bytes.buffer).setBigUint64(0, 2n ** 30n, true);
        return bytes;
      })(),
      /the header claims 1073741824 bytes/
    ],
    [
      'a header of 2^64 - 1 bytes',
      new Uint8Array(16).fill(255),
      /the header claims 18446744073709552000 bytes/
    ],
    ['text that is no UTF-8', fileOf(new Uint8Array([0x7b, 0xff, 0x7d])), /the header is no JSON/],
    ['a list as the header', fileOf('[]'), /the header is no JSON object/],
    ['deeply nested lists', fileOf('['.repeat(manyTimes) + ']'.repeat(manyTimes)), /the header is no JSON/],
    [
      'deeply nested sizes',
      fileOf(
        `{"x":{"dtype":"F32","shape":${'['.repeat(manyTimes)}${']'.repeat(manyTimes)},"data_offsets":[0,4]}}`,
        four
      ),
      /tensor 'x': shape/
    ],
    [
      'a tensor listed twice',
      fileOf(`{"x":${one({}).slice(5, -1)},"x":${one({}).slice(5, -1)}}`, four),
      /tensor 'x': it stands in the header twice/
    ],
    [
      'a tensor listed twice, written differently',
      fileOf(`{"x":${one({}).slice(5, -1)},"\\u0078":${one({}).slice(5, -1)}}`, four),
      /tensor 'x': it stands in the header twice/
    ],
    [
      'a dtype it does not know',
      fileOf(one({ dtype: 'F8_E4M3' }), four),
      /tensor 'x': dtype "F8_E4M3" is not supported; one of F64, F32/
    ],
    [
      'a dtype that every object has',
      fileOf(one({ dtype: 'constructor' }), four),
      /dtype "constructor" is not supported/
    ],
    ['a negative size', fileOf(one({ shape: [-1] }), four), /tensor 'x': shape \[-1\] is no list/],
    ['a size of 2^53', fileOf(one({ shape: [2 ** 53] }), four), /tensor 'x': shape/],
    [
      'more elements than bytes',
      fileOf(one({ shape: [1e9, 1e9, 1e9] }), four),
      /needs 4e\+27 bytes, its range has 4/
    ],
    [
      'more dimensions than a tensor has',
      fileOf(one({ shape: Array<number>(65).fill(1) }), four),
      /a list of 65 is no list of at most 64/
    ],
    ['offsets that run backwards', fileOf(one({ data_offsets: [4, 0] }), four), /its bytes are 4 to 0/],
    [
      'offsets behind the end',
      fileOf(one({ data_offsets: [4, 8] }), four),
      /the file has 4 bytes of data; it is truncated/
    ],
    [
      'a gap before the first tensor',
      fileOf(one({ data_offsets: [4, 8] }), new Uint8Array(8)),
      /tensor 'x': bytes 0 to 4 before it belong to no tensor/
    ],
    [
      'bytes behind the last tensor',
      fileOf(one({}), new Uint8Array(8)),
      /bytes 4 to 8 of the data belong to no tensor/
    ],
    [
      'overlapping tensors',
      fileOf(
        `{"x":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"y":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}`,
        four
      ),
      /tensor 'y': its bytes overlap those of 'x'/
    ],
    ['metadata that is no text', fileOf('{"__metadata__":{"a":1}}'), /__metadata__ must hold texts only/],
    ['what is no file at all', 'text' as never, /expected the bytes of a file as a Uint8Array/]
  ])('%s', (_, bytes, message) => {
    expect(() => parseSafetensors(bytes)).toThrow(SafetensorsError);
    expect(() => parseSafetensors(bytes)).toThrow(message);
  });

  test.each([
    [
      'tags of another version',
      { version: 2, keys: [], tags: {} },
      /written in version 2 of the format; this library reads version 1/
    ],
    [
      'a key without a tensor',
      { version: 1, keys: ['x', 'y'], tags: {} },
      /tensor 'y': it is listed, but the file has no such tensor/
    ],
    ['a key listed twice', { version: 1, keys: ['x', 'x'], tags: {} }, /tensor 'x': it is listed twice/],
    [
      'a tensor that no key mentions',
      { version: 1, keys: [], tags: {} },
      /tensor 'x': the state does not say where it belongs/
    ],
    [
      'a list of 2^40 parts',
      { version: 1, keys: ['x', 'y'], tags: { y: { tag: 'tuple', length: 2 ** 40 } } },
      /tensor 'y': length 1099511627776/
    ],
    ['parts nested without end', nested(2000), /parts of parts go deeper than 8/],
    [
      'an unknown tag',
      { version: 1, keys: ['x', 'y'], tags: { y: { tag: 'later' } } },
      /its tag is "later"; written by a newer version\?/
    ],
    [
      'an unknown packing',
      { version: 1, keys: ['x', 'y'], tags: { y: { tag: 'packed', kind: '__proto__' } } },
      /packed weights of kind "__proto__" are not known/
    ]
  ])('%s', (_, tags, message) => {
    const metadata = { 'fxquant.state_dict': JSON.stringify(tags) };
    const header = JSON.stringify({ __metadata__: metadata, ...(JSON.parse(one({})) as object) });
    expect(() => parseStateDict(fileOf(header, four))).toThrow(message);
  });

  test.each([{ toString: 1 }, 2, -1, null, '0'])('%j as an axis', axis => {
    const weight = torch.quantizePerChannel(
      torch.ones([1, 2]),
      fromData([0.1], [1]),
      fromData([0], [1]),
      0,
      'qint8'
    );
    const { header, data } = partsOf(saveStateDict(new nn.StateDict([['w', weight]])));
    const damaged = header.replace(
      '\\"axis\\":0',
      `\\"axis\\":${JSON.stringify(JSON.stringify(axis)).slice(1, -1)}`
    );
    expect(damaged).not.toBe(header);
    expect(() => parseStateDict(fileOf(damaged, data))).toThrow(
      /tensor 'w': axis .* is no dimension of \[1, 2\]/
    );
  });

  test('integers out of the range of their dtype', () => {
    const weight = torch.quantizePerChannel(
      torch.ones([1, 2]),
      fromData([0.1], [1]),
      fromData([0], [1]),
      0,
      'quint4x2'
    );
    const { header, data } = partsOf(saveStateDict(new nn.StateDict([['w', weight]])));
    const damaged = data.slice();
    damaged[0] = 16;
    expect(() => parseStateDict(fileOf(header, damaged))).toThrow(
      /tensor 'w#int': integers of quint4x2 are 0 to 15/
    );
  });
});

function nested(depth: number): object {
  const names = Array.from({ length: depth }, (_, i) => `y${'#0'.repeat(i)}`);
  const tags = Object.fromEntries(names.map(name => [name, { tag: 'tuple', length: 1 }]));
  return { version: 1, keys: ['x', 'y'], tags };
}
