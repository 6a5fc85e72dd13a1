// The graph view in real Chromium: what needs a pointer, real text or a real canvas.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GraphDocument } from '../../../../src/protocol';
import { goldenDocument } from '../fixtures';
import { cases } from './cases';
import type { Case } from './page';
import { startChromium, canRun, type Stage } from './stage';
import type { Page } from 'playwright-core';

describe.skipIf(!canRun)('graph view, by hand', () => {
  let stage: Stage;
  let page: Page;
  beforeAll(async () => {
    stage = await startChromium();
    const sidebar = cases['resnet-sidebar']!;
    page = await stage.open({ ...sidebar.given(), selection: [] }, 400, 560, true);
  });
  afterAll(() => stage?.close());

  const item = (id: string) => page.locator(`[data-node-id="${id}"]`);
  const scale = (): Promise<number> =>
    page.evaluate(() => new DOMMatrix(getComputedStyle(document.querySelector('.jp-fx-world')!).transform).a);
  const offset = (): Promise<number> =>
    page.evaluate(() => document.querySelector('.jp-fx-world')!.getBoundingClientRect().top);

  test('starts at 100 %, at the top of the graph, clear of the find field', async () => {
    expect(await scale()).toBe(1);
    const [pill, find] = [await item('x').boundingBox(), await page.locator('.jp-fx-search').boundingBox()];
    expect(pill!.y).toBeGreaterThanOrEqual(0);
    expect(pill!.x).toBeGreaterThan(find!.x + find!.width + 8);
  });

  test('no text runs out of its node', async () => {
    const outside = await page.evaluate(() =>
      [...document.querySelectorAll<SVGGElement>('.jp-fx-node')].flatMap(node => {
        const frame = node.querySelector('.jp-fx-outline')!.getBoundingClientRect();
        return [...node.querySelectorAll('text')]
          .filter(text => getComputedStyle(text).display !== 'none')
          .map(text => text.getBoundingClientRect())
          .filter(text => text.left < frame.left || text.right > frame.right + 0.5)
          .map(() => node.textContent);
      })
    );
    expect(outside).toEqual([]);
  });

  test('a click selects and puts the focus there; the ring shows', async () => {
    await item('obs:layer1_0_bn2').click();
    await item('obs:layer1_0_bn2').and(page.locator('.jp-mod-selected')).waitFor();
    expect(await item('obs:layer1_0_bn2').locator('.jp-fx-ring').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await page.locator('.jp-mod-selected').waitFor({ state: 'detached' });
  });

  test('dragging pans, the wheel zooms at the pointer once the graph has the focus', async () => {
    const before = await offset();
    await page.mouse.move(30, 300);
    await page.mouse.down();
    await page.mouse.move(30, 260, { steps: 4 });
    await page.mouse.up();
    expect(await offset()).toBeCloseTo(before - 40, 0);
    await item('layer1_0_relu').click();
    const box = await item('layer1_0_relu').boundingBox();
    const [x, y] = [box!.x + 20, box!.y + 10];
    await page.mouse.move(x, y);
    await page.mouse.wheel(0, -200);
    await expect.poll(scale).toBeGreaterThan(1.1);
    const now = await item('layer1_0_relu').boundingBox();
    expect(now!.x).toBeLessThan(x);
    expect(now!.x + now!.width).toBeGreaterThan(x);
    await page.keyboard.press('0');
    await expect.poll(scale).toBeLessThanOrEqual(1);
  });

  test('the header stays under the pointer when its box closes and opens', async () => {
    await page.evaluate(() => window.harness.view()?.zoomTo('module:layer1'));
    const header = item('module:layer1');
    const before = await header.boundingBox();
    await header.locator('.jp-fx-toggle').click();
    await expect.poll(() => header.getAttribute('aria-expanded')).toBe('false');
    const closed = await header.boundingBox();
    expect(Math.abs(closed!.x - before!.x)).toBeLessThan(8);
    expect(Math.abs(closed!.y - before!.y)).toBeLessThan(8);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => header.getAttribute('aria-expanded')).toBe('true');
  });

  test('hovering tells what the node does not say', async () => {
    await page.evaluate(() => window.harness.view()?.zoomTo('layer1_0_bn2'));
    await item('layer1_0_bn2').hover();
    await page.locator('.jp-fx-tip:visible').waitFor();
    expect(await page.locator('.jp-fx-tip').innerText()).toContain('layer1.0.conv2');
    await page.mouse.move(5, 300);
    await page.locator('.jp-fx-tip').waitFor({ state: 'hidden' });
  });

  test('find goes to a node inside a closed module', async () => {
    await page.keyboard.press('Escape');
    await item('x').focus();
    await page.keyboard.press('/');
    await page.keyboard.type('downsample');
    await item('module:layer2.0.downsample').waitFor();
  });

  test('the SVG stands alone and the PNG has the size of the graph', async () => {
    const svg = await page.evaluate(() => window.harness.view()?.exportSvg() ?? '');
    expect(svg).toContain('conv1');
    expect(svg).not.toContain('var(');
    const alone = await stage.blank();
    await alone.setContent(svg);
    expect(await alone.locator('svg text').count()).toBeGreaterThan(20);
    await alone
      .locator('svg')
      .first()
      .screenshot({ path: stage.picture('export') });
    await alone.close();
    const size = await page.evaluate(async () => {
      const blob = await window.harness.view()!.exportPng(1);
      const image = await createImageBitmap(blob);
      return [blob.type, image.width, image.height] as const;
    });
    expect(size[0]).toBe('image/png');
    expect(size[1]).toBeGreaterThan(300);
    expect(size[2]).toBeGreaterThan(500);
  });

  test('10,000 nodes are laid out and drawn, closed, within seconds', async () => {
    const milliseconds = await page.evaluate(() => window.harness.showLarge(10_000));
    expect(await page.locator('.jp-fx-node').count()).toBeLessThan(200);
    expect(milliseconds).toBeLessThan(3000);
  });

  test('a large graph is laid out in a worker, with the same picture', async () => {
    const places = (): Promise<(string | null)[]> =>
      page.locator('.jp-fx-node').evaluateAll(nodes => nodes.map(node => node.getAttribute('transform')));
    const here = await places();
    expect(await page.evaluate(() => window.harness.showInWorker(10_000))).toBe(1);
    expect(await places()).toEqual(here);
  });

  test('a new stage of the same model changes neither zoom nor place', async () => {
    await page.evaluate(
      text => window.harness.show(JSON.parse(text) as Case),
      JSON.stringify(cases.residual!.given())
    );
    await page.evaluate(() => window.harness.view()?.zoomBy(1.3));
    const before = await item('add').boundingBox();
    const later = JSON.stringify(goldenDocument('residual', 'converted'));
    await page.evaluate(
      text => window.harness.change({ document: JSON.parse(text) as GraphDocument }),
      later
    );
    const after = await item('relu_2').boundingBox();
    expect(after!.x).toBeCloseTo(before!.x, 0);
    expect(await scale()).toBeCloseTo(1.3, 5);
  });

  test('with motion everything ends where it does without', async () => {
    const given = { ...cases['resnet-sidebar']!.given(), selection: [] };
    const places = (of: Page): Promise<(string | null)[]> =>
      of
        .locator('.jp-fx-node, .jp-fx-slot, .jp-fx-edge')
        .evaluateAll(all =>
          all.map(each => `${each.getAttribute('transform')} ${getComputedStyle(each).opacity}`)
        );
    const still = await stage.open(given, 400, 560, true);
    const moving = await stage.open(given, 400, 560, true, true);
    for (const each of [still, moving]) {
      await each.evaluate(() => window.harness.change({ collapsed: new Set(['layer1', 'layer2']) }));
      await each.evaluate(() =>
        window.harness.change({ collapsed: new Set(['layer2']), folds: new Map([['layer1.0', -1]]) })
      );
      await each.evaluate(() => window.harness.change({ collapsed: new Set(['layer1.0']) }));
    }
    const end = await places(still);
    await expect.poll(() => places(moving)).toEqual(end);
    await Promise.all([still.close(), moving.close()]);
  });

  test('3,000 visible nodes are drawn, and selecting one of them is quick', async () => {
    const drawn = await page.evaluate(() => window.harness.showLarge(3000, true));
    expect(await page.locator('.jp-fx-node').count()).toBe(3000);
    const selected = await page.evaluate(() => {
      const start = performance.now();
      document
        .querySelector('[data-node-id="n1500"]')
        ?.dispatchEvent(new MouseEvent('click', { bubbles: true }));
      return performance.now() - start;
    });
    expect(drawn).toBeLessThan(5000);
    expect(selected).toBeLessThan(1000);
  });
});
