// The JupyterLab extension: one plugin per capability.

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, SessionContextDialogs } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';
import { graphRendererFactory } from './mimeRenderer';
import { executionCountOf, insertBelow, revealLine } from './panel/cells';
import { readSettings } from './model/settings';
import { fxquantIcon } from './panel/icon';
import { PanelWidget } from './panel/panelWidget';
import { Tracker } from './panel/tracker';
import type { PanelCommands } from './sections/context';

/** Also the name of its settings, `schema/plugins/panel.json`. */
const PANEL_PLUGIN = 'fxquant:panel';
const OPEN_IN_MAIN_AREA = 'fxquant:open-in-main-area';
const SHOW_PANEL = 'fxquant:show-panel';

function panelCommands(
  app: JupyterFrontEnd,
  notebooks: INotebookTracker,
  translator: ITranslator
): PanelCommands {
  const dialogs = new SessionContextDialogs({ translator });
  return {
    openInMainArea: () => void app.commands.execute(OPEN_IN_MAIN_AREA),
    openQuickstart: () =>
      void app.commands.execute('docmanager:open', { path: 'notebooks/00-quickstart-digits.ipynb' }),
    changeKernel: () => {
      const panel = notebooks.currentWidget;
      if (panel) {
        void dialogs.selectKernel(panel.sessionContext);
      }
    },
    insertImport: () => {
      const panel = notebooks.currentWidget;
      if (panel) {
        insertBelow(panel, "import { F, Tensor, nn, torch } from 'fxquant';", false);
      }
    },
    promptOf: cellId => {
      const panel = notebooks.currentWidget;
      return panel ? executionCountOf(panel, cellId) : undefined;
    },
    goToCell: (cellId, line) => {
      const panel = notebooks.currentWidget;
      if (panel) {
        void revealLine(panel, cellId, line);
      }
    }
  };
}

/** LabIcon's optional members and lumino's do not agree under exactOptionalPropertyTypes. */
function setIcon(widget: Widget): void {
  Object.assign(widget.title, { icon: fxquantIcon });
}

function addCommands(
  app: JupyterFrontEnd,
  panel: PanelWidget,
  services: {
    makeWide: () => PanelWidget;
    labShell: ILabShell | null;
    palette: ICommandPalette | null;
    trans: TranslationBundle;
  }
): void {
  const { makeWide, labShell, palette, trans } = services;
  let main: MainAreaWidget<PanelWidget> | null = null;
  const noArguments = { args: { type: 'object', properties: {} } } as const;
  app.commands.addCommand(SHOW_PANEL, {
    label: trans.__('Show Quantization Panel'),
    describedBy: noArguments,
    execute: () => app.shell.activateById(panel.id)
  });
  app.commands.addCommand(OPEN_IN_MAIN_AREA, {
    label: trans.__('Open Quantization in Main Area'),
    describedBy: noArguments,
    execute: () => {
      if (!main || main.isDisposed) {
        const content = makeWide();
        content.id = 'fxquant-main';
        main = new MainAreaWidget({ content });
        main.id = 'fxquant-main-area';
        main.title.label = trans.__('Quantization');
        setIcon(main);
        main.title.closable = true;
        app.shell.add(main, 'main', { mode: 'split-right' });
      }
      // The same twice is once too often, and the notebook needs the room.
      if (panel.isVisible) {
        labShell?.collapseRight();
      }
      app.shell.activateById(main.id);
    }
  });
  const category = trans.__('Quantization');
  palette?.addItem({ command: SHOW_PANEL, category });
  palette?.addItem({ command: OPEN_IN_MAIN_AREA, category });
}

const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: PANEL_PLUGIN,
  description: 'The panel that shows and steers the quantization of the model in the notebook in front.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ITranslator, ILayoutRestorer, ICommandPalette, ISettingRegistry, ILabShell],
  activate: (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    translator: ITranslator | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    settings: ISettingRegistry | null,
    labShell: ILabShell | null
  ) => {
    const words = translator ?? nullTranslator;
    const trans = words.load('fxquant');
    const tracker = new Tracker(notebooks, trans);
    void settings?.load(PANEL_PLUGIN).then(
      loaded => {
        const apply = () => tracker.setSettings(readSettings(loaded.composite));
        loaded.changed.connect(apply);
        apply();
      },
      // Without its settings the panel works by its defaults.
      () => undefined
    );
    const commands = panelCommands(app, notebooks, words);
    const panel = new PanelWidget(tracker, commands, trans);
    panel.id = 'fxquant-panel';
    setIcon(panel);
    panel.title.caption = trans.__('Quantization (fxquant)');
    panel.node.setAttribute('aria-label', trans.__('Quantization'));
    app.shell.add(panel, 'right', { rank: 900 });
    restorer?.add(panel, panel.id);
    addCommands(app, panel, {
      makeWide: () => new PanelWidget(tracker, commands, trans),
      labShell,
      palette,
      trans
    });
  }
};

const mimePlugin: JupyterFrontEndPlugin<void> = {
  id: 'fxquant:mime',
  description: 'Draws FX graphs in the outputs of notebooks, also without a kernel.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [ITranslator],
  activate: (_app: JupyterFrontEnd, rendermime: IRenderMimeRegistry, translator: ITranslator | null) => {
    rendermime.addFactory(graphRendererFactory(translator ?? nullTranslator), 60);
  }
};

export default [panelPlugin, mimePlugin];
