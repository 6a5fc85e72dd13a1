// Replays golden cases of PyTorch with the TypeScript core and compares. The replay itself is `test/parity/main.ts`.
import { installNodePackages } from '../lib/install.mjs';
import { runTypeScript } from '../lib/typescript.mjs';

export async function main(args) {
  const { registry, rest } = takeCustom(args);
  if (!rest.includes('--json')) await installNodePackages();
  return (await runTypeScript('test/parity/main.ts', rest, { registry })).code;
}

/** `--custom FILE`: classes that a case names and its files cannot carry. Bundled with the runner, so taken here. */
function takeCustom(args) {
  const i = args.indexOf('--custom');
  if (i < 0) return { registry: 'test/parity/custom.ts', rest: args };
  return { registry: args[i + 1] ?? '', rest: args.toSpliced(i, 2) };
}
