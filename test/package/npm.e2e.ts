// The npm package as a user gets it: packed, unpacked elsewhere, then required, imported and type-checked there.

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createContext, Script } from 'node:vm';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json';
import { at, root } from '../../scripts/lib/paths.mjs';

const run = promisify(execFile);

describe('the npm package', () => {
  let folder: string;
  let files: string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'fxquant-npm-'));
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root });
    const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
    if (packed === undefined) throw new Error('npm packed nothing');
    files = packed.files.map(file => file.path);
    const target = join(folder, 'node_modules', 'fxquant');
    mkdirSync(target, { recursive: true });
    await run('tar', ['-xzf', join(folder, packed.filename), '-C', target, '--strip-components=1']);
    // What npm would install with it, and Node's types, which declarations may name; nothing else is there.
    for (const name of [...Object.keys(packageJson.dependencies), '@types/node']) {
      mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
      symlinkSync(at('node_modules', name), join(folder, 'node_modules', name));
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('holds both builds, declarations and licence, and no sources or tests', () => {
    for (const file of [
      'lib/index.js',
      'lib/index.d.ts',
      'esm/index.js',
      'style/index.css',
      'LICENSE',
      'README.md'
    ]) {
      expect(files).toContain(file);
    }
    expect(files.filter(file => /^(src|test|scripts|notebooks|node_modules)\//.test(file))).toEqual([]);
  });

  test('computes after require, with its dependencies and nothing else installed', async () => {
    writeFileSync(
      join(folder, 'use.cjs'),
      "const { torch } = require('fxquant');\n" + 'console.log(torch.ones([2, 3]).shape.join());'
    );
    expect((await run(process.execPath, ['use.cjs'], { cwd: folder })).stdout.trim()).toBe('2,3');
  });

  test('bundles for a browser, where there is neither fs nor a kernel', async () => {
    const result = await build({
      stdin: {
        contents: "import { torch } from 'fxquant'; globalThis.out = torch.ones([2, 3]);",
        resolveDir: folder
      },
      bundle: true,
      platform: 'browser',
      format: 'iife',
      write: false,
      logLevel: 'silent'
    });
    // Run it where a browser's globals are all there is: no require, no process, no module.
    const context = createContext({ TextDecoder, TextEncoder, WebAssembly, performance });
    new Script(result.outputFiles[0]?.text ?? '').runInContext(context);
    expect(new Script('out.shape.join()').runInContext(context)).toBe('2,3');
  });

  test('type-checks under the TypeScript of tslab, strictly and with its module resolution', async () => {
    writeFileSync(
      join(folder, 'use.ts'),
      `import { F, Tensor, nn } from 'fxquant';
class Net extends nn.Module {
  fc = new nn.Linear(4, 2);
  forward(x: Tensor): Tensor {
    return F.relu(this.fc(x));
  }
}
export const net = new Net();
export const apply = (x: Tensor): Tensor => net(x);
// @ts-expect-error the argument is a tensor
net('x');
`
    );
    const compiler = at('node_modules', '@tslab', 'typescript-for-tslab', 'lib', 'typescript.js');
    const check = `
      const ts = require(${JSON.stringify(compiler)});
      const program = ts.createProgram(['use.ts'], { strict: true, noEmit: true, skipLibCheck: false, types: ['node'],
        target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.Node10 });
      for (const d of ts.getPreEmitDiagnostics(program)) {
        if (d.file && d.file.fileName.includes('@types')) continue;
        console.log((d.file ? d.file.fileName : '') + ': ' + ts.flattenDiagnosticMessageText(d.messageText, '\\n'));
      }`;
    expect((await run(process.execPath, ['-e', check], { cwd: folder })).stdout).toBe('');
  });
});
