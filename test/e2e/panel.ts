// The panel as a person or a screen reader finds it: by roles and names, in one place, so that a changed label is
// a change of one line here.

import type { Locator, Page } from 'playwright-core';
import { poll } from './poll';

export type StageName = 'Float' | 'Fused' | 'Prepared' | 'Calibrated' | 'Converted';

/** Long enough for a slow machine, short enough that the picture of a failure is taken before the test's limit. */
const patiently = { timeout: 60_000, interval: 50 };

export class Panel {
  readonly root: Locator;

  constructor(
    private readonly page: Page,
    area?: Locator
  ) {
    this.root = (area ?? page).locator('.jp-fx-Panel:visible');
  }

  /** The same panel where _Open in main area_ puts it. */
  inMainArea(): Panel {
    return new Panel(this.page, this.page.locator('#jp-main-dock-panel'));
  }

  /** Shows the panel in the right sidebar if it is not there yet. */
  async open(): Promise<void> {
    if (await this.root.isVisible()) return;
    await this.page
      .locator('.jp-SideBar.jp-mod-right')
      .getByRole('tab', { name: /fxquant/i })
      .click();
    await this.root.waitFor();
  }

  get graph(): Locator {
    return this.root.getByRole('tree', { name: 'Model graph' });
  }

  /** A node by its id, which is its torch.fx name: `first_gate_scale` for the call of `first.gate.scale`. */
  node(id: string): Locator {
    return this.graph.locator(`[data-node-id="${id}"]`);
  }

  /** The header of a module box, or the node a closed box is drawn as. */
  module(path: string): Locator {
    return this.node(`module:${path}`);
  }

  /** All nodes that are drawn, boxes and observers left out. */
  nodes(): Locator {
    return this.graph.locator('[data-node-id]:not([data-node-id^="module:"]):not([data-node-id^="obs:"])');
  }

  button(name: string | RegExp): Locator {
    return this.root.getByRole('button', { name });
  }

  stage(name: StageName): Locator {
    return this.root
      .getByRole('radiogroup', { name: 'Stage' })
      .getByRole('radio', { name: new RegExp(`^${name}`) });
  }

  /** The model the panel shows: variable name and class. */
  get picker(): Locator {
    return this.root.getByRole('button', { name: /^Model/ });
  }

  get alert(): Locator {
    return this.root.getByRole('alert');
  }

  get status(): Locator {
    return this.root.getByRole('status');
  }

  /** What a screen reader has been told last. */
  get announcement(): Locator {
    return this.root.getByRole('log');
  }

  get progress(): Locator {
    return this.root.getByRole('progressbar');
  }

  get inspector(): Locator {
    return this.root.getByRole('region', { name: 'Inspector' });
  }

  get results(): Locator {
    return this.root.getByRole('region', { name: 'Evaluation' });
  }

  /** The histogram capsule on the edge that leaves a node. */
  observerAfter(node: string): Locator {
    return this.node(`obs:${node}`);
  }

  /** Edges by the element type of what arrives. */
  edges(dtype: string): Locator {
    return this.graph.locator(`.jp-fx-edge[data-dtype="${dtype}"]`);
  }

  /** Selects a module and presses one of the keys that mark it. */
  async markByKey(path: string, key: 'l' | 'n' | 'c' | 'u'): Promise<void> {
    // On the name in the header: the middle of a box is whatever stands inside it.
    await this.module(path).click({ position: { x: 36, y: 11 } });
    await this.page.keyboard.press(key);
  }

  async chooseCalibration(variable: string): Promise<void> {
    await this.root.getByRole('combobox', { name: 'Calibration data' }).selectOption(variable);
  }

  async chooseEvaluation(inputs: string, labels: string): Promise<void> {
    await this.root.getByRole('combobox', { name: 'Evaluation inputs' }).selectOption(inputs);
    await this.root.getByRole('combobox', { name: 'Labels' }).selectOption(labels);
  }

  async chooseCustom(observed: string, quantized: string): Promise<void> {
    await this.root.getByRole('combobox', { name: /observed/i }).selectOption(observed);
    await this.root.getByRole('combobox', { name: /quantized/i }).selectOption(quantized);
    await this.button(/^Mark/).click();
  }

  /** Marks a module by the menu of its row in the module tree. */
  async markInTree(path: string, item: RegExp): Promise<void> {
    const tree = this.root.getByRole('tree', { name: 'Modules' });
    if (!(await tree.isVisible())) await this.button('Module tree').click();
    const row = tree.getByRole('treeitem', { name: path, exact: true });
    await row.click({ button: 'right' });
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  /** Scale and zero point of a node's value, as the inspector prints them. */
  async qparams(node: string): Promise<string> {
    await this.node(node).click();
    const text = await this.inspector.innerText();
    const [scale, zeroPoint] = [/scale\s+(\S+)/i, /zero point\s+(\S+)/i].map(each => each.exec(text)?.[1]);
    if (scale === undefined || zeroPoint === undefined)
      throw new Error(`No scale and zero point in: ${text}`);
    return `${scale}, ${zeroPoint}`;
  }

  async shows(model: string): Promise<void> {
    await poll(() => this.picker.innerText(), patiently).toContain(model);
  }

  async atStage(name: StageName): Promise<void> {
    await poll(() => this.stage(name).getAttribute('aria-checked'), patiently).toBe('true');
  }
}
