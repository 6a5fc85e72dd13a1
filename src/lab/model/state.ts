// Everything the panel shows of one notebook, as one immutable value.

import {
  STAGES,
  type Evaluation,
  type GraphDocument,
  type GraphNode,
  type ModelInfo,
  type NodeHistogram,
  type NodeStats,
  type Recipe,
  type Remedy,
  type Stage,
  type VariableInfo
} from '../../protocol';
import type { OverlayName } from '../graph';
import type { LinkState } from '../connection/kernelLink';

export interface Progress {
  readonly request: number;
  readonly done: number;
  readonly total?: number;
  readonly text: string;
}

export interface PanelError {
  readonly message: string;
  readonly remedy?: string;
  readonly remedies?: readonly Remedy[];
}

/** A module that is to become a custom module: which classes is being asked. */
export interface CustomQuestion {
  readonly path: string;
  readonly className: string;
}

export interface PanelState {
  readonly link: LinkState | 'no-notebook';
  readonly kernelName: string;
  readonly models: readonly ModelInfo[];
  /** Variable name of the model shown. */
  readonly current: string | null;
  readonly recipe: Recipe | null;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly graphs: Readonly<Partial<Record<Stage, GraphDocument>>>;
  readonly stage: Stage;
  readonly stats: ReadonlyMap<string, NodeStats>;
  /** Samples seen by the last calibration. */
  readonly samples: number;
  readonly selection: readonly string[];
  readonly overlay: OverlayName;
  readonly collapsed: ReadonlySet<string>;
  readonly folds: ReadonlyMap<string, number>;
  readonly histogram: NodeHistogram | null;
  readonly variables: readonly VariableInfo[];
  readonly busy: boolean;
  readonly progress: Progress | null;
  readonly error: PanelError | null;
  readonly notice: string | null;
  readonly evaluation: Evaluation | null;
  readonly custom: CustomQuestion | null;
  readonly showsTree: boolean;
  /** Height in px a person gave to what stands below the graph; null for its own. */
  readonly sideHeight: number | null;
  /** What a screen reader is told. */
  readonly announcement: string;
}

export const emptyState: PanelState = {
  link: 'no-notebook',
  kernelName: '',
  models: [],
  current: null,
  recipe: null,
  canUndo: false,
  canRedo: false,
  graphs: {},
  stage: 'float',
  stats: new Map(),
  samples: 0,
  selection: [],
  overlay: 'type',
  collapsed: new Set(),
  folds: new Map(),
  histogram: null,
  variables: [],
  busy: false,
  progress: null,
  error: null,
  notice: null,
  evaluation: null,
  custom: null,
  showsTree: false,
  sideHeight: null,
  announcement: ''
};

/** The graph that is shown: of the chosen stage, else the furthest below it. */
export function shownGraph(state: PanelState): GraphDocument | null {
  return state.graphs[state.stage] ?? state.graphs.float ?? null;
}

/**
 * A node of the shown graph, or of the stage nearest before it that has one: conversion dissolves observers, and
 * what they saw stays worth reading.
 */
export function nodeOf(state: PanelState, id: string | undefined): GraphNode | undefined {
  const stages = STAGES.slice(0, STAGES.indexOf(state.stage) + 1).reverse();
  return [shownGraph(state), ...stages.map(stage => state.graphs[stage])]
    .map(graph => graph?.nodes.find(node => node.id === id))
    .find(node => node !== undefined);
}
