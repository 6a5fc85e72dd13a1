// Which notebook the panel belongs to: follows the one in front, keeps a model for each, connects it to its kernel.

import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal, type ISignal } from '@lumino/signaling';
import { insertBelow } from './cells';
import { PanelModel, type NotebookHost } from '../model/panelModel';
import { defaultSettings, type PanelSettings } from '../model/settings';

export class Tracker {
  private readonly models = new Map<NotebookPanel, PanelModel>();
  private readonly nothing: PanelModel;
  private current: PanelModel;
  private settings: PanelSettings = defaultSettings;
  private readonly changedSignal = new Signal<this, void>(this);

  constructor(
    private readonly notebooks: INotebookTracker,
    private readonly trans: TranslationBundle
  ) {
    this.nothing = new PanelModel(
      {
        metadata: { getMetadata: () => undefined, setMetadata: () => undefined },
        insertCode: () => undefined
      },
      trans
    );
    this.current = this.nothing;
    notebooks.currentChanged.connect(this.onNotebook, this);
    notebooks.activeCellChanged.connect(this.onCell, this);
    this.onNotebook();
  }

  /** The model of the notebook in front, or an empty one. */
  get model(): PanelModel {
    return this.current;
  }

  get changed(): ISignal<this, void> {
    return this.changedSignal;
  }

  /** For all notebooks, those that are open as well. */
  setSettings(settings: PanelSettings): void {
    this.settings = settings;
    this.models.forEach(model => void model.applySettings());
  }

  dispose(): void {
    Signal.clearData(this);
    this.models.forEach(model => model.dispose());
    this.nothing.dispose();
  }

  private onNotebook(): void {
    const panel = this.notebooks.currentWidget;
    const next = panel ? (this.models.get(panel) ?? this.open(panel)) : this.nothing;
    if (next !== this.current) {
      this.current.changed.disconnect(this.onChanged, this);
      this.current = next;
      next.changed.connect(this.onChanged, this);
    }
    this.changedSignal.emit();
  }

  private onCell(): void {
    const panel = this.notebooks.currentWidget;
    const cell = this.notebooks.activeCell;
    if (panel && cell) {
      void this.models.get(panel)?.activateCell(cell.model.id);
    }
  }

  private onChanged(): void {
    this.changedSignal.emit();
  }

  private open(panel: NotebookPanel): PanelModel {
    const model = new PanelModel(hostOf(panel), this.trans, () => this.settings);
    this.models.set(panel, model);
    const { sessionContext } = panel;
    const attach = () => void model.attachKernel(sessionContext.session?.kernel ?? null);
    const onStatus = (_: unknown, status: string) => model.onKernelStatus(status);
    sessionContext.kernelChanged.connect(attach);
    sessionContext.statusChanged.connect(onStatus);
    panel.disposed.connect(() => {
      sessionContext.kernelChanged.disconnect(attach);
      sessionContext.statusChanged.disconnect(onStatus);
      this.models.delete(panel);
      model.dispose();
    });
    void Promise.all([sessionContext.ready, panel.revealed]).then(attach, attach);
    return model;
  }
}

function hostOf(panel: NotebookPanel): NotebookHost {
  return {
    metadata: {
      getMetadata: key => panel.model?.getMetadata(key) as unknown,
      setMetadata: (key, value) => panel.model?.setMetadata(key, value)
    },
    insertCode: code => insertBelow(panel, code)
  };
}
