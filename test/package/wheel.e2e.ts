// The Python distribution: the wheel builds from a checkout and holds what JupyterLab looks for, where it looks.

import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json';
import { root, venvPython } from '../../scripts/lib/paths.mjs';

const run = promisify(execFile);

describe('the wheel', () => {
  let folder: string;
  let wheel: string;
  let files: string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'fxquant-wheel-'));
    const pip = ['-m', 'pip', 'wheel', '--disable-pip-version-check', '--no-deps', '--no-build-isolation'];
    await run(venvPython, [...pip, '--wheel-dir', folder, root]);
    wheel = readdirSync(folder).find(name => name.endsWith('.whl')) ?? '';
    const list = 'import sys, zipfile; print("\\n".join(zipfile.ZipFile(sys.argv[1]).namelist()))';
    const { stdout } = await run(venvPython, ['-c', list, join(folder, wheel)]);
    files = stdout.trim().split('\n');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('is named and versioned as the npm package is', () => {
    expect(wheel).toBe(`jupyterlab_fxquant-${packageJson.version}-py3-none-any.whl`);
  });

  test('installs the prebuilt extension where JupyterLab looks for it', () => {
    const shared = `jupyterlab_fxquant-${packageJson.version}.data/data/share/jupyter/labextensions/fxquant`;
    expect(files).toContain(`${shared}/package.json`);
    expect(files).toContain(`${shared}/install.json`);
    expect(
      files.filter(file => /\/static\/remoteEntry\.[0-9a-f]+\.js$/.test(file) && file.startsWith(shared))
    ).toHaveLength(1);
    expect(files).toContain(`${shared}/static/style.js`);
  });

  test('carries the Python package and nothing of the checkout beside it', () => {
    expect(files).toContain('jupyterlab_fxquant/__init__.py');
    const tops = new Set(files.map(file => file.split('/')[0]));
    expect([...tops].sort()).toEqual([
      'jupyterlab_fxquant',
      `jupyterlab_fxquant-${packageJson.version}.data`,
      `jupyterlab_fxquant-${packageJson.version}.dist-info`
    ]);
  });
});
