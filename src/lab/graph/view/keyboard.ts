// Keys, as one table. The view does what is the graph's; the rest it tells the panel.

import { STAGES } from '../../../protocol';
import { isModuleKey, modulePathOf, moduleKey, OVERLAYS, type MarkRequest } from '../types';
import type { PlacedNode } from '../layout';
import { roveTo } from './aria';
import type { Controls } from './controls';
import type { ViewContext } from './createGraphView';
import { idAt, toggle } from './pointer';
import { nearest, type Scene } from './scene';

const ZOOM = 1.25;
const MARKS: { [key: string]: MarkRequest } = { l: 'leaf', n: 'non_traceable', c: 'custom', u: null };

export function handleKeys(context: ViewContext, controls: Controls): () => void {
  const abort = new AbortController();
  context.root.addEventListener(
    'keydown',
    event => {
      if (event.defaultPrevented || event.target instanceof HTMLInputElement) return;
      if (!handle(context, controls, event)) return;
      event.preventDefault();
      event.stopPropagation();
    },
    { signal: abort.signal }
  );
  return () => abort.abort();
}

function handle(context: ViewContext, controls: Controls, event: KeyboardEvent): boolean {
  const { scene, events, viewport } = context;
  if (!scene) return false;
  const id = idAt(event.target);
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) {
    if (key !== 'z') return false;
    if (event.shiftKey) events.onRedo?.();
    else events.onUndo?.();
    return true;
  }
  if (event.altKey) {
    if (key !== 'ArrowUp' && key !== 'ArrowDown') return false;
    return nextObserved(context, scene, id, key === 'ArrowDown' ? 1 : -1);
  }
  switch (key) {
    case 'ArrowUp':
    case 'ArrowDown':
      return id !== undefined && go(context, alongPath(scene, id, key === 'ArrowDown' ? 'down' : 'up'));
    case 'ArrowLeft':
    case 'ArrowRight':
      return id !== undefined && sideways(context, scene, id, key === 'ArrowRight');
    case 'Enter':
    case ' ':
      if (id === undefined) return false;
      context.select([id]);
      if (key === 'Enter') events.onActivate?.(id);
      return true;
    case 'Escape':
      if (scene.state.selection.length === 0) return false;
      context.select([]);
      return true;
    case 'F10': {
      if (!event.shiftKey || id === undefined || !events.onContextMenu) return false;
      const at = context.elementOf(id)?.getBoundingClientRect();
      events.onContextMenu(id, at ? at.left + at.width / 2 : 0, at ? at.bottom : 0);
      return true;
    }
    case '/':
      controls.openSearch();
      return true;
    case '+':
    case '=':
      viewport.zoomBy(ZOOM);
      return true;
    case '-':
      viewport.zoomBy(1 / ZOOM);
      return true;
    case '0':
      viewport.fit();
      return true;
    case 'f': {
      const target = scene.state.selection[0] ?? id;
      if (target !== undefined) context.zoomTo(target);
      return true;
    }
    case 'o':
      return nextOverlay(context, scene);
  }
  const mark = MARKS[key];
  if (mark !== undefined && id !== undefined) {
    events.onMark?.(mark, id);
    return true;
  }
  const stage = /^[1-5]$/.test(key) ? STAGES[Number(key) - 1] : undefined;
  if (!stage) return false;
  events.onStage?.(stage);
  return true;
}

function nextOverlay(context: ViewContext, scene: Scene): boolean {
  const index = OVERLAYS.indexOf(scene.state.overlay);
  const next = OVERLAYS[(index + 1) % OVERLAYS.length];
  if (next) context.overlay(next);
  return true;
}

function go(context: ViewContext, id: string | undefined): boolean {
  const element = id === undefined ? null : context.elementOf(id);
  const scene = context.scene;
  if (!element || id === undefined || !scene) return true;
  roveTo(context, element);
  const placed =
    scene.layout.nodes.find(node => node.id === id) ??
    scene.layout.boxes.map(box => ({ ...box, id: moduleKey(box.path), h: 24 })).find(box => box.id === id);
  if (placed) context.viewport.ensureVisible(placed);
  return true;
}

/** Next on the path; where there are several, the one nearest to the chain. */
function alongPath(scene: Scene, id: string, way: 'up' | 'down'): string | undefined {
  if (id.startsWith('obs:')) {
    const producer = scene.index.byId.get(id)?.observes ?? id.slice(4);
    return way === 'up' ? scene.shownAs.get(producer) : shownNext(scene, producer, 'down');
  }
  const box = scene.layout.boxes.find(each => moduleKey(each.path) === id);
  if (box) return edgeOfBox(scene, box.path, way);
  if (isModuleKey(id)) {
    const inside = (scene.index.inside.get(modulePathOf(id)) ?? []).map(node => node.id);
    const own = new Set(inside);
    const list = way === 'down' ? [...inside].reverse() : inside;
    for (const each of list) {
      const found = nearest(scene.index, each, way).find(other => !own.has(other));
      if (found !== undefined) return scene.shownAs.get(found);
    }
    return undefined;
  }
  return shownNext(scene, id, way);
}

function shownNext(scene: Scene, id: string, way: 'up' | 'down'): string | undefined {
  const options = new Set(nearest(scene.index, id, way).map(other => scene.shownAs.get(other) ?? other));
  const offAxis = (node: PlacedNode): number => Math.abs(node.x + node.w / 2);
  const placed = scene.layout.nodes
    .filter(node => options.has(node.id))
    .sort((a, b) => offAxis(a) - offAxis(b) || (way === 'down' ? a.y - b.y : b.y - a.y));
  return placed[0]?.id;
}

function edgeOfBox(scene: Scene, path: string, way: 'up' | 'down'): string | undefined {
  const inside = scene.layout.nodes.filter(node => node.scope === path || node.scope.startsWith(`${path}.`));
  const first = inside.reduce<(typeof inside)[number] | undefined>(
    (a, b) => (!a || b.y < a.y ? b : a),
    undefined
  );
  if (way === 'down' || !first) return first?.id;
  return shownNext(scene, first.id, 'up');
}

/** On a module close or open; on a node the sibling branch beside it, or out to the box it stands in. */
function sideways(context: ViewContext, scene: Scene, id: string, isRight: boolean): boolean {
  if (isModuleKey(id)) {
    const isOpen = scene.layout.boxes.some(box => moduleKey(box.path) === id);
    if (isOpen !== isRight) {
      toggle(context, id);
      return true;
    }
    if (isRight) return go(context, edgeOfBox(scene, modulePathOf(id), 'down'));
  }
  const own = scene.layout.nodes.find(node => node.id === id);
  if (!own) return true;
  const middle = own.x + own.w / 2;
  const beside = scene.layout.nodes
    .filter(node => (isRight ? node.x > middle : node.x + node.w < middle))
    .filter(node => Math.abs(node.y - own.y) < 160)
    .sort(
      (a, b) => Math.abs(a.y - own.y) + Math.abs(a.x - own.x) - Math.abs(b.y - own.y) - Math.abs(b.x - own.x)
    )[0];
  if (beside) return go(context, beside.id);
  if (!isRight && own.scope !== '') return go(context, moduleKey(own.scope));
  return true;
}

/** The inspector keeps the focus: only the selection moves. */
function nextObserved(context: ViewContext, scene: Scene, id: string | undefined, step: 1 | -1): boolean {
  const observed = [...scene.layout.slots]
    .sort((a, b) => a.y - b.y)
    .map(slot => scene.index.observerOf.get(slot.producer))
    .filter(observer => observer !== undefined);
  if (observed.length === 0) return true;
  const from = scene.state.selection[0] ?? id ?? '';
  const at = observed.indexOf(from.startsWith('obs:') ? from : (scene.index.observerOf.get(from) ?? ''));
  const next = observed[Math.max(0, Math.min(observed.length - 1, at < 0 ? 0 : at + step))];
  if (next !== undefined) context.select([next]);
  return true;
}
