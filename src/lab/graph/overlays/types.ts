// An overlay is data: a value per node, how long and how strong its bar is, and the words of its legend.
// One renderer draws them all. Absent values are absent: no bar, no zero.

import type { DocumentIndex } from '../documentIndex';
import type { GraphViewState, OverlayName, Translator } from '../types';

export interface LegendStop {
  /** 1 to 5, into the overlay's palette. */
  step: number;
  label: string;
}

export interface Overlay {
  name: OverlayName;
  /** Which five colours: `--fx-e1` … or `--fx-r1` …. */
  palette: 'e' | 'r';
  label(trans: Translator): string;
  /** Node id → value. Empty: there is nothing to show yet, and the overlay is offered disabled. */
  values(index: DocumentIndex, state: GraphViewState): ReadonlyMap<string, number>;
  scale(values: ReadonlyMap<string, number>): OverlayScale;
  /** Title, unit and thresholds; null where colours need no explanation beyond the lines' legend. */
  legend(trans: Translator, scale: OverlayScale): { title: string; unit: string; stops: LegendStop[] } | null;
}

export interface OverlayScale {
  step(value: number): number;
  /** Bar length, 0.06 to 1. */
  fraction(value: number): number;
  text(value: number): string;
  /** Where one step ends and the next begins, four of them. */
  thresholds?: number[];
}

/** Observer statistics by the node observed. */
export function byObserved<T>(
  index: DocumentIndex,
  state: GraphViewState,
  read: (stats: NonNullable<ReturnType<GraphViewState['stats']['get']>>) => T | undefined
): Map<string, T> {
  const found = new Map<string, T>();
  for (const stats of state.stats.values()) {
    if (stats.id.includes('>')) continue;
    const node = index.byId.get(stats.id)?.observes ?? stats.id.replace(/^obs:/, '');
    const value = index.byId.has(node) ? read(stats) : undefined;
    if (value !== undefined) found.set(node, value);
  }
  return found;
}

export const clampFraction = (value: number): number =>
  Number.isFinite(value) ? Math.max(0.06, Math.min(1, value)) : 0.06;

/** Five steps between the smallest and the largest value, by ratio: for what spans magnitudes. */
export function logScale(values: ReadonlyMap<string, number>, text: (value: number) => string): OverlayScale {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values.values()) {
    if (!(value > 0 && value < Infinity)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!(low <= high)) [low, high] = [1, 1];
  const span = Math.log(high / low) || 1;
  const at = (value: number): number => (value > 0 ? Math.log(value / low) / span : 0);
  return {
    text,
    fraction: value => clampFraction(value > 0 ? 0.12 + 0.88 * at(value) : 0),
    step: value => 1 + Math.max(0, Math.min(4, Math.floor(at(value) * 5))),
    thresholds: [1, 2, 3, 4].map(i => low * Math.exp((span * i) / 5))
  };
}
