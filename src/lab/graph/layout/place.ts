// Phase 5: from places within levels to places in the picture, from the outside in; then what is drawn.

import type { Sized } from './columns';
import type { Item, Level } from './levels';
import { BOX_TOP } from './metrics';
import type { PlacedBox, PlacedNode } from './types';
import { eachLevel } from './runs';

export interface Placed extends Sized {
  nodes: PlacedNode[];
  boxes: PlacedBox[];
  /** By key. */
  memberRows: Map<string, PlacedNode>;
}

export function place(graph: Sized): Placed {
  eachLevel(graph.root, level => {
    const { item } = level;
    shift(level, item ? item.x + item.axis : 0, item ? item.y + BOX_TOP : 0);
  });
  const nodes: PlacedNode[] = [];
  const boxes: PlacedBox[] = [];
  const draw = (level: Level): void => {
    for (const item of level.items) {
      if (item.level) {
        boxes.push(placedBox(item, level.depth));
        draw(item.level);
      } else nodes.push(...placedNodes(item, level));
    }
  };
  draw(graph.root);
  return { ...graph, nodes, boxes, memberRows: new Map(nodes.map(node => [node.key, node])) };
}

function shift(level: Level, dx: number, dy: number): void {
  for (const item of level.items) {
    item.x += dx;
    item.y += dy;
  }
  for (const lane of level.lanes) lane.x += dx;
}

const placedBox = (item: Item, depth: number): PlacedBox => ({
  key: item.key,
  path: item.path,
  depth,
  x: item.x,
  y: item.y,
  w: item.w,
  h: item.h,
  axis: item.x + item.axis,
  ...(item.fold ? { fold: item.fold } : {})
});

function placedNodes(item: Item, level: Level): PlacedNode[] {
  const shared = { x: item.x, w: item.w, scope: level.path, depth: level.depth };
  if (item.kind === 'closed' || item.kind === 'box') {
    const fold = item.fold ? { fold: item.fold } : {};
    return [
      { ...shared, key: item.key, id: item.id, kind: 'closed', dock: 'only', y: item.y, h: item.h, ...fold }
    ];
  }
  const members = item.groups[0]?.members ?? [];
  const row = item.kind === 'op' ? item.h / item.weight : item.h;
  let y = item.y;
  return members.map((member, index) => {
    const h = row * (item.kind === 'op' ? member.weight : 1);
    const placed: PlacedNode = {
      ...shared,
      key: member.id,
      id: member.id,
      kind: item.kind === 'io' || item.kind === 'attribute' ? item.kind : 'op',
      dock:
        members.length === 1
          ? 'only'
          : index === 0
            ? 'top'
            : index === members.length - 1
              ? 'bottom'
              : 'middle',
      y,
      h
    };
    y += h;
    return placed;
  });
}
