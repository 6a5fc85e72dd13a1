// Models that cannot be traced: the panel says where and why, offers the ways out, and one click on them is enough.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { imports, untraceable } from './cells';
import { Lab, type Notebook } from './lab';
import { Panel } from './panel';

describe('a model that cannot be traced', () => {
  let lab: Lab;
  let notebook: Notebook;
  let panel: Panel;
  beforeAll(async () => {
    lab = await Lab.start('not-traceable');
    notebook = await lab.openCells('notebooks/untraceable.ipynb', [
      imports,
      ...untraceable.map(each => each.cell)
    ]);
    panel = new Panel(lab.page);
    await panel.open();
    await notebook.run(0);
  });
  afterAll(() => lab.stop());

  describe.each(untraceable.map((each, i) => ({ ...each, index: i + 1 })))('$name', each => {
    test('is shown with its module, the line of the cell, and ways out', async () => {
      lab.watch();
      await notebook.run(each.index);
      await panel.shows(each.variable);
      await panel.alert.waitFor();
      const text = await panel.alert.innerText();
      expect(text).toContain(each.module);
      expect(text).toMatch(new RegExp(`line ${each.line}\\b`));
      expect(await panel.alert.getByRole('button', { name: /^Skip / }).count()).toBeGreaterThan(0);
      await lab.screenshot(`${each.variable}-stopped`);
    });

    test('traces after the recommended mark, which undo takes back', async () => {
      lab.watch();
      await panel.alert
        .getByRole('button', { name: /^Skip / })
        .first()
        .click();
      await panel.alert.waitFor({ state: 'detached' });
      await panel.node(each.module).waitFor();
      await panel.node('output').waitFor();
      await lab.screenshot(`${each.variable}-marked`);
      await panel.button(/^Undo/).click();
      await panel.alert.waitFor();
      await panel.button(/^Redo/).click();
      await panel.alert.waitFor({ state: 'detached' });
    });
  });
});
