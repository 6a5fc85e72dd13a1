// A view on a host element with every event recorded, and documents of a few nodes.

import { vi } from 'vitest';
import {
  createGraphView,
  emptyGraphState,
  type GraphView,
  type GraphViewState
} from '../../../../src/lab/graph';
import type { GraphDocument, GraphNode, ModuleInfo, NodeStats } from '../../../../src/protocol';

export const trans = {
  __: (message: string, ...args: (string | number)[]) =>
    args.reduce<string>((text, arg, i) => text.replaceAll(`%${i + 1}`, String(arg)), message)
};

export function node(id: string, inputs: string[] = [], more: Partial<GraphNode> = {}): GraphNode {
  return {
    id,
    name: id,
    op: 'call_module',
    target: id,
    role: 'op',
    family: 'conv',
    label: id,
    type: 'Conv2d',
    scope: '',
    args: [],
    kwargs: {},
    inputs,
    value: { kind: 'tensor', shape: [1, 16, 8, 8], dtype: 'float32' },
    quantized: true,
    covers: [id],
    ...more
  };
}

export const observer = (of: string): GraphNode =>
  node(`obs:${of}`, [of], {
    role: 'observer',
    observes: of,
    observer: {
      type: 'HistogramObserver',
      dtype: 'quint8',
      qscheme: 'per_tensor_affine',
      quantMin: 0,
      quantMax: 127,
      reduceRange: true,
      isDynamic: false
    }
  });

export const module = (path: string, more: Partial<ModuleInfo> = {}): ModuleInfo => ({
  path,
  type: 'Block',
  isLibrary: false,
  isLeaf: false,
  structureKey: '',
  parameterCount: 0,
  ...more
});

export const graph = (
  nodes: GraphNode[],
  modules: ModuleInfo[] = [],
  more: Partial<GraphDocument> = {}
): GraphDocument => ({
  version: 1,
  modelName: 'net',
  className: 'Net',
  stage: 'prepared',
  nodes,
  modules,
  ...more
});

/** x → conv1 → [block: a → b] → fc → out, with observers on conv1 and b, and a skip from conv1 to b. */
export const typical = (): GraphDocument =>
  graph(
    [
      node('x', [], { role: 'input', op: 'placeholder', family: 'io' }),
      node('conv1', ['x']),
      observer('conv1'),
      node('a', ['obs:conv1'], { scope: 'block' }),
      node('b', ['a', 'obs:conv1'], { scope: 'block', family: 'arithmetic', type: '' }),
      observer('b'),
      node('fc', ['obs:b'], { family: 'linear', type: 'Linear', parameterBytes: 4000 }),
      node('out', ['fc'], { role: 'output', op: 'output', family: 'io' })
    ],
    [module('block')]
  );

export const stats = (id: string, spark: number[], more: Partial<NodeStats> = {}): [string, NodeStats] => [
  id,
  { id, count: 10, batches: 1, min: -1, max: 1, spark, zeroAt: 0.5, sqnr: 33.1, ...more }
];

const events = () => ({
  onSelect: vi.fn(),
  onActivate: vi.fn(),
  onToggle: vi.fn(),
  onFold: vi.fn(),
  onMark: vi.fn(),
  onContextMenu: vi.fn(),
  onStage: vi.fn(),
  onOverlay: vi.fn(),
  onUndo: vi.fn(),
  onRedo: vi.fn()
});

export interface Mounted {
  host: HTMLElement;
  view: GraphView;
  events: ReturnType<typeof events>;
  show(change: Partial<GraphViewState>): void;
  item(id: string): SVGElement;
  press(id: string, key: string, more?: KeyboardEventInit): KeyboardEvent;
}

export function mount(isStandalone = false): Mounted {
  const host = document.createElement('div');
  document.body.append(host);
  const recorded = events();
  const view = createGraphView(host, {
    trans,
    makeWorker: null,
    ...(isStandalone ? {} : { events: recorded })
  });
  let state: GraphViewState = emptyGraphState;
  const item = (id: string): SVGElement => {
    const found = [...host.querySelectorAll<SVGElement>('[data-node-id]')].find(
      element => element.dataset.nodeId === id
    );
    if (!found) throw new Error(`nothing drawn for ${id}`);
    return found;
  };
  return {
    host,
    view,
    events: recorded,
    item,
    show(change) {
      state = { ...state, ...change };
      view.update(state);
    },
    press(id, key, more = {}) {
      const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
      item(id).dispatchEvent(event);
      return event;
    }
  };
}
