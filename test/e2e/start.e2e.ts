// `npm start` itself, on a checkout that is set up: nothing is done twice, the quickstart opens, Ctrl-C ends it all.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { poll } from './poll';
import { findChromium, freePortFrom, isPortFree } from '../../scripts/lib/checks.mjs';
import { artifacts, cache, root } from '../../scripts/lib/paths.mjs';
import { flags } from './lab';

test('npm start opens the quickstart with the TypeScript kernel, and ends with Ctrl-C', async () => {
  const home = join(cache, 'e2e', 'start');
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const port = await freePortFrom(20000 + (process.pid % 20000));
  const child = spawn(process.execPath, ['scripts/start.mjs', '--no-browser', '--port', String(port)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    // The account's own settings are not part of the test.
    env: { ...process.env, JUPYTER_CONFIG_DIR: home, JUPYTER_DATA_DIR: home, JUPYTER_RUNTIME_DIR: home }
  });
  const closed = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (output += text.toString()));
  try {
    const address = /http:\/\/127\.0\.0\.1:\d+\/lab\/tree\/notebooks\/00-quickstart-digits\.ipynb\?token=\w+/;
    await poll(() => output, { timeout: 120_000 }).toMatch(address);
    const url = address.exec(output)?.[0] ?? '';
    for (const step of ['npm packages', 'jupyterlab', 'core', 'esm', 'extension']) {
      expect(output).toMatch(new RegExp(`${step} +up to date`));
    }

    const executablePath = findChromium() ?? '';
    const browser = await chromium.launch({ executablePath, headless: true, args: flags });
    const page = await browser.newPage({ viewport: { width: 1680, height: 1050 } });
    await page.goto(url);
    await page.getByRole('main').getByRole('tab', { name: '00-quickstart-digits.ipynb' }).waitFor();
    await page.locator('#jp-main-statusbar').getByText('TypeScript | Idle').waitFor();
    await page.getByRole('heading', { name: 'Quantize a network that reads digits' }).waitFor();
    await page.screenshot({ path: join(artifacts, 'e2e', 'start.png') });
    await browser.close();
  } finally {
    child.kill('SIGINT');
    await closed;
  }
  expect(await isPortFree(port)).toBe(true);
});
