import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { at } from '../../scripts/lib/paths.mjs';
import { once } from '../../scripts/lib/stamp.mjs';

const name = 'stamp-test';
const folder = at('.cache', name);
const input = at('.cache', name, 'input.txt');
const output = at('.cache', name, 'output.txt');

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  mkdirSync(folder, { recursive: true });
  writeFileSync(input, 'one');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(at('.cache', 'stamps', name), { force: true });
});

const step = (run: () => void = () => writeFileSync(output, 'made'), salt = '') =>
  once(name, {
    inputs: [`.cache/${name}/input.txt`],
    salt,
    outputs: [output],
    doing: 'making',
    run: async () => run()
  });

test('a step runs once, and again only when an input, the salt or the output has changed', async () => {
  expect(await step()).toBe(true);
  expect(await step()).toBe(false);
  writeFileSync(input, 'two');
  expect(await step()).toBe(true);
  expect(await step(undefined, 'salt')).toBe(true);
  rmSync(output);
  expect(await step(undefined, 'salt')).toBe(true);
  expect(await step(undefined, 'salt')).toBe(false);
});

test('a step that failed runs again', async () => {
  await step();
  writeFileSync(input, 'three');
  const broken = () => {
    throw new Error('disk full');
  };
  await expect(step(broken)).rejects.toThrow('disk full');
  expect(await step()).toBe(true);
});
