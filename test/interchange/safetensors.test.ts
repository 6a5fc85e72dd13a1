import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseSafetensors, SafetensorsError, writeSafetensors } from '../../src/interchange';

const file = readFileSync(join(__dirname, '../golden/digits.safetensors'));

describe('parseSafetensors', () => {
  test('reads what readFileSync returns, whose slice is a view and not a copy', () => {
    const digits = parseSafetensors(file);
    expect(digits.get('test/images')).toMatchObject({ shape: [360, 1, 8, 8], dtype: 'uint8' });
    const labels = digits.get('test/labels')?.data() ?? [];
    expect(labels).toHaveLength(360);
    expect(Math.max(...labels)).toBe(9);
  });

  test('reads back what writeSafetensors wrote', () => {
    const state = parseSafetensors(readFileSync(join(__dirname, '../golden/mlp.safetensors')));
    const again = parseSafetensors(writeSafetensors(state));
    expect([...again.keys()]).toEqual([...state.keys()]);
    for (const [name, tensor] of state) {
      expect(again.get(name)?.dtype).toBe(tensor.dtype);
      expect(again.get(name)?.shape).toEqual(tensor.shape);
      expect([...(again.get(name)?.data() ?? [])]).toEqual([...tensor.data()]);
    }
  });

  test.each([
    ['truncated data', file.subarray(0, file.length - 1), /tensor 'train\/labels': .* it is truncated/],
    ['a truncated header', file.subarray(0, 40), /the header claims \d+ bytes, the file has 32/],
    [
      'an absurd header length',
      Buffer.concat([Buffer.alloc(8, 0xff), file.subarray(8)]),
      /the header claims/
    ],
    ['text', Buffer.from('<!doctype html>'), /of another format/],
    ['an empty file', Buffer.alloc(0), /the file has 0 bytes/]
  ])('refuses %s with the number that is wrong', (_, bytes, message) => {
    expect(() => parseSafetensors(bytes)).toThrow(SafetensorsError);
    expect(() => parseSafetensors(bytes)).toThrow(message);
  });
});
