// Pictures of the graph view in both themes, into artifacts/graph: for looking at beside the visual reference.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cases } from './cases';
import { canRun, startChromium, type Stage } from './stage';

describe.skipIf(!canRun)('pictures of the graph view', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startChromium();
  });
  afterAll(() => stage?.close());

  for (const [name, { given, width, height, zoom }] of Object.entries(cases)) {
    for (const isLight of [true, false]) {
      const theme = isLight ? 'light' : 'dark';
      test(`${name}, ${theme}`, async () => {
        const page = await stage.open(given(), width, height, isLight);
        if (zoom !== undefined) await page.evaluate(k => window.harness.view()?.zoomBy(k), zoom);
        expect(await page.locator('.jp-fx-node').count()).toBeGreaterThan(2);
        await page.screenshot({ path: stage.picture(`${name}-${theme}`) });
        await page.close();
      });
    }
  }
});
