// What a person decided stays: in the notebook file, after a page reload and after a kernel restart.

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { poll } from './poll';
import { blocksCell, imports } from './cells';
import { Lab, type Notebook } from './lab';
import { readNotebook } from './notebookFile';
import { Panel } from './panel';

const path = 'notebooks/kept.ipynb';

describe('marks are kept', () => {
  let lab: Lab;
  let notebook: Notebook;
  let panel: Panel;
  beforeAll(async () => {
    lab = await Lab.start('persistence');
    notebook = await lab.openCells(path, [imports, blocksCell]);
    panel = new Panel(lab.page);
    await panel.open();
    await notebook.run(0);
    await notebook.run(1);
    await panel.markByKey('second.gate', 'n');
    await poll(() => panel.node('second_gate_scale').count()).toBe(0);
  });
  afterAll(() => lab.stop());

  test('in the metadata of the saved notebook', async () => {
    lab.watch();
    await notebook.save();
    const { metadata } = readNotebook(join(lab.server.rootDir, path));
    expect(metadata['fxquant']).toMatchObject({
      version: 1,
      recipes: { blocks: { marks: [{ kind: 'non_traceable_name', target: 'second.gate' }] } }
    });
  });

  test('after a page reload, with the running kernel', async () => {
    lab.watch();
    notebook = await lab.reload(path);
    await panel.open();
    await panel.shows('Blocks');
    await panel.node('second_gate').waitFor();
    expect(await panel.node('second_gate_scale').count()).toBe(0);
    await panel.node('first_gate_scale').waitFor();
    await lab.screenshot('reloaded');
  });

  test('after a kernel restart, once the cells have run again', async () => {
    lab.watch();
    await notebook.restart();
    await notebook.run(0);
    await notebook.run(1);
    await panel.shows('Blocks');
    await panel.node('second_gate').waitFor();
    expect(await panel.node('second_gate_scale').count()).toBe(0);
    await lab.screenshot('restarted');
  });
});
