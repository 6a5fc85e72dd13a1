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
}

export interface SectionProps {
  readonly state: PanelState;
  readonly model: PanelModel;
  readonly commands: PanelCommands;
  readonly trans: TranslationBundle;
}
