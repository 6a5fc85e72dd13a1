// The page of the harness: the real view on a document passed in by the script.

import {
  createGraphView,
  emptyGraphState,
  type GraphView,
  type GraphViewState
} from '../../../../src/lab/graph';
import type { GraphDocument, NodeStats } from '../../../../src/protocol';
import type { NodeMeasures } from '../../../../src/lab/graph';

export interface Case {
  document: GraphDocument;
  stats?: [string, NodeStats][];
  measures?: [string, NodeMeasures][];
  collapsed?: string[];
  folds?: [string, number][];
  selection?: string[];
  overlay?: GraphViewState['overlay'];
  showOverlayChooser?: boolean;
}

const trans = {
  __: (message: string, ...args: (string | number)[]) =>
    args.reduce<string>((text, arg, i) => text.replaceAll(`%${i + 1}`, String(arg)), message)
};

let view: GraphView | undefined;
let state: GraphViewState = emptyGraphState;

const harness = {
  async show(given: Case): Promise<void> {
    view?.destroy();
    const host = document.getElementById('host');
    if (!host) return;
    state = {
      document: given.document,
      stats: new Map(given.stats),
      measures: new Map(given.measures),
      collapsed: new Set(given.collapsed),
      folds: new Map(given.folds),
      selection: given.selection ?? [],
      overlay: given.overlay ?? 'error'
    };
    view = createGraphView(host, {
      trans,
      makeWorker: null,
      options: { showOverlayChooser: given.showOverlayChooser === true }
    });
    view.update(state);
    await view.settled();
  },
  view: () => view
};
export type Harness = typeof harness;
Object.assign(window, { harness });
