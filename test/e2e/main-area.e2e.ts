// A network of blocks, wide: the panel in the main area, a module marked before converting, and the dark theme.

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at } from '../../scripts/lib/paths.mjs';
import { quickstartCell, residualCell } from './cells';
import { Lab, type Notebook } from './lab';
import { Panel } from './panel';
import { poll } from './poll';

/** JupyterLab exposes itself to the tests. */
interface App {
  jupyterapp: { commands: { execute(id: string, args: object): Promise<unknown> } };
}

const path = 'notebooks/residual.ipynb';

describe('in the main area', () => {
  let lab: Lab;
  let notebook: Notebook;
  let panel: Panel;
  beforeAll(async () => {
    lab = await Lab.start('main-area');
    const weights = 'digits_resnet.safetensors';
    cpSync(at('test', 'golden', weights), join(lab.server.rootDir, 'notebooks', 'data', weights));
    notebook = await lab.openCells(path, [
      `${quickstartCell('data')}\n\n${quickstartCell('calibration')}`,
      residualCell
    ]);
    panel = new Panel(lab.page);
    await panel.open();
    for (const index of [0, 1]) await notebook.run(index);
    await panel.shows('resnet');
  });
  afterAll(() => lab.stop());

  test('the same model opens beside the notebook, blocks as boxes in boxes', async () => {
    lab.watch();
    await panel.button('Open in main area').click();
    // The sidebar gives way.
    await lab.page.locator('#fxquant-panel').waitFor({ state: 'hidden' });
    panel = panel.inMainArea();
    await panel.shows('resnet');
    await panel.module('layer1').waitFor();
    await panel.module('layer1.0').waitFor();
    await lab.screenshot('float');
  });

  test('a block marked there is marked in the notebook', async () => {
    lab.watch();
    await panel.markInTree('layer3', /non-traceable, this module/i);
    await poll(() => panel.root.innerText()).toMatch(/1 mark/);
    await lab.activate(path);
    await notebook.save();
    expect(JSON.stringify(notebook.metadata())).toContain('"layer3"');
  });

  test('calibrated, converted and evaluated there', async () => {
    lab.watch();
    await panel.chooseCalibration('calibration');
    await panel.button(/^Calibrate/).click();
    await panel.atStage('Calibrated');
    await panel.root.getByRole('radio', { name: 'Error' }).click();
    await panel.observerAfter('layer1_0_bn2').click();
    await poll(() => panel.inspector.innerText()).toMatch(/SQNR est\.\s+[\d.]+ dB/);
    await lab.screenshot('calibrated');
    await panel.button('Convert').click();
    await panel.atStage('Converted');
    await panel.chooseEvaluation('testImages', 'testLabels');
    await panel.button('Evaluate').click();
    await poll(() => panel.results.innerText()).toMatch(/98\.9 % → 9[89]\.\d %/);
    await lab.screenshot('evaluated');
  });

  test('wide enough, tree, graph and inspector stand side by side', async () => {
    lab.watch();
    await lab.page.setViewportSize({ width: 2400, height: 1050 });
    const boxes = [panel.root.getByRole('tree', { name: 'Modules' }), panel.graph, panel.inspector].map(
      async section => (await section.boundingBox())!
    );
    const [tree, graph, inspector] = await Promise.all(boxes);
    expect(tree!.x + tree!.width).toBeLessThanOrEqual(graph!.x + 1);
    expect(graph!.width).toBeGreaterThan(400);
    expect(graph!.x + graph!.width).toBeLessThanOrEqual(inspector!.x + 1);
    await lab.screenshot('wide');
  });

  test('in the dark theme', async () => {
    lab.watch();
    await lab.page.evaluate(() =>
      (window as unknown as App).jupyterapp.commands.execute('apputils:change-theme', {
        theme: 'JupyterLab Dark'
      })
    );
    await lab.page.locator('body[data-jp-theme-light="false"]').waitFor({ state: 'attached' });
    await lab.screenshot('dark');
  });
});
