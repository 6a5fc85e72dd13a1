// Phase 4, for each level from the innermost out: heights from top to bottom along the links, a column for
// every run, lanes for what skips, and from these the size of the level's box.

import type { Item, Lane, Level } from './levels';
import {
  BOX_BOTTOM,
  BOX_MAX_LEFT,
  BOX_MIN_HALF,
  BOX_SIDE,
  BOX_TOP,
  COLUMN_GAP,
  ENTRY_GAP,
  FORK_GAP,
  GAP,
  GAP_AFTER_BOX,
  GAP_BEFORE_BOX,
  LANE_OFFSET,
  LANE_PITCH,
  MERGE_GAP,
  TAP_OFFSET,
  headerWidth
} from './metrics';
import type { Route, WithRuns } from './runs';
import { eachLevel } from './runs';
import type { LayoutModule, LayoutRequest } from './types';

/** Where a lane begins that comes from above its level's box. */
const ABOVE = -64;

/** What a level's geometry leaves for `place`. */
export interface Sized extends WithRuns {
  /** How a route goes, decided here so that its lane has room. */
  plans: Map<Route, Plan>;
}

export type Plan = { kind: 'straight' } | { kind: 'fork' } | { kind: 'merge' } | { kind: 'lane'; lane: Lane };

export function sizeLevels(graph: WithRuns, request: LayoutRequest): Sized {
  const modules = new Map(request.modules.map(module => [module.path, module]));
  const plans = new Map<Route, Plan>();
  const byLevel = new Map<Level, Route[]>();
  for (const route of graph.routes) {
    const level = laneLevel(route) ?? route.level;
    const list = byLevel.get(level);
    if (list) list.push(route);
    else byLevel.set(level, [route]);
    const entered = level !== route.level && insideFirst(route);
    if (entered) level.entered.add(entered);
  }
  const levels: Level[] = [];
  eachLevel(graph.root, level => levels.push(level));
  for (const level of levels.reverse()) {
    stack(level);
    assignColumns(level);
    for (const route of byLevel.get(level) ?? []) planRoute(level, route, plans);
    assignLanes(level);
    setAcross(level, modules.get(level.path));
  }
  return { ...graph, plans };
}

/** In the longest chain of its level, at its end: what leaves it runs straight on through the box's border. */
export const isLast = (item: Item): boolean =>
  item.parent.runs[0] === item.run && item.step === item.run.length - 1;
export const isFirst = (item: Item): boolean => item.parent.runs[0] === item.run && item.step === 0;

export const isNext = (from: Item, to: Item): boolean => from.run === to.run && to.step === from.step + 1;

const inside = (trail: Item[], item: Item): Item[] => trail.slice(trail.indexOf(item) + 1);

/**
 * The value comes in straight from above, but its reader is further down inside the box: the lane runs inside,
 * at the first level where the reader's side is not the first of the chain.
 */
function laneLevel(route: Route): Level | undefined {
  if (!isNext(route.from, route.to) || !inside(route.fromTrail, route.from).every(isLast)) return undefined;
  return insideFirst(route)?.parent;
}

/** On the reader's side, the outermost item that does not stand first in its chain. */
const insideFirst = (route: Route): Item | undefined =>
  inside(route.toTrail, route.to).find(item => !isFirst(item));

function gapBetween(level: Level, from: Item, to: Item): number {
  // The dot where a branch or a skip leaves needs the same room as a box's border.
  const hasTap = (level.out.get(from)?.size ?? 0) > 1;
  return Math.max(
    GAP,
    to.kind === 'box' || hasTap ? GAP_BEFORE_BOX : 0,
    from.kind === 'box' ? GAP_AFTER_BOX : 0,
    from.kind === 'box' && to.kind === 'box' ? 32 : 0
  );
}

/** Top edge of every item: below what it reads, level with what it runs beside. */
function stack(level: Level): void {
  for (const item of level.items) {
    // A branch that comes in through the border starts a little below it, where its edge has room.
    item.y = level.entered.has(item) && item.step === 0 ? ENTRY_GAP : 0;
    for (const from of level.in.get(item) ?? []) {
      const bottom = from.y + from.h;
      if (isNext(from, item)) item.y = Math.max(item.y, bottom + gapBetween(level, from, item));
      else if (item.step === 0) item.y = Math.max(item.y, bottom + FORK_GAP);
      else item.y = Math.max(item.y, bottom + MERGE_GAP - item.h / 2, bottom + 6);
    }
  }
  // What reads nothing waits until it is needed, rather than standing at the top with a long edge.
  for (const run of level.runs.slice(1)) {
    const first = run[0];
    const last = run[run.length - 1];
    if (!first || !last || level.in.has(first) || level.entered.has(first)) continue;
    let room = Infinity;
    for (const item of run) {
      for (const to of level.out.get(item) ?? []) {
        if (to.run !== run) room = Math.min(room, to.y + Math.min(0, to.h / 2 - MERGE_GAP) - item.y - item.h);
      }
      if (item !== first && [...(level.in.get(item) ?? [])].some(from => from.run !== run)) room = 0;
    }
    if (room > 0 && room < Infinity) for (const item of run) item.y += room;
  }
}

/** The leftmost column that is free from where the branch leaves to where it comes back. */
function assignColumns(level: Level): void {
  const taken: [top: number, bottom: number][][] = [];
  level.runs.forEach((run, index) => {
    const first = run[0];
    const last = run[run.length - 1];
    if (!first || !last) return;
    const sources = [...(level.in.get(first) ?? [])].map(from => from.y + from.h);
    const targets = [...(level.out.get(last) ?? [])].map(to => to.y + to.h / 2);
    const top = Math.min(level.entered.has(first) ? ABOVE : first.y, ...sources) - 1;
    const bottom = Math.max(last.y + last.h + TAP_OFFSET, ...targets) + 1;
    let column = index === 0 ? 0 : 1;
    while (taken[column]?.some(([from, to]) => from < bottom && top < to)) column++;
    (taken[column] ??= []).push([top, bottom]);
    for (const item of run) item.column = column;
  });
}

function planRoute(level: Level, route: Route, plans: Map<Route, Plan>): void {
  const inner = laneLevel(route);
  const { from, to } = route;
  if (inner) {
    const target = insideFirst(route);
    if (!target) return;
    const isBranch = target.column > 0 && target.step === 0 && !level.in.has(target);
    if (isBranch && inside(route.toTrail, target).every(isFirst)) plans.set(route, { kind: 'fork' });
    else
      plans.set(route, {
        kind: 'lane',
        lane: lane(level, target.column, 'right', from, ABOVE, target, route)
      });
    return;
  }
  const leavesStraight = inside(route.fromTrail, from).every(isLast);
  const entersStraight = inside(route.toTrail, to).every(isFirst);
  const tap = from.y + from.h + TAP_OFFSET;
  let plan: Plan;
  if (isNext(from, to) && leavesStraight) plan = { kind: 'straight' };
  else if (to.column > from.column && to.step === 0 && entersStraight && isFork(level, from, to))
    plan = { kind: 'fork' };
  else if (to.column < from.column && from.step === from.run.length - 1 && leavesStraight)
    plan = { kind: 'merge' };
  else if (to.column === from.column)
    plan = { kind: 'lane', lane: lane(level, to.column, 'right', from, tap, to, route) };
  else
    plan = {
      kind: 'lane',
      lane: lane(level, Math.max(to.column, from.column), 'left', from, tap, to, route)
    };
  plans.set(route, plan);
}

/** Only one edge comes down a branch's own column. */
const isFork = (level: Level, from: Item, to: Item): boolean => {
  const sources = [...(level.in.get(to) ?? [])];
  return sources.reduce((best, item) => (item.y + item.h > best.y + best.h ? item : best), from) === from;
};

function lane(
  level: Level,
  column: number,
  side: Lane['side'],
  from: Item,
  top: number,
  to: Item,
  route: Route
): Lane {
  const bottom = to.y + to.h / 2;
  let found = level.lanes.find(
    l =>
      l.from === from &&
      l.column === column &&
      l.side === side &&
      l.links[0]?.producer === route.link.producer
  );
  if (!found) {
    found = { column, side, from, top, bottom, slot: 0, x: 0, links: [] };
    level.lanes.push(found);
  }
  found.top = Math.min(found.top, top);
  found.bottom = Math.max(found.bottom, bottom);
  found.links.push(route.link);
  return found;
}

/** The longest lane outermost: shorter ones take the places near the nodes first. */
function assignLanes(level: Level): void {
  const order = [...level.lanes].sort((a, b) => a.bottom - a.top - (b.bottom - b.top) || b.top - a.top);
  const placed = new Map<string, Lane[][]>();
  for (const each of order) {
    const side = `${each.column}${each.side}`;
    const slots = placed.get(side) ?? [];
    placed.set(side, slots);
    // Not `findIndex` of the first free one: a longer lane inside a shorter one would cross it.
    let slot = 0;
    slots.forEach((lanes, index) => {
      if (lanes.some(other => other.top < each.bottom + 4 && each.top < other.bottom + 4)) slot = index + 1;
    });
    each.slot = slot;
    (slots[slot] ??= []).push(each);
  }
}

const lanesBeside = (level: Level, column: number, side: Lane['side']): Lane[] =>
  level.lanes.filter(each => each.column === column && each.side === side);

const widthOf = (lanes: Lane[]): number =>
  lanes.reduce((width, each) => Math.max(width, LANE_OFFSET + each.slot * LANE_PITCH), 0);

/** x of columns and lanes, with column 0's axis at 0; then the box around them. */
function setAcross(level: Level, module: LayoutModule | undefined): void {
  const count = level.items.reduce((max, item) => Math.max(max, item.column + 1), 0);
  const columns: Item[][] = Array.from({ length: count }, () => []);
  for (const item of level.items) columns[item.column]?.push(item);
  let left = 0;
  let right = 0;
  let edge = 0;
  for (let column = 0; column < count; column++) {
    const items = columns[column] ?? [];
    const before = items.reduce((max, item) => Math.max(max, item.axis), 0);
    const after = items.reduce((max, item) => Math.max(max, item.w - item.axis), 0);
    const lanesLeft = lanesBeside(level, column, 'left');
    const lanesRight = lanesBeside(level, column, 'right');
    const axis = column === 0 ? 0 : edge + Math.max(COLUMN_GAP, widthOf(lanesLeft) + BOX_SIDE) + before;
    for (const item of items) item.x = axis - item.axis;
    for (const each of lanesLeft) each.x = axis - before - LANE_OFFSET - each.slot * LANE_PITCH;
    for (const each of lanesRight) each.x = axis + after + LANE_OFFSET + each.slot * LANE_PITCH;
    if (column === 0) left = -before - widthOf(lanesLeft);
    edge = axis + after + widthOf(lanesRight);
    right = Math.max(right, edge);
  }
  const content = level.items.reduce(
    (max, item) => Math.max(max, item.y + item.h + (isLast(item) ? 0 : hasReaders(level, item) ? GAP : 0)),
    0
  );
  const box = level.item;
  if (!box) return;
  const name = box.path.slice(box.path.lastIndexOf('.') + 1);
  const header = Math.min(BOX_MAX_LEFT, headerWidth(name, module?.type ?? ''));
  const toLeft = Math.max(BOX_MIN_HALF, header, BOX_SIDE - left);
  box.axis = toLeft;
  box.w = Math.ceil(toLeft + Math.max(BOX_MIN_HALF, right + BOX_SIDE));
  box.h = Math.ceil(BOX_TOP + content + BOX_BOTTOM);
}

/** Its value is read, here or further out: a capsule and a tap need room below it. */
const hasReaders = (level: Level, item: Item): boolean =>
  level.out.has(item) || item.parent.item !== undefined;
