// The example of the README is a program: it compiles under the TypeScript of the project, and runs.

import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { at, cache } from '../../scripts/lib/paths.mjs';

const run = promisify(execFile);

test('the example of the README type-checks and prints the shape and code of a quantized model', async () => {
  const example = /```ts\n([\s\S]*?)```/.exec(readFileSync(at('README.md'), 'utf8'))?.[1] ?? '';
  expect(example.split('\n').filter(line => line.trim() !== '').length).toBeLessThanOrEqual(20);
  const folder = join(cache, 'readme');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'example.ts'), example);
  const options = ['--strict', '--target', 'ES2022', '--module', 'CommonJS', '--moduleResolution', 'node10'];
  await run(process.execPath, [
    at('node_modules', 'typescript', 'bin', 'tsc'),
    ...[...options, '--skipLibCheck', '--types', 'node', join(folder, 'example.ts')]
  ]).catch((error: { stdout: string }) => expect(error.stdout).toBe(''));
  const { stdout } = await run(process.execPath, [join(folder, 'example.js')]);
  expect(stdout).toContain('[ 16, 10 ]');
  expect(stdout).toContain('forward');
});
