// What the drawing functions share: layout, document, overlay and selection joined, as plain data without DOM.

import { indexOf, reachFrom, type DocumentIndex } from '../documentIndex';
import type { LayoutResult } from '../layout';
import { overlays, type Overlay, type OverlayScale } from '../overlays';
import { isModuleKey, modulePathOf, type GraphViewState, type Translator } from '../types';

export interface Scene {
  index: DocumentIndex;
  layout: LayoutResult;
  state: GraphViewState;
  overlay: Overlay;
  values: ReadonlyMap<string, number>;
  scale: OverlayScale;
  selected: ReadonlySet<string>;
  neighbours: ReadonlySet<string>;
  /** Visible ids up and down the paths of the selection. */
  upstream: ReadonlySet<string>;
  downstream: ReadonlySet<string>;
  /** Node id → the id it is visible under. */
  shownAs: ReadonlyMap<string, string>;
  trans: Translator;
}

export function makeScene(state: GraphViewState, layout: LayoutResult, trans: Translator): Scene | null {
  if (!state.document) return null;
  const index = indexOf(state.document);
  const overlay = overlays[state.overlay];
  const values = overlay.values(index, state);
  const shownAs = new Map(layout.visible);
  const paths = pathsOf(state.selection, index, shownAs);
  return {
    index,
    layout,
    state,
    overlay,
    values,
    scale: overlay.scale(values),
    selected: new Set(state.selection),
    ...paths,
    shownAs,
    trans
  };
}

type Paths = Pick<Scene, 'neighbours' | 'upstream' | 'downstream'>;

export function pathsOf(
  ids: readonly string[],
  index: DocumentIndex,
  shownAs: ReadonlyMap<string, string>
): Paths {
  const neighbours = new Set<string>();
  const upstream = new Set<string>();
  const downstream = new Set<string>();
  const primary = ids[0];
  if (primary === undefined || index.failed.has(primary) || index.notReached.has(primary))
    return { neighbours, upstream, downstream };
  const starts = isModuleKey(primary)
    ? (index.inside.get(modulePathOf(primary)) ?? []).map(node => node.id)
    : [primary];
  const own = new Set(starts);
  for (const [way, into] of [
    ['up', upstream],
    ['down', downstream]
  ] as const) {
    for (const start of starts) {
      for (const id of reachFrom(index, start, way)) if (!own.has(id)) into.add(shownAs.get(id) ?? id);
    }
    into.add(primary);
    for (const start of starts) into.add(shownAs.get(start) ?? start);
  }
  for (const id of starts) {
    for (const near of nearest(index, id)) if (!own.has(near)) neighbours.add(shownAs.get(near) ?? near);
  }
  neighbours.delete(primary);
  return { neighbours, upstream, downstream };
}

/** Operations next to a node, looking through observers and quantize nodes. */
export function nearest(index: DocumentIndex, id: string, way?: 'up' | 'down'): string[] {
  const found: string[] = [];
  const look = (from: string, direction: 'up' | 'down', depth: number): void => {
    const next = direction === 'up' ? index.byId.get(from)?.inputs : index.readers.get(from);
    for (const other of next ?? []) {
      const role = index.byId.get(other)?.role;
      if (role === 'observer' || role === 'quantize' || role === 'dequantize') {
        if (depth < 8) look(other, direction, depth + 1);
      } else if (!found.includes(other)) found.push(other);
    }
  };
  if (way !== 'down') look(id, 'up', 0);
  if (way !== 'up') look(id, 'down', 0);
  return found;
}

export const statsOf = (scene: Scene, producer: string) =>
  scene.state.stats.get(scene.index.observerOf.get(producer) ?? `obs:${producer}`);

export const stepColor = (overlay: Overlay, step: number): string => `var(--fx-${overlay.palette}${step})`;
