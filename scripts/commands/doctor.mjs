// One line per thing the project needs, with what to do where it is missing.
import { existsSync } from 'node:fs';
import {
  chromiumRemedy,
  findChromium,
  findPython,
  isPortFree,
  packageVersion,
  requireVenvModule
} from '../lib/checks.mjs';
import { at, venvPython } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { bold, say } from '../lib/say.mjs';

/** Each returns what it found; a thrown Failure is a line with its remedy. `later` is made by `npm start`. */
const checks = [
  ['Node', async () => process.versions.node],
  ['npm', async () => firstLine(await run('npm', ['--version'], { capture: true }))],
  [
    'Python',
    async () => {
      const python = await findPython();
      await requireVenvModule(python);
      return `${python.version} (${python.command}), with venv`;
    }
  ],
  [
    'JupyterLab',
    async () =>
      existsSync(venvPython)
        ? firstLine(await run(venvPython, ['-m', 'jupyterlab', '--version'], { capture: true }))
        : later
  ],
  ['tslab', async () => packageVersion(at('node_modules', 'tslab')) ?? later],
  ['core', async () => (existsSync(at('lib', 'index.js')) ? 'built' : later)],
  [
    'extension',
    async () => (existsSync(at('jupyterlab_fxquant', 'labextension', 'package.json')) ? 'built' : later)
  ],
  ['Chromium', async () => findChromium() ?? `missing; only \`npm test\` needs it\n${chromiumRemedy}`],
  [
    'port 8888',
    async () => ((await isPortFree(8888)) ? 'free' : 'taken; `npm start` will use the next free one')
  ]
];
const later = 'not yet; `npm start` makes it';
const firstLine = ({ output }) => output.trim().split('\n')[0];

export async function main() {
  let code = 0;
  for (const [name, check] of checks) {
    let text;
    try {
      text = await check();
    } catch (error) {
      text = `${error.message}\n${error.remedy ?? ''}`.trimEnd();
      code = 1;
    }
    say(`${bold(name.padEnd(12))}${text.replaceAll('\n', '\n            ')}`);
  }
  return code;
}
