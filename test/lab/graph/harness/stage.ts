// One Chromium with the bundled view on a blank page, for the tests of this folder.

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium, type Page } from 'playwright-core';
import { findChromium } from '../../../../scripts/lib/checks.mjs';
import type { Case, Harness } from './page';

declare global {
  interface Window {
    harness: Harness;
    /** The layout worker, bundled. */
    workerScript: string;
  }
}

const OUT = join(__dirname, '../../../../artifacts/graph');
const executablePath = findChromium();

export const canRun = executablePath !== undefined;

export interface Stage {
  /** Without motion, unless it is asked for. */
  open(given: Case, width: number, height: number, isLight: boolean, isMoving?: boolean): Promise<Page>;
  blank(): Promise<Page>;
  /** Where a picture of this name goes. */
  picture(name: string): string;
  close(): Promise<void>;
}

export async function startChromium(): Promise<Stage> {
  mkdirSync(OUT, { recursive: true });
  const bundle = await build({
    entryPoints: [join(__dirname, 'page.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    // The page has no address of its own: the view is given no worker here.
    define: { 'import.meta.url': '""' }
  });
  const script = bundle.outputFiles[0]?.text ?? '';
  const worker = await build({
    entryPoints: [join(__dirname, '../../../../src/lab/graph/layout/layout.worker.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022'
  });
  const workerScript = worker.outputFiles[0]?.text ?? '';
  const style = ['../../../../style/graph.css', 'theme.css']
    .map(file => readFileSync(join(__dirname, file), 'utf8'))
    .join('\n');
  const browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run']
  });
  return {
    async open(given, width, height, isLight, isMoving = false) {
      const page = await browser.newPage({
        viewport: { width, height },
        reducedMotion: isMoving ? 'no-preference' : 'reduce'
      });
      await page.setContent(
        `<!doctype html><html lang="en"><body data-jp-theme-light="${isLight}"><div id="host" style="width:${width}px;height:${height}px"></div></body></html>`
      );
      await page.addStyleTag({ content: style });
      await page.addScriptTag({ content: script });
      await page.evaluate(text => void (window.workerScript = text), workerScript);
      await page.evaluate(text => window.harness.show(JSON.parse(text) as Case), JSON.stringify(given));
      return page;
    },
    blank: () => browser.newPage(),
    picture: name => join(OUT, `${name}.png`),
    close: () => browser.close()
  };
}
