// The panel follows what a person looks at: the cell that has run, the active cell, the notebook in front.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { imports } from './cells';
import { Lab, type Notebook } from './lab';
import { writeNotebook } from './notebookFile';
import { Panel } from './panel';
import { join } from 'node:path';

const model = (className: string, variable: string, layers: number) => `
class ${className} extends nn.Module {
${Array.from({ length: layers }, (_, i) => `  fc${i} = new nn.Linear(4, 4);`).join('\n')}
  forward(x: Tensor): Tensor {
${Array.from({ length: layers }, (_, i) => `    x = this.fc${i}(x);`).join('\n')}
    return x;
  }
}
const ${variable} = new ${className}().eval();
const ${variable}Input = torch.ones([2, 4]);`;

describe('the panel follows', () => {
  let lab: Lab;
  let one: Notebook;
  let panel: Panel;
  beforeAll(async () => {
    lab = await Lab.start('follows');
    writeNotebook(join(lab.server.rootDir, 'notebooks/two.ipynb'), [imports, model('Other', 'net', 3)]);
    one = await lab.openCells('notebooks/one.ipynb', [
      imports,
      model('Short', 'net', 1),
      model('Long', 'long', 2),
      '1 + 1'
    ]);
    panel = new Panel(lab.page);
    await panel.open();
  });
  afterAll(() => lab.stop());

  test('a model is shown as soon as its cell has run, the last one first', async () => {
    lab.watch();
    await one.run(0);
    await one.run(1);
    await panel.shows('Short');
    await panel.node('fc0').waitFor();
    await one.run(2);
    await panel.shows('Long');
    await panel.node('fc1').waitFor();
    await lab.screenshot('last');
  });

  test('the active cell chooses among the models of a notebook', async () => {
    lab.watch();
    await one.select(1);
    await panel.shows('Short');
    await one.select(2);
    await panel.shows('Long');
  });

  test('a cell without a model leaves the graph as it is', async () => {
    lab.watch();
    await one.run(3);
    await panel.shows('Long');
  });

  test('running a cell again shows the new model of the same name', async () => {
    lab.watch();
    await one.write(1, model('Short', 'net', 4));
    await one.run(1);
    await panel.shows('Short');
    await panel.node('fc3').waitFor();
  });

  test('two notebooks with a model of the same name are kept apart', async () => {
    lab.watch();
    const two = await lab.openToo('notebooks/two.ipynb');
    await two.run(0);
    await two.run(1);
    await panel.shows('Other');
    await panel.node('fc2').waitFor();
    expect(await panel.node('fc3').count()).toBe(0);
    await lab.activate('notebooks/one.ipynb');
    await panel.shows('Short');
    await panel.node('fc3').waitFor();
    await lab.screenshot('two-notebooks');
  });
});
