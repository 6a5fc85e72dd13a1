// Drives a real JupyterLab in a real Chromium, as a person would: by keyboard, clicks, and what is on the screen.
// It waits for states that the page shows, never for time to pass.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Locator, type Page } from 'playwright-core';
import { onTestFailed } from 'vitest';
import { poll } from './poll';
import { chromiumRemedy, findChromium } from '../../scripts/lib/checks.mjs';
import { artifacts } from '../../scripts/lib/paths.mjs';
import { readNotebook, writeNotebook } from './notebookFile';
import { startServer, type Server } from './server';

export const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync'
];

export class Lab {
  /** What the page printed as an error, for the log of a failed test. */
  readonly errors: string[] = [];

  private constructor(
    readonly name: string,
    readonly server: Server,
    readonly page: Page,
    private readonly context: BrowserContext,
    private readonly profile: string
  ) {
    page.on('pageerror', error => this.errors.push(`uncaught: ${error.stack ?? error.message}`));
    page.on('console', message => {
      if (message.type() === 'error') this.errors.push(`console: ${message.text()}`);
    });
  }

  /** Server and browser for one scenario; `name` names its folder and its pictures. */
  static async start(name: string): Promise<Lab> {
    const executablePath = findChromium();
    if (executablePath === undefined) throw new Error(`No Chromium was found.\n${chromiumRemedy}`);
    const server = await startServer(name);
    const profile = mkdtempSync(join(tmpdir(), 'fxquant-chromium-'));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath,
      headless: true,
      args: flags,
      viewport: { width: 1680, height: 1050 },
      reducedMotion: 'reduce'
    });
    context.setDefaultTimeout(60_000);
    const page = context.pages()[0] ?? (await context.newPage());
    return new Lab(name, server, page, context, profile);
  }

  async stop(): Promise<void> {
    await this.context.close();
    await this.server.stop();
    rmSync(this.profile, { recursive: true, force: true });
  }

  /** Call first in a test: a failure leaves a picture of the page and its error log. */
  watch(): void {
    onTestFailed(async () => {
      await this.screenshot('failed').catch(error => this.errors.push(`no picture: ${error}`));
      writeFileSync(join(artifacts, 'e2e', `${this.name}-failed.log`), this.errors.join('\n'));
    });
  }

  async screenshot(label: string): Promise<void> {
    await this.page.screenshot({ path: join(artifacts, 'e2e', `${this.name}-${label}.png`) });
  }

  /** Writes a notebook of code cells into the server's folder and opens it. */
  async openCells(path: string, cells: string[], kernel = 'tslab'): Promise<Notebook> {
    writeNotebook(join(this.server.rootDir, path), cells, kernel);
    return this.open(path);
  }

  /** Opens a notebook by its address in a fresh page state. */
  async open(path: string): Promise<Notebook> {
    await this.page.goto(this.server.url(`lab/tree/${path}?reset`));
    return this.opened(path);
  }

  async reload(path: string): Promise<Notebook> {
    await this.page.reload();
    return this.opened(path);
  }

  private async opened(path: string): Promise<Notebook> {
    await this.page.locator('#jupyterlab-splash').waitFor({ state: 'detached' });
    const title = path.split('/').at(-1) ?? path;
    await this.page.getByRole('main').getByRole('tab', { name: title }).waitFor();
    const notebook = new Notebook(this.page, join(this.server.rootDir, path));
    await notebook.idle();
    return notebook;
  }

  /** Opens another notebook in the same page, beside what is open. */
  async openToo(path: string): Promise<Notebook> {
    await this.menu('File', 'Open from Path…');
    await this.page.getByRole('dialog').getByRole('textbox').fill(path);
    await this.page.getByRole('dialog').getByRole('button', { name: 'Open' }).click();
    return this.opened(path);
  }

  /** Brings the tab of an open notebook to the front. */
  async activate(path: string): Promise<void> {
    const title = path.split('/').at(-1) ?? path;
    await this.page.getByRole('main').getByRole('tab', { name: title }).click();
  }

  async menu(bar: string, ...items: string[]): Promise<void> {
    await this.page.getByRole('menubar').first().getByRole('menuitem', { name: bar, exact: true }).click();
    for (const name of items) await this.page.getByRole('menuitem', { name }).last().click();
  }
}

/** Long enough for a slow machine, short enough that the picture of a failure is taken before the test's limit. */
const patiently = { timeout: 60_000, interval: 50 };

/** The notebook in front. */
export class Notebook {
  constructor(
    private readonly page: Page,
    private readonly file: string
  ) {}

  private get root(): Locator {
    return this.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden)');
  }

  cell(index: number): Locator {
    return this.root.locator('.jp-Cell').nth(index);
  }

  /** Runs a cell of a notebook file by its id, wherever it stands. */
  async runById(id: string): Promise<string> {
    const { cells } = readNotebook(this.file);
    const index = cells.findIndex(cell => cell.id === id);
    if (index < 0) throw new Error(`${this.file} has no cell '${id}'.`);
    return this.run(index);
  }

  /** Metadata of the notebook as it was last saved. */
  metadata(): unknown {
    return readNotebook(this.file).metadata;
  }

  cells(): Locator {
    return this.root.locator('.jp-Cell');
  }

  /**
   * Waits until the kernel is up and has nothing left to do. Both signs are needed: the indicator says idle before
   * there is a kernel, the status bar between two queued cells.
   */
  async idle(): Promise<void> {
    await this.page
      .locator('#jp-main-statusbar')
      .getByText(/\| Idle$/)
      .waitFor();
    await this.root.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor();
  }

  /** Selects a cell without running it. */
  async select(index: number): Promise<void> {
    await this.cell(index).locator('.jp-InputPrompt').click();
  }

  /** Runs one cell by Ctrl-Enter and waits for its end; returns the text it printed. */
  async run(index: number): Promise<string> {
    const prompt = this.cell(index).locator('.jp-InputPrompt');
    // Told apart by the text node, since after a restart the same number comes again.
    const before = await prompt.evaluateHandle(element => element.firstChild);
    await this.startRunning(index);
    let emptyPrompts = 0;
    const newPrompt = async () => {
      if (!(await prompt.evaluate((element, old) => element.firstChild !== old, before))) return '';
      const text = (await prompt.innerText()).trim();
      // tslab refuses what arrives within 200 ms of a failed cell, and the prompt is empty again.
      if (text === '[ ]:' && ++emptyPrompts % 10 === 0) await this.startRunning(index);
      return text;
    };
    await poll(newPrompt, patiently).toMatch(/^\[\d+\]:$/);
    await this.idle();
    return this.output(index);
  }

  /** Runs one cell without waiting. */
  async startRunning(index: number): Promise<void> {
    await this.select(index);
    await this.page.keyboard.press('Control+Enter');
  }

  /** Text of the outputs below a cell, standard error included. */
  async output(index: number): Promise<string> {
    const outputs = this.cell(index).locator('.jp-OutputArea-output');
    return (await outputs.allInnerTexts()).map(text => text.trimEnd()).join('\n');
  }

  /** Replaces a cell's source. */
  async write(index: number, source: string): Promise<void> {
    await this.cell(index).locator('.cm-content').click();
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.insertText(source);
  }

  async source(index: number): Promise<string> {
    const lines = await this.cell(index).locator('.cm-content .cm-line').allInnerTexts();
    return lines.map(line => line.replace(/\n$/, '')).join('\n');
  }

  /** Restarts the kernel by the menu, and waits until the new one is up. */
  async restart(): Promise<void> {
    await this.page
      .getByRole('menubar')
      .first()
      .getByRole('menuitem', { name: 'Kernel', exact: true })
      .click();
    await this.page.getByRole('menuitem', { name: /^Restart Kernel…/ }).click();
    await this.page.getByRole('dialog').getByRole('button', { name: 'Confirm Kernel Restart' }).click();
    await this.page.getByRole('dialog').waitFor({ state: 'detached' });
    await this.idle();
  }

  async save(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.page.keyboard.press('Control+s');
    await this.page
      .locator('#jp-main-dock-panel .lm-TabBar-tab.lm-mod-current.jp-mod-dirty')
      .waitFor({ state: 'detached' });
  }
}
