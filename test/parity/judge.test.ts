// The replay as a judge: a recording that is changed anywhere no longer passes, and the difference is named.

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../src';
import { parseSafetensors, writeSafetensors } from '../../src';
import { readCase, type Case } from './case';
import * as registry from './custom';
import { run } from './main';
import { replay } from './replay';

const GOLDEN = join(__dirname, '../golden');

/** A copy of the case with another value for some of its tensors. */
function withTensor(recorded: Case, key: string, change: (values: number[]) => void): Case {
  const tensor = recorded.tensors.get(key);
  if (!tensor) {
    throw new Error(`the recording has no ${key}`);
  }
  const values = Array.from(tensor.data());
  change(values);
  const copy = parseSafetensors(writeSafetensors(new Map([[key, tensor]]))).get(key) as Tensor;
  copy.data().set(values);
  return { ...recorded, tensors: new Map([...recorded.tensors, [key, copy]]) };
}

/** A copy with its JSON changed. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any document can be damaged
function withDocument(recorded: Case, change: (document: any) => void): Case {
  const { tensors, ...rest } = recorded;
  const document = JSON.parse(JSON.stringify(rest)) as Omit<Case, 'tensors'>;
  change(document);
  return { ...document, tensors };
}

const nextFloat = (value: number): number => {
  const [float, bits] = [new Float32Array([value]), new Uint32Array(1)];
  bits.set(new Uint32Array(float.buffer));
  bits[0] = (bits[0] as number) + 1;
  return new Float32Array(bits.buffer)[0] as number;
};

const add = (amount: number) => (values: number[]) => {
  values[0] = (values[0] as number) + amount;
};

describe('a changed recording does not pass', () => {
  const mlp = readCase(GOLDEN, 'mlp');
  const digits = readCase(GOLDEN, 'digits_cnn');
  const qat = readCase(GOLDEN, 'qat_conv_bn');

  test('the recordings as they are do', () => {
    expect(replay(mlp, registry)).toBeUndefined();
    expect(replay(digits, registry)).toBeUndefined();
  });

  test.each<[string, Case, RegExp]>([
    [
      "an observer's extremum in its last bit",
      withTensor(mlp, 'observer/activation_post_process_0/min_val', v => {
        v[0] = nextFloat(v[0] as number);
      }),
      /observer activation_post_process_0: min_val/
    ],
    [
      'a histogram',
      withTensor(mlp, 'observer/activation_post_process_0/histogram', add(1)),
      /observer activation_post_process_0: histogram/
    ],
    [
      'a histogram of computed values',
      withTensor(mlp, 'observer/activation_post_process_1/histogram', add(30)),
      /observer activation_post_process_1: histogram/
    ],
    ['a float output', withTensor(mlp, 'float_out', add(0.01)), /float output/],
    ['the prepared output', withTensor(mlp, 'prepared_out', add(0.01)), /prepared output/],
    ['the reference output', withTensor(mlp, 'reference_out', add(1)), /reference output/],
    ['the quantized output', withTensor(mlp, 'quantized_out', add(1)), /quantized output/],
    ['a weight', withTensor(mlp, 'quantized_weight/0#int', add(2)), /weight of '0': integers/],
    ["a channel's scale", withTensor(mlp, 'quantized_weight/0#scales', add(0.001)), /weight of '0': scale 0/],
    ['a bias', withTensor(mlp, 'quantized_bias/0', add(0.001)), /bias of '0'/],
    [
      'one integer of an integer kernel by one',
      withTensor(digits, 'quantized/conv1#int', v => {
        v[0] = (v[0] as number) > 0 ? (v[0] as number) - 1 : 1;
      }),
      /on recorded inputs, node conv1: 1 of \d+ integers/
    ],
    [
      'an argument',
      withDocument(digits, d => {
        d.prepared.nodes.find((n: { op: string }) => n.op === 'output').args = [[]];
      }),
      /prepared: 'output' has args/
    ],
    [
      'a keyword argument',
      withDocument(mlp, d => {
        d.reference.nodes.at(-2).kwargs.more = 1;
      }),
      /reference: '\w+' has kwargs/
    ],
    [
      "a module's class",
      withDocument(mlp, d => {
        d.quantized.modules['0'].type = 'torch.ao.nn.quantized.modules.linear.Linear';
      }),
      /quantized module '0': is a torch\.ao\.nn\.intrinsic/
    ],
    [
      "an observer's range",
      withDocument(mlp, d => {
        d.prepared.observers.activation_post_process_0.reduce_range = false;
      }),
      /observer activation_post_process_0: has reduce_range true, expected false/
    ],
    ['a gradient', withTensor(qat, 'qat/grad0/3.weight', add(0.01)), /training: gradient of 3\.weight/],
    [
      'the last loss',
      withTensor(qat, 'qat/losses', v => void v.splice(-1, 1, 9)),
      /training: loss of step 19/
    ],
    ['the trained state', withTensor(qat, 'qat/state/3.weight', add(0.5)), /trained/]
  ])('%s', (_, changed, difference) => {
    expect(replay(changed, registry)).toMatch(difference);
  });
});

describe('a damaged file is a failed case', () => {
  const damaged = (json: string, tensors: Uint8Array) => {
    const directory = mkdtempSync(join(tmpdir(), 'parity-'));
    writeFileSync(join(directory, 'mlp.json'), json);
    writeFileSync(join(directory, 'mlp.safetensors'), tensors);
    return run(directory, 'mlp', registry);
  };
  const json = readFileSync(join(GOLDEN, 'mlp.json'), 'utf8');
  const tensors = readFileSync(join(GOLDEN, 'mlp.safetensors'));

  test.each<[string, string, Uint8Array, RegExp]>([
    ['truncated JSON', json.slice(0, 999), tensors, /mlp\.json is no JSON/],
    ['another document', '{"a": 1}', tensors, /mlp\.json is no recorded case: 'modules' should be/],
    ['an unknown mode', json.replace('"static"', '"magic"'), tensors, /'mode' is "magic"/],
    ['truncated tensors', json, tensors.subarray(0, 5000), /safetensors: /],
    [
      'an unknown function',
      json.replaceAll('torch.nn.modules.linear.Linear', 'torch.nn.modules.linear.Liner'),
      tensors,
      /class torch\.nn\.modules\.linear\.Liner/
    ]
  ])('%s', (_, document, bytes, message) => {
    const result = damaged(document, bytes);
    expect(result.ok).toBe(false);
    expect(result.first).toMatch(message);
  });
});
