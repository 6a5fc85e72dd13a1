// The page of the harness: the real view on a document passed in by the script.

import {
  createGraphView,
  defaultCollapsed,
  emptyGraphState,
  type GraphView,
  type GraphViewState
} from '../../../../src/lab/graph';
import type { GraphDocument, GraphNode, NodeStats } from '../../../../src/protocol';
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

/** Blocks of blocks, closed as a first view closes them. */
function large(count: number): GraphDocument {
  const nodes: GraphNode[] = Array.from({ length: count }, (_, i) => ({
    id: `n${i}`,
    name: `n${i}`,
    op: 'call_module',
    target: `n${i}`,
    role: 'op',
    family: 'conv',
    label: `n${i}`,
    type: 'Conv2d',
    scope: `b${Math.floor(i / 200)}.c${Math.floor(i / 20)}`,
    args: [],
    kwargs: {},
    inputs: i === 0 ? [] : [`n${i - 1}`],
    value: { kind: 'tensor' },
    quantized: false,
    covers: [`n${i}`]
  }));
  const paths = new Set(nodes.flatMap(node => [node.scope, node.scope.split('.')[0] ?? '']));
  const modules = [...paths].map(path => ({
    path,
    type: 'Block',
    isLibrary: false,
    isLeaf: false,
    structureKey: '',
    parameterCount: 0
  }));
  return { version: 1, modelName: 'large', className: 'Large', stage: 'float', nodes, modules };
}

const harness = {
  /** `makeWorker` null: everything on this thread. */
  async show(given: Case, makeWorker: (() => Worker) | null = null): Promise<void> {
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
      makeWorker,
      options: { showOverlayChooser: given.showOverlayChooser === true }
    });
    view.update(state);
    await view.settled();
  },
  /** Milliseconds from a new document to its picture. */
  async showLarge(count: number, isOpen = false): Promise<number> {
    const document = large(count);
    const start = performance.now();
    await harness.show({ document, collapsed: isOpen ? [] : [...defaultCollapsed(document)] });
    return performance.now() - start;
  },
  /** The same in a worker; how many were made. */
  async showInWorker(count: number): Promise<number> {
    let made = 0;
    const url = URL.createObjectURL(new Blob([window.workerScript], { type: 'text/javascript' }));
    const document = large(count);
    await harness.show({ document, collapsed: [...defaultCollapsed(document)] }, () => {
      made++;
      return new Worker(url);
    });
    URL.revokeObjectURL(url);
    return made;
  },
  change(change: Partial<GraphViewState>): void {
    state = { ...state, ...change };
    view?.update(state);
  },
  view: () => view
};
export type Harness = typeof harness;
Object.assign(window, { harness });
