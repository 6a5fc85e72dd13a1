// The suites of `npm test`. Each runs to its end, prints as it goes, and returns how many of its tests passed and
// failed. A suite that crashed, or that ran nothing, has failed: `outcome` counts that as one failed test.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { artifacts, at, root } from './paths.mjs';
import { run } from './run.mjs';
import { runTypeScript } from './typescript.mjs';
import { say } from './say.mjs';

const bin = (name, ...path) => [process.execPath, at('node_modules', name, ...path)];
const eslint = bin('eslint', 'bin', 'eslint.js');
const prettier = bin('prettier', 'bin', 'prettier.cjs');
const typescript = bin('typescript', 'bin', 'tsc');
const typedoc = bin('typedoc', 'bin', 'typedoc');
const vitest = bin('vitest', 'vitest.mjs');

/** In order: what is quick and most often wrong comes first. */
export const suites = {
  lint: async () => sum([await tool(eslint, '.'), await tool(prettier, '--check', '.')]),
  // The second sees what only a declaration file can get wrong.
  types: async () =>
    sum([
      await tool(typescript, '-p', 'tsconfig.json', '--noEmit'),
      await tool(typescript, '-p', 'tsconfig.cjs.json', '--noEmit')
    ]),
  // Every export has a docstring, and every link in one leads somewhere.
  docs: () => tool(typedoc, '--emit', 'none'),
  unit: () => vitestSuite('unit', 'vitest.config.ts'),
  parity,
  package: () => vitestSuite('package', 'test/e2e/vitest.config.mts', 'test/package/'),
  notebooks: () => vitestSuite('notebooks', 'test/e2e/vitest.config.mts', 'test/notebooks/'),
  e2e
};

/** Pictures and logs of this run only are left in `artifacts/e2e`. */
function e2e() {
  rmSync(join(artifacts, 'e2e'), { recursive: true, force: true });
  return vitestSuite('e2e', 'test/e2e/vitest.config.mts', 'test/e2e/');
}

/** One tool, one test: it finds nothing to complain about. */
async function tool([node, script], ...args) {
  const { code } = await run(node, [script, ...args]);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

const sum = results =>
  results.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed }), {
    passed: 0,
    failed: 0
  });

/** Counts by vitest's own report; the exit code catches what the report has no test for. */
async function vitestSuite(name, config, ...filters) {
  const report = at('.cache', 'test', `${name}.json`);
  rmSync(report, { force: true });
  const { code } = await run(vitest[0], [
    vitest[1],
    ...['run', '--config', config, '--root', root, ...filters],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  ]);
  if (!existsSync(report)) return outcome(name, { passed: 0, failed: 0 }, code);
  const counts = countReport(JSON.parse(readFileSync(report, 'utf8')));
  if (counts.skipped > 0) say(`${name}: ${counts.skipped} skipped`);
  return outcome(name, counts, code);
}

/** Numbers of a vitest report. A file that could not be loaded, or whose hooks failed, is one failure. */
export function countReport({ numPassedTests, numFailedTests, numPendingTests, testResults }) {
  const broken = testResults.filter(
    file => file.status === 'failed' && !file.assertionResults.some(each => each.status === 'failed')
  );
  return { passed: numPassedTests, failed: numFailedTests + broken.length, skipped: numPendingTests };
}

/** Folders of recorded cases. */
const RECORDED = ['test/golden', 'test/parity/cases'];

/** One test per recorded case. */
async function parity() {
  const results = [];
  for (const folder of RECORDED) results.push(await replay(folder));
  return sum(results);
}

async function replay(folder) {
  let { passed, failed } = { passed: 0, failed: 0 };
  let rest = '';
  const onData = text => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const result = parseCase(line);
      if (result === undefined) say(line);
      else if (result.ok) passed++;
      else failed++;
      if (result !== undefined)
        say(`  ${result.ok ? 'ok    ' : 'FAILED'} ${result.name}${firstDifference(result)}`);
    }
  };
  const { code } = await runTypeScript('test/parity/main.ts', [folder, '--json'], {
    registry: 'test/parity/custom.ts',
    onData
  });
  return outcome('parity', { passed, failed }, code);
}

function parseCase(line) {
  try {
    const value = JSON.parse(line);
    return typeof value?.ok === 'boolean' ? value : undefined;
  } catch {
    return undefined; // something else the runner printed
  }
}

const firstDifference = ({ ok, first }) =>
  ok || first === undefined ? '' : `: ${typeof first === 'string' ? first : JSON.stringify(first)}`;

/** What a suite counts as: one that ended badly, or ran nothing, has at least one failure. */
export function outcome(name, { passed, failed }, code) {
  if (code !== 0 && failed === 0) {
    say(`${name}: ended with code ${code} though no test failed; counted as one failure`);
    return { passed, failed: 1 };
  }
  if (passed + failed === 0) {
    say(`${name}: ran no test; counted as one failure`);
    return { passed, failed: 1 };
  }
  return { passed, failed };
}
