// Layout of the visible part of a graph: a list of named, timed, pure phases, in time linear in nodes and links
// for chains. Deterministic: same request, same picture. Runs in a worker or here (`runner.ts`).

import { sizeLevels } from './columns';
import { contract } from './contract';
import { makeLevels } from './levels';
import { place } from './place';
import { route } from './route';
import { findRuns } from './runs';
import type { LayoutRequest, LayoutResult, Rect } from './types';

export { layoutRequest } from './types';
export type * from './types';

export function runLayout(request: LayoutRequest): LayoutResult {
  const timings: [string, number][] = [];
  const phase = <T>(name: string, work: () => T): T => {
    const start = performance.now();
    const result = work();
    timings.push([name, performance.now() - start]);
    return result;
  };
  const contracted = phase('contract', () => contract(request));
  const levelled = phase('levels', () => makeLevels(contracted, request));
  const withRuns = phase('runs', () => findRuns(levelled));
  const sized = phase('columns', () => sizeLevels(withRuns, request));
  const placed = phase('place', () => place(sized));
  const routed = phase('route', () => route(placed));

  const visible: [string, string][] = [];
  for (const group of routed.groups) {
    const shown = routed.standsIn.get(group) ?? group;
    const trail = routed.trail.get(shown);
    const item = trail?.[trail.length - 1];
    if (!item) continue;
    group.members.forEach((member, index) => {
      const own = shown.members[index]?.id ?? shown.key;
      visible.push([member.id, item.kind === 'closed' ? item.id : own]);
    });
  }
  const { nodes, boxes, edges, slots } = routed;
  return { nodes, boxes, edges, slots, bounds: boundsOf(nodes, boxes, edges), visible, timings };
}

function boundsOf(
  nodes: LayoutResult['nodes'],
  boxes: LayoutResult['boxes'],
  edges: LayoutResult['edges']
): Rect {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  const include = (x: number, y: number): void => {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  };
  for (const rect of [...nodes, ...boxes]) {
    include(rect.x, rect.y);
    include(rect.x + rect.w, rect.y + rect.h);
  }
  for (const edge of edges) for (const point of edge.points) include(point.x, point.y);
  return left <= right ? { x: left, y: top, w: right - left, h: bottom - top } : { x: 0, y: 0, w: 0, h: 0 };
}
