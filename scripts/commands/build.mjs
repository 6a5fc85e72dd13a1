// Core, declarations and extension. For packaging too: it needs the npm packages and nothing else.
import { existsSync } from 'node:fs';
import { at } from '../lib/paths.mjs';
import { Failure } from '../lib/say.mjs';
import { build } from '../lib/setup.mjs';

export async function main() {
  if (!existsSync(at('node_modules', 'typescript'))) {
    throw new Failure('The npm packages are not installed.', 'Run:  npm ci');
  }
  await build();
}
