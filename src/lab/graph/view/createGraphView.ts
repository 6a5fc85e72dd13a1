// The graph view: one SVG for the graph, a few HTML controls over it, and the wiring between them.
// State comes in by `update`; layout runs aside (`layout/runner.ts`); drawing is keyed and writes only changes.

import { select } from 'd3';
import { indexOf } from '../documentIndex';
import { layoutRequest, type LayoutResult } from '../layout';
import { createLayoutRunner, type WorkerFactory } from '../layout/runner';
import {
  emptyGraphState,
  isModuleKey,
  modulePathOf,
  moduleKey,
  type GraphView,
  type GraphViewDeps,
  type GraphViewEvents,
  type GraphViewState
} from '../types';
import { applyTree } from './aria';
import { createControls, type Controls } from './controls';
import { svg, html } from './dom';
import { drawBoxes } from './drawBoxes';
import { drawEdges } from './drawEdges';
import { drawNodes } from './drawNodes';
import { exportPng, exportSvg } from '../export/export';
import { createHover } from './hover';
import { handleKeys } from './keyboard';
import { makeMotion, prefersReducedMotion } from './motion';
import { patterns } from './patterns';
import { handlePointer, idAt } from './pointer';
import { makeScene, type Scene } from './scene';
import { setFontFamily } from './text';
import { createViewport } from './viewport';
import { throttle } from './throttle';

let views = 0;

/** At most four redraws a second while only statistics change. */
const STATS_INTERVAL = 250;

/** Nodes up to which changes are animated. */
const ANIMATED = 400;

export interface InternalDeps extends GraphViewDeps {
  /** Tests and the MIME renderer lay out on the spot. */
  makeWorker?: WorkerFactory | null;
}

export function createGraphView(host: HTMLElement, deps: InternalDeps): GraphView {
  const uid = `jp-fx-g${++views}`;
  const { trans, options = {} } = deps;
  const events: Partial<GraphViewEvents> = deps.events ?? {};
  const motion = makeMotion(prefersReducedMotion());
  const runner = createLayoutRunner(deps.makeWorker);

  const canvas = svg('svg', { class: 'jp-fx-canvas', role: 'tree', 'aria-label': trans.__('Model graph') });
  const ground = svg('rect', {
    class: 'jp-fx-ground',
    width: '100%',
    height: '100%',
    fill: `url(#${uid}-dots)`
  });
  const world = svg('g', { class: 'jp-fx-world' });
  const layer = (name: string) => select(world).append('g').attr('class', `jp-fx-layer-${name}`);
  const layers = {
    boxes: layer('boxes'),
    hover: layer('hover'),
    halos: layer('halos'),
    edges: layer('edges'),
    nodes: layer('nodes'),
    slots: layer('slots'),
    blocks: layer('blocks')
  };
  canvas.append(patterns(uid), ground, world);
  const root = html('div', { class: 'jp-fx-graph' }, [canvas]);
  host.append(root);
  setFontFamily(getComputedStyle(root).fontFamily);

  let state: GraphViewState = emptyGraphState;
  let layout: LayoutResult | null = null;
  let scene: Scene | null = null;
  let hasBeenShown = false;
  /** What was clicked to open or close a box: it stays under the pointer. */
  let anchor: { id: string; x: number; y: number } | null = null;
  /** Where to go once it has been opened. */
  let wanted: string | null = null;
  let layoutInput: readonly unknown[] = [];
  let waiting: (() => void)[] = [];
  let isLayingOut = false;

  let viewportChanged = (): void => undefined;
  const viewport = createViewport(root, canvas, world, ground, uid, {
    wheelNeedsFocus: options.wheelNeedsFocus !== false,
    minAxis: options.showOverlayChooser === true ? 336 : 148,
    motion,
    onChange: () => viewportChanged()
  });
  const context: ViewContext = {
    root,
    canvas,
    trans,
    events,
    viewport,
    get scene() {
      return scene;
    },
    toggle(path, open) {
      const element = elementOf(moduleKey(path));
      const at = element?.getBoundingClientRect();
      anchor = at ? { id: moduleKey(path), x: at.left, y: at.top } : null;
      if (events.onToggle) return events.onToggle(path, open);
      const collapsed = new Set(state.collapsed);
      if (open) collapsed.delete(path);
      else collapsed.add(path);
      update({ ...state, collapsed });
    },
    fold(key, shown) {
      if (events.onFold) return events.onFold(key, shown);
      update({ ...state, folds: new Map(state.folds).set(key, shown) });
    },
    select(ids) {
      if (events.onSelect) return events.onSelect(ids);
      update({ ...state, selection: ids });
    },
    overlay(name) {
      if (events.onOverlay) return events.onOverlay(name);
      update({ ...state, overlay: name });
    },
    elementOf: id => elementOf(id),
    zoomTo: id => zoomTo(id),
    reveal: id => reveal(id),
    focus: id => focus(id)
  };
  const controls: Controls = createControls(context, options);
  viewportChanged = () => controls.viewportChanged();
  const hover = createHover(context, layers.hover);
  const stopKeys = handleKeys(context, controls);
  const stopPointer = handlePointer(context, hover);

  const elementOf = (id: string): SVGGElement | null =>
    world.querySelector<SVGGElement>(`[data-node-id="${inQuotes(id)}"]`);

  function draw(): void {
    scene = layout && makeScene(state, layout, trans);
    if (!scene) {
      for (const each of Object.values(layers)) each.selectAll('*').remove();
      controls.update(null, state);
      return;
    }
    // A large picture changes at once: a thousand things gliding is neither fast nor clear.
    const still = scene.layout.nodes.length > ANIMATED ? makeMotion(true) : motion;
    drawBoxes(layers.boxes, layers.blocks, scene);
    drawEdges(layers, scene, still);
    drawNodes(layers.nodes, scene, uid, still);
    applyTree(context, scene);
    controls.update(scene, state);
  }
  const drawSoon = throttle(draw, STATS_INTERVAL);

  function settle(): void {
    isLayingOut = false;
    const settled = waiting;
    waiting = [];
    for (const done of settled) done();
  }

  function arrange(): void {
    const { document } = state;
    if (!document) {
      layout = null;
      draw();
      return settle();
    }
    isLayingOut = true;
    const { document: whole } = indexOf(document);
    runner.run(
      layoutRequest(whole, state.collapsed, state.folds),
      result => {
        layout = result;
        viewport.setContent(result.bounds);
        const focused = idAt(
          root.contains(window.document.activeElement) ? window.document.activeElement : null
        );
        draw();
        if (!hasBeenShown) showFirst();
        else if (anchor && !viewport.isHomePending) keepAnchor(anchor);
        if (focused !== undefined) keepFocus(focused);
        anchor = null;
        if (wanted !== null && elementOf(wanted)) zoomTo(wanted);
        settle();
      },
      reason => {
        controls.showProblem(reason.message);
        settle();
      }
    );
  }

  /** From the top; a trace that stopped, from where it stopped. */
  function showFirst(): void {
    hasBeenShown = true;
    viewport.home(() => {
      const failed = layout?.nodes.find(node => scene?.index.failed.has(node.id) === true);
      if (failed) viewport.ensureVisible({ ...failed, h: failed.h + 80 });
    });
  }

  /** What had the focus may now be inside a closed module, or a box a node. */
  function keepFocus(id: string): void {
    if (idAt(window.document.activeElement) === id) return;
    if (!focus(id)) focus(scene?.shownAs.get(id));
  }

  function keepAnchor(at: { id: string; x: number; y: number }): void {
    const element = elementOf(at.id);
    const placed =
      layout?.boxes.find(box => moduleKey(box.path) === at.id) ??
      layout?.nodes.find(node => node.id === at.id);
    if (!element || !placed) return;
    const frame = root.getBoundingClientRect();
    viewport.panTo(placed.x, placed.y, at.x - frame.left, at.y - frame.top);
  }

  function update(next: GraphViewState): void {
    const before = state;
    state = next;
    if (
      before.document?.modelName !== next.document?.modelName ||
      before.document?.className !== next.document?.className
    )
      hasBeenShown = false;
    const input = [next.document, next.collapsed, next.folds];
    if (input.some((part, i) => part !== layoutInput[i])) {
      layoutInput = input;
      drawSoon.cancel();
      return arrange();
    }
    const isStatsOnly =
      before.stats !== next.stats && before.selection === next.selection && before.overlay === next.overlay;
    if (isStatsOnly) drawSoon();
    else {
      drawSoon.cancel();
      draw();
    }
  }

  /** Opens what hides a node; true where it was visible already. */
  function reveal(id: string): boolean {
    if (!scene || elementOf(id)) return true;
    const path = isModuleKey(id) ? modulePathOf(id) : (scene.index.byId.get(observedBy(id))?.scope ?? '');
    const isAbove = (other: string): boolean =>
      path.startsWith(`${other}.`) || (other === path && !isModuleKey(id));
    const hiding = [...state.collapsed].filter(isAbove).sort((one, two) => one.length - two.length);
    for (const closed of hiding) context.toggle(closed, true);
    for (const { fold } of [...scene.layout.boxes, ...scene.layout.nodes]) {
      const index = fold?.paths.findIndex(other => other === path || path.startsWith(`${other}.`)) ?? -1;
      if (fold && index >= 0 && index !== fold.shown) context.fold(fold.key, index);
    }
    return false;
  }

  const observedBy = (id: string): string => scene?.index.byId.get(id)?.observes ?? id;

  function zoomTo(id: string): void {
    // What has to be opened first may come with a later layout.
    if (!reveal(id) && !elementOf(id)) {
      wanted = id;
      return;
    }
    wanted = null;
    const slot = layout?.slots.find(each => scene?.index.observerOf.get(each.producer) === id);
    const placed =
      layout?.nodes.find(node => node.id === id) ??
      layout?.boxes.find(box => moduleKey(box.path) === id) ??
      (slot && { ...slot, w: 72, h: 16 });
    if (placed) viewport.centreOn(placed);
  }

  function focus(id?: string): boolean {
    const element =
      id === undefined ? root.querySelector<SVGElement>('[tabindex="0"][role="treeitem"]') : elementOf(id);
    if (!element) return false;
    element.focus({ preventScroll: true });
    return true;
  }

  return {
    update,
    fit: () => viewport.fit(),
    zoomTo,
    zoomBy: factor => viewport.zoomBy(factor),
    focus,
    openSearch: () => controls.openSearch(),
    exportSvg: () => exportSvg(canvas, layout?.bounds),
    exportPng: scale => exportPng(canvas, layout?.bounds, scale),
    settled: () => (isLayingOut ? new Promise(resolve => waiting.push(resolve)) : Promise.resolve()),
    destroy() {
      drawSoon.cancel();
      stopKeys();
      stopPointer();
      hover.destroy();
      controls.destroy();
      viewport.destroy();
      runner.dispose();
      root.remove();
    }
  };
}

const inQuotes = (id: string): string => id.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\a ');

/** What the parts of the view share. */
export interface ViewContext {
  root: HTMLElement;
  canvas: SVGSVGElement;
  trans: GraphViewDeps['trans'];
  events: Partial<GraphViewEvents>;
  viewport: ReturnType<typeof createViewport>;
  readonly scene: Scene | null;
  toggle(path: string, open: boolean): void;
  fold(key: string, shown: number): void;
  select(ids: readonly string[]): void;
  overlay(name: GraphViewState['overlay']): void;
  elementOf(id: string): SVGGElement | null;
  zoomTo(id: string): void;
  reveal(id: string): boolean;
  focus(id?: string): boolean;
}
