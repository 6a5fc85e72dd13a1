// What every section is given: the state, the model that changes it, and the words.

import type { TranslationBundle } from '@jupyterlab/translation';
import type { PanelModel } from '../model/panelModel';
import type { PanelState } from '../model/state';

/** What sections ask of JupyterLab. */
export interface PanelCommands {
  openInMainArea(): void;
  openQuickstart(): void;
  changeKernel(): void;
  insertImport(): void;
  goToCell(cellId: string, line: number): void;
  /** The number before a cell, `[4]:`; undefined for a cell that is gone or has not run. */
  promptOf(cellId: string): number | undefined;
}

export interface SectionProps {
  readonly state: PanelState;
  readonly model: PanelModel;
  readonly commands: PanelCommands;
  readonly trans: TranslationBundle;
}
