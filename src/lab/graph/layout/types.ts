// What goes into the layout and what comes out: plain data, so that it can cross to a worker.
// Only what is listed in `LayoutRequest` can influence a position; look here first when one surprises.

import type { GraphDocument, GraphNode, ModuleInfo } from '../../../protocol';
import { isUnreached } from '../failure';

export type LayoutNode = Pick<
  GraphNode,
  'id' | 'name' | 'role' | 'label' | 'scope' | 'inputs' | 'docksTo'
> & {
  /** How many float operations it stands for: its height counts them, so that fusing moves nothing. */
  weight: number;
  feedsOnlyQuantize?: boolean;
  /** A module as one node, because of a mark or of a failure: as large as a closed one. */
  isMarked?: boolean;
};

export type LayoutModule = Pick<ModuleInfo, 'path' | 'type' | 'structureKey' | 'isLeaf'>;

export interface LayoutRequest {
  nodes: LayoutNode[];
  modules: LayoutModule[];
  collapsed: string[];
  folds: [path: string, shown: number][];
  /** Modules that must stay recognizable, because something is said about them: never folded away. */
  distinct: string[];
}

export interface Point {
  x: number;
  y: number;
}
export interface Rect extends Point {
  w: number;
  h: number;
}

export interface FoldInfo {
  /** Path of the first repetition: the key in `GraphViewState.folds`. */
  key: string;
  paths: string[];
  shown: number;
}

export interface PlacedNode extends Rect {
  /** Place in the picture: keeps its value when another repetition is shown. */
  key: string;
  /** Node id, or module key for a closed module. */
  id: string;
  kind: 'op' | 'io' | 'attribute' | 'closed';
  dock: 'only' | 'top' | 'middle' | 'bottom';
  /** Module path whose box it stands in. */
  scope: string;
  depth: number;
  fold?: FoldInfo;
}

export interface PlacedBox extends Rect {
  key: string;
  path: string;
  depth: number;
  /** x of the straight chain, which header texts keep clear of. */
  axis: number;
  fold?: FoldInfo;
}

/** Where the capsule and the shape of a produced value stand. */
export interface PlacedSlot extends Point {
  key: string;
  /** Node id of the producer shown. */
  producer: string;
}

export interface PlacedEdge {
  key: string;
  /** Ids of the visible ends: node ids or module keys. */
  from: string;
  to: string;
  /** Node ids of the value's producer and consumer, also when they are inside closed modules. */
  producer: string;
  consumer: string;
  /** Observers, quantize and dequantize nodes passed on the way, in order. */
  via: string[];
  points: Point[];
  /** Leaves from a dot beside the straight edge. */
  isTapped: boolean;
}

export interface LayoutResult {
  nodes: PlacedNode[];
  boxes: PlacedBox[];
  edges: PlacedEdge[];
  slots: PlacedSlot[];
  bounds: Rect;
  /** Every node of the request → the id under which it is visible. */
  visible: [id: string, shown: string][];
  timings: [phase: string, milliseconds: number][];
}

/** The request for a document: everything else in it is ignored by the layout. */
export function layoutRequest(
  document: GraphDocument,
  collapsed: ReadonlySet<string>,
  folds: ReadonlyMap<string, number>
): LayoutRequest {
  const quantizeInputs = new Set<string>();
  const otherInputs = new Set<string>();
  for (const node of document.nodes) {
    const into = node.role === 'quantize' ? quantizeInputs : otherInputs;
    node.inputs.forEach((id, index) => (index === 0 ? otherInputs : into).add(id));
  }
  const distinct = document.modules.filter(m => m.mark !== undefined).map(m => m.path);
  for (const obstacle of document.obstacles ?? []) distinct.push(obstacle.modulePath);
  return {
    nodes: document.nodes.map(node => ({
      id: node.id,
      name: node.name,
      role: node.role,
      label: node.label,
      scope: node.scope,
      inputs: node.inputs,
      weight: Math.max(1, node.covers.length),
      ...(node.docksTo === undefined ? {} : { docksTo: node.docksTo }),
      ...(node.mark === undefined && !isUnreached(node.id) ? {} : { isMarked: true }),
      ...(quantizeInputs.has(node.id) && !otherInputs.has(node.id) ? { feedsOnlyQuantize: true } : {})
    })),
    modules: document.modules.map(({ path, type, structureKey, isLeaf }) => ({
      path,
      type,
      structureKey,
      isLeaf
    })),
    collapsed: [...collapsed],
    folds: [...folds],
    distinct
  };
}
