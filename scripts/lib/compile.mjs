// Compiles the checkout: `lib/` (CommonJS and declarations, for Node and tslab), `esm/` (for bundlers and the panel)
// and the prebuilt JupyterLab extension. Each step is skipped while what it reads is unchanged.
import { rmSync } from 'node:fs';
import { at } from './paths.mjs';
import { must } from './run.mjs';
import { once } from './stamp.mjs';

const configs = ['package-lock.json', 'tsconfig.json'];
const typescript = at('node_modules', 'typescript', 'bin', 'tsc');

export async function compileCore() {
  await compile('core', 'lib', 'tsconfig.cjs.json', 'cjs.tsbuildinfo', [
    at('lib', 'index.js'),
    at('lib', 'index.d.ts')
  ]);
}

export async function compileEsm() {
  await compile('esm', 'esm', 'tsconfig.esm.json', 'esm.tsbuildinfo', [
    at('esm', 'index.js'),
    at('esm', 'lab', 'index.js')
  ]);
}

function compile(name, folder, config, buildInfo, outputs) {
  return once(name, {
    inputs: ['src', config, ...configs],
    outputs,
    doing: `compiling to ${folder}/`,
    run: async () => {
      // From nothing: output of a deleted source must not live on, and a build info without output emits nothing.
      rmSync(at(folder), { recursive: true, force: true });
      rmSync(at('.cache', buildInfo), { force: true });
      await must('TypeScript reported errors', process.execPath, [typescript, '-p', config]);
    }
  });
}

/** Runs `@jupyter/builder` with the core metadata among the npm packages: no Python and no network. */
export async function buildExtension() {
  await once('extension', {
    inputs: ['src', 'style', 'schema', 'package.json', 'tsconfig.esm.json', ...configs],
    outputs: [at('jupyterlab_fxquant', 'labextension', 'package.json')],
    doing: 'building the JupyterLab extension',
    run: () =>
      must('The JupyterLab extension could not be built', process.execPath, [
        at('node_modules', '@jupyter', 'builder', 'lib', 'build-labextension.js'),
        ...['--core-package-file', at('node_modules', '@jupyterlab', 'core-meta', 'core.package.json')],
        at()
      ])
  });
}
