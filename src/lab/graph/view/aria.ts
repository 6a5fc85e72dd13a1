// The graph as a tree for assistive technology: level and position of every item, one tab stop.

import { isModuleKey, modulePathOf, moduleKey } from '../types';
import type { ViewContext } from './createGraphView';
import { labelOf } from './describe';
import type { Scene } from './scene';

interface TreeItem {
  id: string;
  x: number;
  y: number;
  depth: number;
  /** Items of one scope are each other's siblings. */
  scope: string;
}

/** More items than this are not put in order for screen readers: the list of ids would be the larger part. */
const MAX_OWNED = 3000;

/** From top to bottom, a capsule after what it observes. */
export function readingOrder(scene: Scene): TreeItem[] {
  const items: TreeItem[] = scene.layout.boxes.map(box => ({
    id: moduleKey(box.path),
    x: box.axis,
    y: box.y,
    depth: box.depth,
    scope: box.path.slice(0, Math.max(0, box.path.lastIndexOf('.')))
  }));
  const byKey = new Map(scene.layout.nodes.map(node => [node.key, node]));
  for (const { id, x, y, w, depth, scope } of scene.layout.nodes)
    items.push({ id, x: x + w / 2, y, depth, scope });
  for (const slot of scene.layout.slots) {
    const id = scene.index.observerOf.get(slot.producer) ?? `obs:${slot.producer}`;
    const of = byKey.get(slot.key);
    items.push({ id, x: slot.x, y: slot.y, depth: of?.depth ?? 0, scope: of?.scope ?? '' });
  }
  return items.sort((one, two) => one.y - two.y || one.x - two.x);
}

export function applyTree(context: ViewContext, scene: Scene): void {
  const elements = [...context.canvas.querySelectorAll<SVGElement>('[data-node-id]')];
  const byId = new Map(elements.map(element => [element.dataset.nodeId ?? '', element]));
  const items = readingOrder(scene).filter(item => byId.has(item.id));
  const siblings = new Map<string, number>();
  const place = new Map<string, TreeItem & { position: number }>();
  for (const item of items) {
    const position = (siblings.get(item.scope) ?? 0) + 1;
    siblings.set(item.scope, position);
    place.set(item.id, { ...item, position });
  }
  const open = new Set(scene.layout.boxes.map(box => box.path));
  const known = elements.find(element => element.getAttribute('tabindex') === '0')?.dataset.nodeId;
  const stop = [scene.state.selection[0], known, items[0]?.id].find(id => id !== undefined && byId.has(id));
  for (const [id, element] of byId) {
    const item = place.get(id);
    set(element, 'aria-level', String((item?.depth ?? 0) + 1));
    set(element, 'aria-posinset', String(item?.position ?? 1));
    set(element, 'aria-setsize', String(item ? siblings.get(item.scope) : 1));
    set(element, 'aria-selected', String(scene.selected.has(id)));
    set(element, 'aria-label', labelOf(scene, id));
    if (isModuleKey(id)) set(element, 'aria-expanded', String(open.has(modulePathOf(id))));
    set(element, 'tabindex', id === stop ? '0' : '-1');
  }
  own(
    context,
    items.map(item => byId.get(item.id))
  );
}

/** Boxes, nodes and capsules are drawn in layers; they are read from top to bottom. */
function own(context: ViewContext, elements: (SVGElement | undefined)[]): void {
  const { canvas } = context;
  if (elements.length > MAX_OWNED) return canvas.removeAttribute('aria-owns');
  const ids = elements.map(element => {
    if (element && element.id === '') element.id = `jp-fx-item-${++made}`;
    return element?.id ?? '';
  });
  set(canvas, 'aria-owns', ids.join(' '));
}

let made = 0;

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
