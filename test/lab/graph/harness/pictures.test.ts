// Pictures of the graph view in real Chromium, both themes, into artifacts/graph: for looking at, and for what
// only a browser can say (sizes of text, clicks, pan and zoom). Runs where FX_CHROMIUM names a browser.

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Case, Harness } from './page';
import { cases } from './cases';

declare const window: Window & { harness: Harness };

const executablePath = process.env.FX_CHROMIUM;
const OUT = join(__dirname, '../../../../artifacts/graph');

describe.skipIf(executablePath === undefined)('graph view in Chromium', () => {
  let browser: Browser;
  let script = '';
  const style = ['../../../../style/graph.css', 'theme.css']
    .map(file => readFileSync(join(__dirname, file), 'utf8'))
    .join('\n');

  beforeAll(async () => {
    mkdirSync(OUT, { recursive: true });
    const bundle = await build({
      entryPoints: [join(__dirname, 'page.ts')],
      bundle: true,
      write: false,
      format: 'iife',
      target: 'es2022',
      define: { 'import.meta.url': '""' }
    });
    script = bundle.outputFiles[0]?.text ?? '';
    browser = await chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run']
    });
  });
  afterAll(() => browser?.close());

  async function open(given: Case, width: number, height: number, isLight: boolean): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height }, reducedMotion: 'reduce' });
    await page.setContent(
      `<!doctype html><html lang="en"><body data-jp-theme-light="${isLight}"><div id="host" style="width:${width}px;height:${height}px"></div></body></html>`
    );
    await page.addStyleTag({ content: style });
    await page.addScriptTag({ content: script });
    await page.evaluate(text => window.harness.show(JSON.parse(text) as Case), JSON.stringify(given));
    return page;
  }

  for (const [name, { given, width, height, zoom }] of Object.entries(cases)) {
    for (const isLight of [true, false]) {
      test(`${name}, ${isLight ? 'light' : 'dark'}`, async () => {
        const page = await open(given(), width, height, isLight);
        if (zoom !== undefined) await page.evaluate(k => window.harness.view()?.zoomBy(k), zoom);
        expect(await page.locator('.jp-fx-node').count()).toBeGreaterThan(2);
        await page.screenshot({ path: join(OUT, `${name}-${isLight ? 'light' : 'dark'}.png`) });
        await page.close();
      });
    }
  }
});
