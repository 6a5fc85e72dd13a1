// What has to be installed before anything can be built or run: npm packages, a virtual environment with
// JupyterLab, the tslab kernel in it, and the link by which a notebook below the checkout finds `fxquant`.
// Nothing outside the checkout is written.
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from 'node:fs';
import { dirname, join } from 'node:path';
import { findPython, requireVenvModule } from './checks.mjs';
import { at, root, venv, venvPython } from './paths.mjs';
import { must, run } from './run.mjs';
import { once } from './stamp.mjs';
import { Failure, step } from './say.mjs';

/** Installs npm packages unless what stands in `node_modules` is already what the lockfile says. */
export async function installNodePackages() {
  if (isLockfileInstalled()) {
    step('npm packages', 'up to date');
    return;
  }
  step('npm packages', 'installing (1 to 3 minutes)');
  await must('The npm packages could not be installed', 'npm', ['ci', '--no-audit', '--no-fund']);
}

/** npm keeps a copy of the lockfile it has installed; the two agree when nothing is left to do. */
function isLockfileInstalled() {
  const installed = at('node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const packages = file => JSON.parse(readFileSync(file, 'utf8')).packages;
  const present = packages(installed);
  return Object.entries(packages(at('package-lock.json'))).every(
    ([path, wanted]) =>
      path === '' || wanted.optional || wanted.link || present[path]?.version === wanted.version
  );
}

export async function installVenv() {
  const requirements = readFileSync(at('requirements.txt'), 'utf8');
  const working = existsSync(venvPython) && (await works(venvPython));
  if (!working) {
    const python = await findPython();
    await requireVenvModule(python);
    step('python', `${python.version}, making a virtual environment in .venv`);
    rmSync(venv, { recursive: true, force: true });
    await must('The virtual environment could not be made', python.command, ['-m', 'venv', venv]);
  }
  await once('jupyterlab', {
    inputs: [],
    // The environment's own file is part of the key: a new environment needs a new installation.
    salt:
      requirements +
      createHash('sha256')
        .update(readFileSync(join(venv, 'pyvenv.cfg')))
        .digest('hex'),
    outputs: [join(venv, 'share', 'jupyter', 'lab', 'static', 'index.html')],
    doing: 'installing JupyterLab into .venv (1 to 3 minutes)',
    run: () =>
      must('JupyterLab could not be installed', venvPython, [
        ...['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--quiet'],
        ...['-r', at('requirements.txt')]
      ])
  });
}

async function works(python) {
  try {
    return (await run(python, ['-c', 'import pip'], { capture: true })).code === 0;
  } catch {
    return false;
  }
}

/**
 * Registers the tslab of this checkout as the kernel `tslab` of this environment only. By absolute paths: the kernel
 * runs with the Node that runs this script, whatever the PATH of the server is.
 */
export function installKernelspec() {
  const tslab = at('node_modules', 'tslab', 'bin', 'tslab');
  if (!existsSync(tslab)) throw new Failure('tslab is not among the installed npm packages.', 'Run:  npm ci');
  const spec = {
    argv: [process.execPath, tslab, 'kernel', '--config-path', '{connection_file}'],
    display_name: 'TypeScript',
    language: 'typescript'
  };
  const file = join(venv, 'share', 'jupyter', 'kernels', 'tslab', 'kernel.json');
  writeIfChanged(file, `${JSON.stringify(spec, null, 2)}\n`);
  step('kernel', 'TypeScript (tslab)');
}

/** Defaults of this environment's JupyterLab, which a person's own settings override. */
export function installSettings() {
  const overrides = {
    // No question about news over the first notebook, no request to any other server.
    '@jupyterlab/apputils-extension:notification': { fetchNews: 'false', checkForUpdates: false }
  };
  const file = join(venv, 'share', 'jupyter', 'lab', 'settings', 'overrides.json');
  writeIfChanged(file, `${JSON.stringify(overrides, null, 2)}\n`);
}

/**
 * Links `node_modules/fxquant` to the checkout. tslab resolves imports as Node 10 did, where a package cannot name
 * itself; by the link a notebook in `notebooks/` finds the types and the compiled code.
 */
export function linkPackage() {
  link(root, at('node_modules', 'fxquant'));
}

/** Lets JupyterLab load the built extension from where it is built, so a rebuild needs a page reload only. */
export function linkExtension() {
  link(at('jupyterlab_fxquant', 'labextension'), join(venv, 'share', 'jupyter', 'labextensions', 'fxquant'));
}

function link(target, path) {
  const present = lstatSync(path, { throwIfNoEntry: false });
  if (present?.isSymbolicLink() && readlinkSync(path) === target) return;
  rmSync(path, { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path, 'junction');
}

function writeIfChanged(file, text) {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
