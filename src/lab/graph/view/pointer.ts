// Pointer: click selects, double-click opens a module or zooms to a node, shift adds, shift-drag takes a rectangle,
// right click asks the panel for its menu. One listener each, on the canvas.

import { isModuleKey, modulePathOf } from '../types';
import type { ViewContext } from './createGraphView';
import { svg } from './dom';
import type { Hover } from './hover';

const DRAG = 4;

export const idAt = (target: EventTarget | null): string | undefined =>
  target instanceof Element ? target.closest<SVGElement>('[data-node-id]')?.dataset.nodeId : undefined;

export function handlePointer(context: ViewContext, hover: Hover): () => void {
  const { canvas } = context;
  const abort = new AbortController();
  const on = <K extends keyof SVGElementEventMap>(
    type: K,
    listener: (event: SVGElementEventMap[K]) => void
  ): void => canvas.addEventListener(type, listener, { signal: abort.signal });

  on('click', event => {
    const step = event.target instanceof Element ? event.target.closest<SVGElement>('[data-fold]') : null;
    if (step?.dataset.fold !== undefined) return context.fold(step.dataset.fold, Number(step.dataset.shown));
    const id = idAt(event.target);
    const selection = context.scene?.state.selection ?? [];
    if (id === undefined) {
      if (selection.length > 0 && !event.shiftKey) context.select([]);
      return;
    }
    context.focus(id);
    if (event.target instanceof Element && event.target.closest('.jp-fx-toggle')) return toggle(context, id);
    if (event.shiftKey)
      context.select(selection.includes(id) ? selection.filter(other => other !== id) : [...selection, id]);
    else context.select([id]);
  });
  on('dblclick', event => {
    const id = idAt(event.target);
    if (id === undefined) return;
    if (isModuleKey(id)) toggle(context, id);
    else {
      context.zoomTo(id);
      context.events.onActivate?.(id);
    }
  });
  on('contextmenu', event => {
    const id = idAt(event.target);
    if (id === undefined || !context.events.onContextMenu) return;
    event.preventDefault();
    context.events.onContextMenu(id, event.clientX, event.clientY);
  });
  on('pointerover', event => hover.over(idAt(event.target), event));
  on('pointerleave', () => hover.leave());
  on('pointerdown', event => {
    hover.leave();
    if (event.shiftKey && event.button === 0 && idAt(event.target) === undefined)
      selectRectangle(context, event);
  });
  return () => abort.abort();
}

export function toggle(context: ViewContext, id: string): void {
  const path = modulePathOf(id);
  const isOpen = context.scene?.layout.boxes.some(box => box.path === path) === true;
  context.toggle(path, !isOpen);
}

function selectRectangle(context: ViewContext, start: PointerEvent): void {
  const { canvas, root, viewport } = context;
  const frame = root.getBoundingClientRect();
  const from = [start.clientX - frame.left, start.clientY - frame.top] as const;
  const shape = svg('rect', { class: 'jp-fx-lasso' });
  const abort = new AbortController();
  const { signal } = abort;
  const extent = (event: PointerEvent) => {
    const to = [event.clientX - frame.left, event.clientY - frame.top] as const;
    return {
      x: Math.min(from[0], to[0]),
      y: Math.min(from[1], to[1]),
      w: Math.abs(to[0] - from[0]),
      h: Math.abs(to[1] - from[1])
    };
  };
  const move = (event: PointerEvent): void => {
    const { x, y, w, h } = extent(event);
    if (w < DRAG && h < DRAG) return;
    if (!shape.isConnected) canvas.append(shape);
    for (const [name, value] of Object.entries({ x, y, width: w, height: h }))
      shape.setAttribute(name, String(value));
  };
  const end = (event: PointerEvent): void => {
    abort.abort();
    if (!shape.isConnected) return;
    shape.remove();
    const { x, y, w, h } = extent(event);
    const [left, top] = viewport.transform.invert([x, y]);
    const [right, bottom] = viewport.transform.invert([x + w, y + h]);
    const inside = (context.scene?.layout.nodes ?? []).filter(
      node => node.x < right && node.x + node.w > left && node.y < bottom && node.y + node.h > top
    );
    context.select(inside.map(node => node.id));
    context.events.onAnnounce?.(context.trans.__('%1 nodes selected.', inside.length));
  };
  window.addEventListener('pointermove', move, { signal });
  window.addEventListener('pointerup', end, { signal });
  window.addEventListener('pointercancel', () => (abort.abort(), shape.remove()), { signal });
}
