// Every notebook of the guide runs from top to bottom under real tslab, and is committed without outputs.

import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { at, root, venvPython } from '../../scripts/lib/paths.mjs';
import type { NotebookFile } from '../e2e/notebookFile';

interface Execution {
  failures: { cell: number; source: string; error: string }[];
  stdout: string[];
}

const names = readdirSync(at('notebooks')).filter(name => name.endsWith('.ipynb'));

/** What git would commit: a person who has run the notebook has outputs in the file, and that is fine. */
function committed(name: string): NotebookFile {
  const text = existsSync(at('.git'))
    ? execFileSync('git', ['show', `:notebooks/${name}`], { cwd: root, encoding: 'utf8' })
    : readFileSync(at('notebooks', name), 'utf8');
  return JSON.parse(text) as NotebookFile;
}

async function execute(name: string): Promise<Execution> {
  const script = at('test', 'notebooks', 'execute.py');
  const { stdout } = await promisify(execFile)(venvPython, [script, at('notebooks', name)], {
    env: { ...process.env, JUPYTER_PREFER_ENV_PATH: '1' },
    maxBuffer: 64 * 1024 * 1024
  });
  return JSON.parse(stdout) as Execution;
}

describe.each(names)('%s', name => {
  test('is committed without outputs and for the TypeScript kernel', () => {
    const { cells, metadata } = committed(name);
    expect(metadata['kernelspec']).toMatchObject({ name: 'tslab', language: 'typescript' });
    const code = cells.filter(cell => cell.cell_type === 'code');
    expect(code.length).toBeGreaterThan(0);
    for (const cell of code) expect(cell).toMatchObject({ execution_count: null, outputs: [] });
  });

  test('runs from top to bottom', async () => {
    const { failures } = await execute(name);
    expect(
      failures.map(({ cell, source, error }) => `cell ${cell}\n${source}\n---\n${error}`).join('\n')
    ).toBe('');
  });
});
