// Finds what has to be on the machine already, and says in one sentence what to do where it is not.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { run } from './run.mjs';
import { Failure } from './say.mjs';

const windows = process.platform === 'win32';

/** What `apt-get` users have to type; other systems bring the module with Python. */
const venvRemedy = version =>
  `On Debian and Ubuntu:  apt-get install python3-venv\n` +
  `(or python${version}-venv, to match this Python). On other systems install Python from python.org.`;

/**
 * The newest usable Python: `$PYTHON` if set, else the first of the usual names that is new enough.
 * @returns {Promise<{command: string, version: string}>}
 */
export async function findPython() {
  const names = process.env.PYTHON
    ? [process.env.PYTHON]
    : ['python3', 'python', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];
  const tooOld = [];
  for (const command of names) {
    const version = await pythonVersion(command);
    if (!version) continue;
    const [major, minor] = version.split('.').map(Number);
    if (major === 3 && minor >= 10) return { command, version };
    tooOld.push(`${command} is ${version}`);
  }
  throw new Failure(
    tooOld.length > 0
      ? `JupyterLab 4.6 needs Python 3.10 or newer; ${tooOld.join(', ')}.`
      : process.env.PYTHON
        ? `PYTHON is set to \`${process.env.PYTHON}\`, which does not run.`
        : 'No Python was found (looked for python3 and python).',
    'Install Python 3.10 or newer. If it has another name or place, say so:\n  PYTHON=/path/to/python3 npm start'
  );
}

async function pythonVersion(command) {
  try {
    const script = 'import sys; print(".".join(map(str, sys.version_info[:3])))';
    const { code, output } = await run(command, ['-c', script], { capture: true });
    return code === 0 ? output.trim() : undefined;
  } catch {
    return undefined; // no such program
  }
}

/** Debian ships Python without the parts that make a virtual environment. */
export async function requireVenvModule({ command, version }) {
  const { code } = await run(command, ['-c', 'import venv, ensurepip'], { capture: true });
  if (code === 0) return;
  throw new Failure(
    `Python ${version} (\`${command}\`) has no venv module, which the virtual environment for JupyterLab is made with.`,
    venvRemedy(version.split('.').slice(0, 2).join('.'))
  );
}

/** A Chromium or Chrome to drive in the end-to-end tests; `$CHROMIUM` wins. */
export function findChromium() {
  if (process.env.CHROMIUM) return existsSync(process.env.CHROMIUM) ? process.env.CHROMIUM : undefined;
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap(folder => names.map(name => join(folder, windows ? `${name}.exe` : name)));
  const usual = [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    join(process.env.PROGRAMFILES ?? '', 'Google', 'Chrome', 'Application', 'chrome.exe')
  ];
  return [...onPath, ...usual].find(path => existsSync(path));
}

export const chromiumRemedy =
  'On Debian and Ubuntu:  apt-get install chromium fonts-dejavu-core\n' +
  'Elsewhere install Chromium or Chrome, and if it is not found say where it is:  CHROMIUM=/path/to/chrome npm test';

/** Whether `apt-get install` can be run without asking anybody anything. */
export async function canAptInstall() {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get')) return false;
  if (process.getuid() === 0) return true;
  try {
    return (await run('sudo', ['-n', 'true'], { capture: true })).code === 0;
  } catch {
    return false;
  }
}

export function isPortFree(port) {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** The wanted port, or the next free one above it. */
export async function freePortFrom(port) {
  for (let candidate = port; candidate < port + 100; candidate++) {
    if (await isPortFree(candidate)) return candidate;
  }
  throw new Failure(
    `Ports ${port} to ${port + 99} are all taken.`,
    'Choose another:  npm start -- --port 9000'
  );
}

/** Version of an installed npm package, for the doctor. */
export function packageVersion(folder) {
  const file = join(folder, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined;
}
