// Phase 3: links of every level between its items, and from them the straight runs: the longest chain first,
// then branches. One pass in order and one against it, so time grows with items and links only.

import type { Group, Link } from './contract';
import type { Item, Level, Levelled } from './levels';

/** A link with its visible ends, and where these part: `level` is the deepest level that contains both. */
export interface Route {
  link: Link;
  level: Level;
  /** Ends within `level`; the trails go on inside them. */
  from: Item;
  to: Item;
  fromTrail: Item[];
  toTrail: Item[];
}

export interface WithRuns extends Levelled {
  routes: Route[];
}

export function findRuns(graph: Levelled): WithRuns {
  const routes = findRoutes(graph);
  for (const route of routes) connect(route.level, route.from, route.to);
  eachLevel(graph.root, decompose);
  return { ...graph, routes };
}

/** Parents before children. */
export function eachLevel(root: Level, visit: (level: Level) => void): void {
  const waiting = [root];
  for (let level = waiting.pop(); level; level = waiting.pop()) {
    visit(level);
    for (const item of level.items) if (item.level) waiting.push(item.level);
  }
}

function findRoutes(graph: Levelled): Route[] {
  const routes: Route[] = [];
  const seen = new Set<string>();
  const shown = (group: Group): Group => graph.standsIn.get(group) ?? group;
  for (const link of graph.links) {
    const fromTrail = graph.trail.get(shown(link.from));
    const toTrail = graph.trail.get(shown(link.to));
    if (!fromTrail || !toTrail) continue;
    let depth = 0;
    while (fromTrail[depth] && fromTrail[depth] === toTrail[depth]) depth++;
    const from = fromTrail[depth];
    const to = toTrail[depth];
    // The same item: inside a closed module. Backwards: from one repetition into the next.
    if (!from || !to || from.index >= to.index) continue;
    const last = (trail: Item[]): string => trail[trail.length - 1]?.key ?? '';
    const isClosed = toTrail[toTrail.length - 1]?.kind === 'closed';
    const key = JSON.stringify([last(fromTrail), last(toTrail), link.producer, isClosed || link.consumer]);
    if (seen.has(key)) continue;
    seen.add(key);
    routes.push({ link, level: from.parent, from, to, fromTrail, toTrail });
  }
  return routes;
}

function connect(level: Level, from: Item, to: Item): void {
  const outs = level.out.get(from) ?? new Set();
  if (outs.has(to)) return;
  level.out.set(from, outs.add(to));
  level.in.set(to, (level.in.get(to) ?? new Set()).add(from));
}

/** Longest chain by operations inside, then the longest of what is left, and so on. */
function decompose(level: Level): void {
  const { items } = level;
  const below = new Map<Item, number>();
  for (let i = items.length - 1; i >= 0; i--) {
    const item = items[i];
    if (!item) continue;
    let longest = 0;
    for (const next of level.out.get(item) ?? []) longest = Math.max(longest, below.get(next) ?? 0);
    // An attribute adds nothing to a chain: it is a parameter, not data that flows.
    below.set(item, longest + (item.kind === 'attribute' ? 0 : item.weight));
  }
  const placed = new Set<Item>();
  const follow = (start: Item): Item[] => {
    const run: Item[] = [];
    for (let item: Item | undefined = start; item;) {
      placed.add(item);
      item.run = run;
      item.step = run.length;
      run.push(item);
      let best: Item | undefined;
      for (const next of level.out.get(item) ?? []) {
        if (!placed.has(next) && (!best || (below.get(next) ?? 0) > (below.get(best) ?? 0))) best = next;
      }
      item = best;
    }
    return run;
  };
  const first = items
    .filter(item => item.kind !== 'attribute' && !level.in.has(item))
    .reduce<Item | undefined>(
      (best, item) => (!best || (below.get(item) ?? 0) > (below.get(best) ?? 0) ? item : best),
      undefined
    );
  if (first) level.runs.push(follow(first));
  for (const item of items) if (!placed.has(item)) level.runs.push(follow(item));
}
