// `npm run parity -- DIR [--json] [NAME…]`: replays every case of a directory and compares. Exits non-zero on any
// mismatch; `--json` prints `{ name, ok, first? }` per case, `first` saying what differs first.

import { readdirSync } from 'node:fs';
import { readCase } from './case';
import { replay, type Registry } from './replay';

export interface Result {
  readonly name: string;
  readonly ok: boolean;
  readonly first?: string;
}

export async function main(args: readonly string[], registry: Registry = {}): Promise<number> {
  const json = args.includes('--json');
  const [directory, ...names] = args.filter(arg => !arg.startsWith('--'));
  if (directory === undefined) {
    console.error('usage: npm run parity -- DIR [--json] [--custom FILE] [NAME…]');
    return 2;
  }
  const cases = names.length > 0 ? names : casesIn(directory);
  if (cases.length === 0) {
    console.error(`${directory} holds no case (NAME.json beside NAME.safetensors)`);
    return 2;
  }
  const results = cases.map(name => run(directory, name, registry));
  for (const result of results) {
    const line = result.ok ? `ok      ${result.name}` : `FAILED  ${result.name}: ${result.first ?? ''}`;
    console.log(json ? JSON.stringify(result) : line);
  }
  const failed = results.filter(r => !r.ok).length;
  if (!json) {
    console.log(`${results.length - failed} of ${results.length} cases as recorded`);
  }
  return failed === 0 ? 0 : 1;
}

export function casesIn(directory: string): string[] {
  const files = new Set(readdirSync(directory));
  return [...files]
    .filter(file => file.endsWith('.json') && files.has(file.replace(/\.json$/, '.safetensors')))
    .map(file => file.replace(/\.json$/, ''))
    .sort();
}

export function run(directory: string, name: string, registry: Registry): Result {
  try {
    const first = replay(readCase(directory, name), registry);
    return first === undefined ? { name, ok: true } : { name, ok: false, first };
  } catch (error) {
    return {
      name,
      ok: false,
      first: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    };
  }
}
