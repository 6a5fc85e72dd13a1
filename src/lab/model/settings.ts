// What a person sets once, in JupyterLab's settings: rows as in `schema/plugins/panel.json`.

import { BACKENDS, DEFAULT_BATCH_SIZE, isObject, type BackendName } from '../../protocol';

export interface PanelSettings {
  /** For models a notebook keeps no choices of. */
  readonly backend: BackendName;
  readonly batchSize: number;
  /** Up to so many nodes, module boxes start open. */
  readonly openNodes: number;
  /** The model of the active cell is shown. */
  readonly followActiveCell: boolean;
}

export const defaultSettings: PanelSettings = {
  backend: 'x86',
  batchSize: DEFAULT_BATCH_SIZE,
  openNodes: 60,
  followActiveCell: true
};

/** Settings from JSON; what cannot be used is as by default. */
export function readSettings(value: unknown): PanelSettings {
  const { backend, batchSize, openNodes, followActiveCell }: Record<string, unknown> = isObject(value)
    ? value
    : {};
  const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 1;
  return {
    backend: BACKENDS.find(name => name === backend) ?? defaultSettings.backend,
    batchSize: isCount(batchSize) ? batchSize : defaultSettings.batchSize,
    openNodes: isCount(openNodes) ? openNodes : defaultSettings.openNodes,
    followActiveCell: typeof followActiveCell === 'boolean' ? followActiveCell : true
  };
}
