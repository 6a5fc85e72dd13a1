// What the graph view is given and what it tells: the whole contract with the panel.
// The view holds no decisions of its own; a click becomes an event, the panel changes its state and calls
// `update`. Only what the pointer is doing (zoom, hover, focus) lives in the view.

import type { GraphDocument, NodeStats, Stage } from '../../protocol';

export const OVERLAYS = ['type', 'range', 'clipping', 'error', 'size', 'time'] as const;
/** What colours the nodes. */
export type OverlayName = (typeof OVERLAYS)[number];

/** Measurements the graph document does not carry, by node id. Absent values show as absent. */
export interface NodeMeasures {
  /** SQNR with only this node quantized, dB. */
  sqnrAlone?: number;
  /** SQNR of this node's value in the converted model, dB. */
  sqnrAccumulated?: number;
  milliseconds?: number;
}

/** Immutable: change it by making a new one. Parts that did not change should be the same object. */
export interface GraphViewState {
  document: GraphDocument | null;
  /** By observer node id (`obs:conv1`); kept at the converted stage, where capsules still show them. */
  stats: ReadonlyMap<string, NodeStats>;
  measures?: ReadonlyMap<string, NodeMeasures>;
  /** Node ids and module keys (`moduleKey(path)`), the first being the primary one. */
  selection: readonly string[];
  overlay: OverlayName;
  /** Paths of module boxes that are closed. */
  collapsed: ReadonlySet<string>;
  /** Repeated modules: which repetition's numbers show, by the first one's path; -1 shows them all, unfolded. */
  folds: ReadonlyMap<string, number>;
  /** True while the kernel works: capsules pulse, positions stay. */
  isBusy?: boolean;
}

export const emptyGraphState: GraphViewState = {
  document: null,
  stats: new Map(),
  selection: [],
  overlay: 'type',
  collapsed: new Set(),
  folds: new Map()
};

export type MarkRequest = 'leaf' | 'non_traceable' | 'custom' | null;

/** All optional: a MIME renderer listens to none, and the view then handles folding and selection itself. */
export interface GraphViewEvents {
  onSelect(ids: readonly string[]): void;
  /** Enter or double-click: go to the inspector. */
  onActivate(id: string): void;
  /** Open or close a module box. */
  onToggle(path: string, open: boolean): void;
  onFold(path: string, shown: number): void;
  /** Keys L, N, C, U on the focused node; null removes the mark. */
  onMark(kind: MarkRequest, id: string): void;
  /** Right click or Shift+F10; client coordinates. */
  onContextMenu(id: string, x: number, y: number): void;
  onStage(stage: Stage): void;
  onOverlay(overlay: OverlayName): void;
  onUndo(): void;
  onRedo(): void;
  /** For the panel's live region. */
  onAnnounce(text: string): void;
}

/** The part of JupyterLab's TranslationBundle the view uses. */
export interface Translator {
  __(message: string, ...args: (string | number)[]): string;
}

export interface GraphViewOptions {
  /** The sidebar keeps its own overlay row; the main area shows it over the graph. */
  showOverlayChooser?: boolean;
  /** Off in a notebook's output cell. */
  showMinimap?: boolean;
  /** Wheel zooms only with Ctrl, or when the graph has focus. Default true. */
  wheelNeedsFocus?: boolean;
}

export interface GraphViewDeps {
  trans: Translator;
  events?: Partial<GraphViewEvents>;
  options?: GraphViewOptions;
}

export interface GraphView {
  update(state: GraphViewState): void;
  /** Whole graph in view, never above 100 %. */
  fit(): void;
  zoomTo(id: string): void;
  zoomBy(factor: number): void;
  /** Puts the keyboard on a node, opening nothing; false where it is not visible. */
  focus(id?: string): boolean;
  openSearch(): void;
  /** The drawing as a self-contained SVG document, at 100 %. */
  exportSvg(): string;
  exportPng(scale?: number): Promise<Blob>;
  /** Resolves when the last update has been laid out and drawn. */
  settled(): Promise<void>;
  destroy(): void;
}

/** The id under which a module box is selected and focused: node ids never start so. */
export const moduleKey = (path: string): string => `module:${path}`;
export const isModuleKey = (id: string): boolean => id.startsWith('module:');
export const modulePathOf = (id: string): string => id.slice('module:'.length);
