// Phase 2: groups into nested levels, one per open module, in order of execution. A module that is entered
// twice (a shared layer, called twice) gives two boxes, so every edge of every level runs forward.

import { moduleKey } from '../types';
import type { Contracted, Group, Link } from './contract';
import {
  ATTRIBUTE_WIDTH,
  CLOSED_HEIGHT,
  CLOSED_WIDTH,
  OP_WIDTH,
  PILL_HEIGHT,
  PILL_WIDTH,
  nodeHeight
} from './metrics';
import type { FoldInfo, LayoutModule, LayoutRequest } from './types';

export interface Item {
  key: string;
  /** Node id of a single or docked group's last member; module key for modules. */
  id: string;
  kind: 'op' | 'io' | 'attribute' | 'closed' | 'box';
  path: string;
  groups: Group[];
  level?: Level;
  fold?: FoldInfo;
  weight: number;
  w: number;
  h: number;
  /** Distance from the left edge to the vertical line its edges use. */
  axis: number;
  /** Relative to the level's content until `place`, then absolute. */
  x: number;
  y: number;
  index: number;
  column: number;
  /** The straight run of items it belongs to, and its position there. */
  run: Item[];
  step: number;
  parent: Level;
}

export interface Level {
  depth: number;
  path: string;
  item?: Item;
  items: Item[];
  /** Readers and sources of each item within the level; absent where there are none. */
  out: Map<Item, Set<Item>>;
  in: Map<Item, Set<Item>>;
  runs: Item[][];
  /** Items that read a value from straight above the level's box, without standing first in it. */
  entered: Set<Item>;
  lanes: Lane[];
}

/** A vertical run beside a column, shared by what one producer sends along it. */
export interface Lane {
  column: number;
  side: 'left' | 'right';
  from: Item;
  top: number;
  bottom: number;
  slot: number;
  x: number;
  links: Link[];
}

/** A stretch of execution inside one module. */
interface Visit {
  path: string;
  key: string;
  groups: Group[];
  children: (Visit | Group)[];
}

const isVisit = (child: Visit | Group): child is Visit => 'children' in child;

export interface Levelled extends Contracted {
  root: Level;
  /** Items from the root level down to the group's own, for every visible group. */
  trail: Map<Group, Item[]>;
  /** A hidden repetition's group → the group shown in its place. */
  standsIn: Map<Group, Group>;
}

export function makeLevels(graph: Contracted, request: LayoutRequest): Levelled {
  const modules = new Map(request.modules.map(module => [module.path, module]));
  const context: Context = {
    modules,
    collapsed: new Set(request.collapsed),
    folds: new Map(request.folds),
    distinct: request.distinct,
    trail: new Map(),
    standsIn: new Map()
  };
  const root = makeLevel(visits(graph.groups), 0, undefined, [], context);
  return { ...graph, root, trail: context.trail, standsIn: context.standsIn };
}

interface Context {
  modules: Map<string, LayoutModule>;
  collapsed: Set<string>;
  folds: Map<string, number>;
  distinct: string[];
  trail: Map<Group, Item[]>;
  standsIn: Map<Group, Group>;
}

function visits(groups: Group[]): Visit {
  const root: Visit = { path: '', key: '', groups: [], children: [] };
  const stack = [root];
  const entered = new Map<string, number>();
  for (const group of groups) {
    const segments = group.scope === '' ? [] : group.scope.split('.');
    const paths = segments.map((_, i) => segments.slice(0, i + 1).join('.'));
    let common = 0;
    while (common < paths.length && stack[common + 1]?.path === paths[common]) common++;
    stack.length = common + 1;
    for (const path of paths.slice(common)) {
      const times = entered.get(path) ?? 0;
      entered.set(path, times + 1);
      const visit: Visit = { path, key: times ? `${path}#${times}` : path, groups: [], children: [] };
      stack[stack.length - 1]?.children.push(visit);
      stack.push(visit);
    }
    for (const visit of stack) visit.groups.push(group);
    stack[stack.length - 1]?.children.push(group);
  }
  return root;
}

function makeLevel(
  visit: Visit,
  depth: number,
  item: Item | undefined,
  above: Item[],
  context: Context
): Level {
  const level: Level = {
    depth,
    path: visit.path,
    items: [],
    out: new Map(),
    in: new Map(),
    runs: [],
    entered: new Set(),
    lanes: [],
    ...(item ? { item } : {})
  };
  const { children } = visit;
  for (let i = 0; i < children.length;) {
    const child = children[i];
    if (!child) break;
    if (!isVisit(child)) {
      add(level, groupItem(child, level), above, context);
      i++;
      continue;
    }
    const run = repetitions(children, i, context);
    const asked = context.folds.get(child.path) ?? 0;
    if (run.length > 1 && asked >= 0) addFolded(level, run, Math.min(asked, run.length - 1), above, context);
    else for (const each of run) addVisit(level, each, each.key, undefined, above, context);
    i += run.length;
  }
  return level;
}

function addVisit(
  level: Level,
  visit: Visit,
  key: string,
  fold: FoldInfo | undefined,
  above: Item[],
  context: Context
): void {
  const item = visitItem(visit, key, level, fold, context);
  add(level, item, above, context);
  if (item.kind === 'box') item.level = makeLevel(visit, level.depth + 1, item, [...above, item], context);
}

function addFolded(level: Level, run: Visit[], shownIndex: number, above: Item[], context: Context): void {
  const first = run[0];
  const shown = run[shownIndex];
  if (!first || !shown) return;
  const fold = { key: first.path, paths: run.map(visit => visit.path), shown: shownIndex };
  addVisit(level, shown, first.key, fold, above, context);
  for (const hidden of run) {
    if (hidden === shown) continue;
    hidden.groups.forEach((group, index) => {
      const instead = shown.groups[index];
      if (instead) context.standsIn.set(group, instead);
    });
  }
}

function add(level: Level, item: Item, above: Item[], context: Context): void {
  item.index = level.items.length;
  level.items.push(item);
  if (item.kind !== 'box') for (const group of item.groups) context.trail.set(group, [...above, item]);
}

/** Neighbours from `start` on with the same class and inner graph, in which nothing must be told apart. */
function repetitions(children: (Visit | Group)[], start: number, context: Context): Visit[] {
  const first = children[start];
  if (!first || !isVisit(first)) return [];
  const key = context.modules.get(first.path)?.structureKey;
  const isDistinct = (visit: Visit): boolean =>
    context.distinct.some(path => path === visit.path || path.startsWith(`${visit.path}.`));
  const run = [first];
  if (key === undefined || key === '' || isDistinct(first)) return run;
  for (let i = start + 1; i < children.length; i++) {
    const next = children[i];
    if (!next || !isVisit(next) || context.modules.get(next.path)?.structureKey !== key) break;
    if (next.groups.length !== first.groups.length || isDistinct(next) || next.path === first.path) break;
    run.push(next);
  }
  return run;
}

function groupItem(group: Group, level: Level): Item {
  const role = group.members[0]?.role ?? 'op';
  const kind = role === 'input' || role === 'output' ? 'io' : role === 'attribute' ? 'attribute' : 'op';
  const label = group.members[0]?.label ?? '';
  const w =
    kind === 'io'
      ? Math.max(PILL_WIDTH, Math.min(OP_WIDTH, label.length * 7 + 28))
      : kind === 'attribute'
        ? ATTRIBUTE_WIDTH
        : OP_WIDTH;
  const h = kind === 'op' ? nodeHeight(group.weight) : PILL_HEIGHT;
  if (kind === 'op' && group.members.length === 1 && group.members[0]?.isMarked === true)
    return newItem(
      group.key,
      group.key,
      kind,
      level.path,
      [group],
      CLOSED_WIDTH,
      Math.max(h, CLOSED_HEIGHT),
      level
    );
  return newItem(group.key, group.key, kind, level.path, [group], w, h, level);
}

function visitItem(
  visit: Visit,
  key: string,
  level: Level,
  fold: FoldInfo | undefined,
  context: Context
): Item {
  const kind = context.collapsed.has(visit.path) ? 'closed' : 'box';
  const item = newItem(
    moduleKey(key),
    moduleKey(visit.path),
    kind,
    visit.path,
    visit.groups,
    CLOSED_WIDTH,
    CLOSED_HEIGHT,
    level
  );
  if (fold) item.fold = fold;
  return item;
}

function newItem(
  key: string,
  id: string,
  kind: Item['kind'],
  path: string,
  groups: Group[],
  w: number,
  h: number,
  parent: Level
): Item {
  const weight = groups.reduce((sum, group) => sum + group.weight, 0);
  return {
    key,
    id,
    kind,
    path,
    groups,
    weight,
    w,
    h,
    axis: w / 2,
    x: 0,
    y: 0,
    index: 0,
    column: 0,
    run: [],
    step: 0,
    parent
  };
}
