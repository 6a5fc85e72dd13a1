// All suites, or those named: `npm test -- unit e2e`. The last line is `N passed, M failed`, over all that ran.
import { canAptInstall, chromiumRemedy, findChromium } from '../lib/checks.mjs';
import { parse } from '../lib/args.mjs';
import { must } from '../lib/run.mjs';
import { Failure, bold, say, seconds, step } from '../lib/say.mjs';
import { setup } from '../lib/setup.mjs';
import { suites } from '../lib/suites.mjs';

const usage = `npm test -- [${Object.keys(suites).join('|')}]…`;

export async function main(args) {
  const { rest } = parse(args, {}, usage);
  const names = rest.length > 0 ? rest : Object.keys(suites);
  const unknown = names.find(name => !Object.hasOwn(suites, name));
  if (unknown !== undefined) throw new Failure(`There is no suite \`${unknown}\`.`, `Usage:  ${usage}`);

  say(bold('Preparing fxquant'));
  await setup();
  if (names.some(name => name === 'unit' || name === 'e2e')) await ensureChromium();

  const rows = [];
  for (const name of names) {
    say(`\n${bold(name)}`);
    const begin = Date.now();
    rows.push({ name, ...(await outcomeOf(name)), time: Date.now() - begin });
  }
  return report(rows);
}

/** A suite that cannot even be run is one failure, and the suites after it still run. */
async function outcomeOf(name) {
  try {
    return await suites[name]();
  } catch (error) {
    say(error instanceof Failure ? `${error.message}\n${error.remedy}` : error.stack);
    return { passed: 0, failed: 1 };
  }
}

function report(rows) {
  const total = key => rows.reduce((sum, row) => sum + row[key], 0);
  say('');
  for (const { name, passed, failed, time } of rows) {
    const counts = `${String(passed).padStart(5)} passed ${String(failed).padStart(4)} failed`;
    say(`${name.padEnd(12)}${counts}   ${seconds(time)}`);
  }
  say(`\n${total('passed')} passed, ${total('failed')} failed`);
  return total('failed') > 0 ? 1 : 0;
}

async function ensureChromium() {
  if (findChromium() !== undefined) return;
  if (!(await canAptInstall())) throw new Failure('The tests of the panel need Chromium.', chromiumRemedy);
  step('chromium', 'installing with apt-get');
  const [command, ...sudo] = process.getuid() === 0 ? ['apt-get'] : ['sudo', '-n', 'apt-get'];
  const apt = (...args) => must('Chromium could not be installed', command, [...sudo, ...args]);
  await apt('update', '-qq');
  await apt('install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core');
}
