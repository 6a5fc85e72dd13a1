// What the scripts say when something is missing on the machine: each case is made by a stand-in program on an
// otherwise empty PATH, and the real script is run.

import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

interface Result {
  code: number;
  text: string;
}

function runScript(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Result> {
  return new Promise(resolve => {
    execFile(process.execPath, args, { env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), text: stdout + stderr });
    });
  });
}

describe.skipIf(process.platform === 'win32')('with a stand-in Python', () => {
  let bin: string;
  beforeEach(() => (bin = mkdtempSync(join(tmpdir(), 'fxquant-bin-'))));
  afterEach(() => rmSync(bin, { recursive: true, force: true }));

  /** A `python3` that says its version and fails to import what it lacks. */
  function standIn(version: string, hasVenv: boolean): void {
    const script = `#!/bin/sh\ncase "$2" in *version_info*) echo ${version};; *) exit ${hasVenv ? 0 : 1};; esac\n`;
    writeFileSync(join(bin, 'python3'), script);
    chmodSync(join(bin, 'python3'), 0o755);
  }
  const doctor = () =>
    runScript(['scripts/doctor.mjs'], { PATH: bin, PYTHON: '', CHROMIUM: '/nowhere/chrome' });

  test('a Python that is too old is named with its version and the one needed', async () => {
    standIn('3.8.10', true);
    const { code, text } = await doctor();
    expect(text).toContain('JupyterLab 4.6 needs Python 3.10 or newer; python3 is 3.8.10.');
    expect(code).toBe(1);
  });

  test('a Python without venv gets the package to install', async () => {
    standIn('3.12.3', false);
    const { code, text } = await doctor();
    expect(text).toContain('Python 3.12.3 (`python3`) has no venv module');
    expect(text).toContain('apt-get install python3-venv');
    expect(text).toContain('python3.12-venv');
    expect(code).toBe(1);
  });

  test('no Python at all is said, with how to name one that is elsewhere', async () => {
    const { code, text } = await doctor();
    expect(text).toContain('No Python was found');
    expect(text).toContain('PYTHON=/path/to/python3 npm start');
    expect(code).toBe(1);
  });

  test('a missing Chromium is no failure of the doctor, since only the tests need it', async () => {
    standIn('3.11.2', true);
    const { text } = await doctor();
    expect(text).toContain('only `npm test` needs it');
    expect(text).toContain('apt-get install chromium');
  });
});

test('an old Node is told so before anything newer is parsed', async () => {
  const pretend =
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '16.20.2' } });";
  const { code, text } = await runScript([
    '--import',
    `data:text/javascript,${pretend}`,
    'scripts/start.mjs'
  ]);
  expect(text).toContain('fxquant needs Node 20 or newer, and this is Node 16.20.2');
  expect(code).toBe(1);
});

describe('npm start', () => {
  test('refuses a taken port before it installs anything', async () => {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { code, text } = await runScript(['scripts/start.mjs', '--port', String(port)]);
    server.close();
    expect(text).toContain(`Port ${port} is taken by another program`);
    expect(text).not.toContain('npm packages');
    expect(code).toBe(1);
  });

  test.each([['nonsense'], ['0'], ['70000']])('says that %s is no port', async port => {
    const { code, text } = await runScript(['scripts/start.mjs', '--port', port]);
    expect(text).toContain(`\`${port}\` is not a port number`);
    expect(code).toBe(1);
  });

  test('names an option it does not know', async () => {
    const { code, text } = await runScript(['scripts/start.mjs', '--brwoser']);
    expect(text).toContain('`--brwoser` is not an option here.');
    expect(code).toBe(1);
  });
});

test('npm test names a suite it does not know, and those there are', async () => {
  const { code, text } = await runScript(['scripts/test.mjs', 'units']);
  expect(text).toContain('There is no suite `units`.');
  expect(text).toContain('lint|types|docs|unit|parity|package|notebooks|e2e');
  expect(code).toBe(1);
});
