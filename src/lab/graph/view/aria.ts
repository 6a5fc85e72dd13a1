// The graph as a tree for assistive technology: level and position of every item, one tab stop.

import { isModuleKey, modulePathOf, moduleKey } from '../types';
import type { ViewContext } from './createGraphView';
import { labelOf } from './describe';
import type { Scene } from './scene';

/** Reading order, from top to bottom: the order of the arrow keys' list and of the tree. */
export function readingOrder(
  scene: Scene
): { id: string; y: number; x: number; depth: number; scope: string }[] {
  const items = [
    ...scene.layout.boxes.map(box => ({
      id: moduleKey(box.path),
      y: box.y,
      x: box.axis,
      depth: box.depth,
      scope: box.path.slice(0, Math.max(0, box.path.lastIndexOf('.')))
    })),
    ...scene.layout.nodes.map(node => ({
      id: node.id,
      y: node.y,
      x: node.x + node.w / 2,
      depth: node.depth,
      scope: node.scope
    }))
  ];
  return items.sort((a, b) => a.y - b.y || a.x - b.x);
}

export function applyTree(context: ViewContext, scene: Scene): void {
  const groups = new Map<string, string[]>();
  const items = readingOrder(scene);
  for (const item of items) {
    const siblings = groups.get(item.scope);
    if (siblings) siblings.push(item.id);
    else groups.set(item.scope, [item.id]);
  }
  const place = new Map<string, [level: number, position: number, count: number]>();
  for (const siblings of groups.values())
    siblings.forEach((id, i) => place.set(id, [0, i + 1, siblings.length]));
  const depth = new Map(items.map(item => [item.id, item.depth]));
  const elements = [...context.canvas.querySelectorAll<SVGElement>('[data-node-id]')];
  const known = elements.find(element => element.getAttribute('tabindex') === '0')?.dataset.nodeId;
  const primary = scene.state.selection[0];
  const ids = new Set(elements.map(element => element.dataset.nodeId));
  const stop = [primary, known, items[0]?.id].find(id => id !== undefined && ids.has(id));
  for (const element of elements) {
    const id = element.dataset.nodeId ?? '';
    const [, position, count] = place.get(id) ?? [0, 1, 1];
    set(element, 'aria-level', String((depth.get(id) ?? levelOfObserver(scene, id, depth)) + 1));
    set(element, 'aria-posinset', String(position));
    set(element, 'aria-setsize', String(count));
    set(element, 'aria-selected', String(scene.selected.has(id)));
    set(element, 'aria-label', labelOf(scene, id));
    if (isModuleKey(id)) {
      const isOpen = scene.layout.boxes.some(box => box.path === modulePathOf(id));
      set(element, 'aria-expanded', String(isOpen));
    }
    set(element, 'tabindex', id === stop ? '0' : '-1');
  }
}

const levelOfObserver = (scene: Scene, id: string, depth: Map<string, number>): number =>
  depth.get(scene.shownAs.get(id.replace(/^obs:/, '')) ?? '') ?? 0;

function set(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Moves the one tab stop. */
export function roveTo(context: ViewContext, element: SVGElement): void {
  for (const other of context.canvas.querySelectorAll('[data-node-id][tabindex="0"]'))
    other.setAttribute('tabindex', '-1');
  element.setAttribute('tabindex', '0');
  element.focus({ preventScroll: true });
}
