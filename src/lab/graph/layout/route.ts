// Phase 6: the points of every edge, and the slots for capsules and shapes below what produces a value.
// All edges are made of vertical and horizontal runs; the view rounds the corners.

import type { Plan } from './columns';
import { isLast } from './columns';
import type { Item } from './levels';
import { CAPSULE_WIDTH, SLOT_OFFSET, TAP_OFFSET } from './metrics';
import type { Placed } from './place';
import type { Route } from './runs';
import type { PlacedEdge, PlacedSlot, Point } from './types';

export interface Routed extends Placed {
  edges: PlacedEdge[];
  slots: PlacedSlot[];
}

interface Exit extends Point {
  tap: number;
}

export function route(graph: Placed): Routed {
  const exits = findExits(graph.routes);
  const entries = spreadEntries(graph);
  const edges: PlacedEdge[] = [];
  const slots = new Map<string, PlacedSlot>();
  for (const each of graph.routes) {
    const plan = graph.plans.get(each);
    const source = lastOf(each.fromTrail);
    const target = lastOf(each.toTrail);
    const exit = exits.get(source);
    if (!plan || !exit) continue;
    const { producer, consumer, via } = each.link;
    const shownProducer = source.kind === 'closed' ? source.id : source.key;
    const shownConsumer = target.kind === 'closed' ? target.id : consumerShown(each, target);
    edges.push({
      key: JSON.stringify([shownProducer, producer, shownConsumer]),
      from: shownProducer,
      to: shownConsumer,
      producer,
      consumer,
      via,
      points: points(each, plan, exit, source, target, entries.get(each) ?? target.y + target.h / 2),
      isTapped: plan.kind === 'fork' || plan.kind === 'lane'
    });
    if (!slots.has(source.key))
      slots.set(source.key, {
        key: source.key,
        producer,
        x: exit.x - CAPSULE_WIDTH / 2,
        y: exit.y + SLOT_OFFSET
      });
  }
  return { ...graph, edges, slots: [...slots.values()] };
}

const lastOf = (trail: Item[]): Item => {
  const last = trail[trail.length - 1];
  if (!last) throw new RangeError('graph layout: an edge without ends');
  return last;
};

/** The member of a docked group that reads the value; of a repetition, the one shown in its place. */
function consumerShown(route: Route, target: Item): string {
  const members = target.groups[0]?.members ?? [];
  const own = members.find(member => member.id === route.link.consumer);
  if (own) return own.id;
  const index = route.link.to.members.findIndex(member => member.id === route.link.consumer);
  return members[index]?.id ?? target.key;
}

/**
 * Where a value leaves: below the outermost box at whose end it stands, unless somebody inside reads it too.
 */
function findExits(routes: Route[]): Map<Item, Exit> {
  const deepest = new Map<Item, number>();
  const trails = new Map<Item, Item[]>();
  for (const each of routes) {
    const source = lastOf(each.fromTrail);
    trails.set(source, each.fromTrail);
    deepest.set(source, Math.max(deepest.get(source) ?? 0, each.fromTrail.indexOf(each.from)));
  }
  const exits = new Map<Item, Exit>();
  for (const [source, trail] of trails) {
    let depth = trail.length - 1;
    for (
      let item = trail[depth];
      item && depth > (deepest.get(source) ?? 0) && isLast(item);
      item = trail[depth]
    )
      depth--;
    const item = trail[depth] ?? source;
    const bottom = item.y + item.h;
    exits.set(source, { x: item.x + item.axis, y: bottom, tap: bottom + TAP_OFFSET });
  }
  return exits;
}

const entersFromSide = (plan: Plan | undefined): boolean => plan?.kind === 'merge' || plan?.kind === 'lane';

const entersFromLeft = (route: Route, plan: Plan | undefined): boolean =>
  plan?.kind === 'lane' && plan.lane.side === 'left' && route.to.column > route.from.column;

/** Edges that enter a node from the same side share its height, the outermost lowest: so they do not cross. */
function spreadEntries(graph: Placed): Map<Route, number> {
  const bySide = new Map<string, Route[]>();
  for (const each of graph.routes) {
    const plan = graph.plans.get(each);
    if (!entersFromSide(plan)) continue;
    const key = `${entersFromLeft(each, plan) ? 'l' : 'r'}${lastOf(each.toTrail).key}/${each.link.consumer}`;
    bySide.set(key, [...(bySide.get(key) ?? []), each]);
  }
  const heights = new Map<Route, number>();
  const outwards = (each: Route): number => {
    const plan = graph.plans.get(each);
    if (plan?.kind === 'lane') return entersFromLeft(each, plan) ? -plan.lane.x : plan.lane.x;
    return each.from.x + each.from.axis;
  };
  for (const together of bySide.values()) {
    together.sort((a, b) => outwards(a) - outwards(b));
    together.forEach((each, index) => {
      const target = lastOf(each.toTrail);
      const member = graph.memberRows.get(consumerShown(each, target));
      const top = member?.y ?? target.y;
      const height = member?.h ?? target.h;
      const pitch = Math.min(8, (height - 8) / together.length);
      heights.set(each, top + height / 2 + (index - (together.length - 1) / 2) * pitch);
    });
  }
  return heights;
}

function points(each: Route, plan: Plan, exit: Exit, source: Item, target: Item, entry: number): Point[] {
  const right = target.x + target.w;
  switch (plan.kind) {
    case 'straight':
      return [
        { x: exit.x, y: source.y + source.h },
        { x: exit.x, y: target.y }
      ];
    case 'fork': {
      const x = target.x + target.axis;
      return [
        { x: exit.x, y: exit.tap },
        { x, y: exit.tap },
        { x, y: target.y }
      ];
    }
    case 'merge':
      return [
        { x: exit.x, y: source.y + source.h },
        { x: exit.x, y: entry },
        { x: right, y: entry }
      ];
    case 'lane': {
      const { x } = plan.lane;
      return [
        { x: exit.x, y: exit.tap },
        { x, y: exit.tap },
        { x, y: entry },
        { x: entersFromLeft(each, plan) ? target.x : right, y: entry }
      ];
    }
  }
  return plan satisfies never;
}
