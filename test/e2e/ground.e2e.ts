// The ground the other scenarios stand on: JupyterLab starts, the extension is loaded, tslab runs a cell.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from './lab';

describe('ground', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.start('ground');
  });
  afterAll(() => lab.stop());

  test('a TypeScript cell runs in the tslab kernel', async () => {
    lab.watch();
    const notebook = await lab.openCells('one.ipynb', ['1 + 1']);
    expect((await notebook.run(0)).trim()).toBe('2');
    await lab.screenshot('cell');
  });

  test('the extension is loaded and enabled', async () => {
    const response = await fetch(lab.server.url('lab/api/extensions'));
    const extensions = (await response.json()) as { name: string; status: string; enabled: boolean }[];
    expect(extensions.find(each => each.name === 'fxquant')).toMatchObject({ status: 'ok', enabled: true });
    expect(lab.errors).toEqual([]);
  });
});
