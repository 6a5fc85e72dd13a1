// Runs a TypeScript program of the checkout: bundled with esbuild to one CommonJS file in `.cache`, then run by Node.
import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { at, cache, root } from './paths.mjs';
import { run } from './run.mjs';
import { Failure } from './say.mjs';

/**
 * @param {string} entry a module of the checkout that exports `main(args, registry?): Promise<number>`
 * @param {string[]} args handed to `main`
 * @param {object} [options]
 * @param {string} [options.registry] a module handed to `main` as its second argument, bundled with it so that both see
 *   the same classes; it may import `fxquant` by name
 * @param {object} [options.run] options of `run`
 */
export async function runTypeScript(entry, args, { registry, ...options } = {}) {
  for (const file of registry === undefined ? [entry] : [entry, registry]) {
    if (!existsSync(resolve(root, file))) throw new Failure(`\`${file}\` does not exist.`);
  }
  // Loaded here: esbuild is an npm package, and this module is also read before there are any.
  const { build } = await import('esbuild');
  const outfile = join(cache, 'programs', `${entry.replaceAll(/[\\/.]/g, '-')}.cjs`);
  const path = file => JSON.stringify(isAbsolute(file) ? file : `./${relative(root, resolve(root, file))}`);
  await build({
    stdin: {
      contents: [
        `import { main } from ${path(entry)};`,
        registry === undefined
          ? 'const registry = undefined;'
          : `import * as registry from ${path(registry)};`,
        'main(process.argv.slice(2), registry).then(',
        '  code => { process.exitCode = code; },',
        '  error => { console.error(error); process.exitCode = 1; }',
        ');'
      ].join('\n'),
      resolveDir: root,
      loader: 'ts'
    },
    alias: { fxquant: at('src', 'index.ts') },
    bundle: true,
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'error',
    outfile
  });
  return run(process.execPath, ['--enable-source-maps', outfile, ...args], options);
}
