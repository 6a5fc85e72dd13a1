// Zoom and pan: an immutable d3 transform, one path for pointer, keys and program; and the semantic zoom level,
// which the style sheet reads from `data-zoom`.

import { easeCubicOut, select, zoom, zoomIdentity, type D3ZoomEvent, type ZoomTransform } from 'd3';
import type { Rect } from '../layout';
import type { Motion } from './motion';

const MIN_SCALE = 0.05;
const MAX_SCALE = 4;
/** The default view never gets smaller than this by itself. */
const MIN_HOME = 0.65;
const MARGIN = 12;
/** Half of what a box around the main chain takes. */
const CHAIN_HALF = 150;
const DURATION = 250;

const LEVELS: [from: number, name: string][] = [
  [1.6, 'detail'],
  [0.9, 'full'],
  [0.65, 'names'],
  [0.35, 'tiles'],
  [0, 'blocks']
];

export const zoomLevel = (scale: number): string => LEVELS.find(([from]) => scale >= from)?.[1] ?? 'blocks';

export interface Viewport {
  readonly transform: ZoomTransform;
  setContent(bounds: Rect): void;
  /** First view: 100 %, top of the graph; as soon as the panel has a size. `shown` is called then. */
  home(shown: () => void): void;
  readonly isHomePending: boolean;
  fit(): void;
  zoomBy(factor: number): void;
  centreOn(rect: Rect): void;
  /** Moves so that a point of the graph is at a point of the view. */
  panTo(x: number, y: number, atX: number, atY: number): void;
  panBy(dx: number, dy: number): void;
  /** Pans just enough for a node to be seen; not at all where it is. */
  ensureVisible(rect: Rect): void;
  size(): { width: number; height: number };
  destroy(): void;
}

export interface ViewportOptions {
  wheelNeedsFocus: boolean;
  /** The first view puts the main chain no further left than this, clear of the controls. */
  minAxis: number;
  motion: Motion;
  onChange(): void;
}

export function createViewport(
  root: HTMLElement,
  canvas: SVGSVGElement,
  world: SVGGElement,
  ground: SVGRectElement,
  uid: string,
  options: ViewportOptions
): Viewport {
  let bounds: Rect = { x: 0, y: 0, w: 0, h: 0 };
  let transform = zoomIdentity;
  let pendingHome: (() => void) | null = null;
  const selection = select(canvas);

  const apply = (next: ZoomTransform): void => {
    const isScaled = next.k !== transform.k;
    transform = next;
    world.setAttribute('transform', next.toString());
    // The dots travel with the graph, at a size that stays.
    const pattern = canvas.querySelector(`#${uid}-dots`);
    pattern?.setAttribute('patternTransform', `translate(${next.x % 16},${next.y % 16})`);
    ground.setAttribute('data-scale', String(next.k));
    const level = zoomLevel(next.k);
    if (root.dataset.zoom !== level) root.dataset.zoom = level;
    // Every text that grows against the scale asks for it: not on a mere pan.
    if (isScaled) root.style.setProperty('--fx-k', String(next.k));
    options.onChange();
  };
  const behaviour = zoom<SVGSVGElement, unknown>()
    .scaleExtent([MIN_SCALE, MAX_SCALE])
    .filter((event: MouseEvent | WheelEvent | TouchEvent) => {
      if (event.type === 'wheel')
        return event.ctrlKey || !options.wheelNeedsFocus || root.contains(document.activeElement);
      if (event.type === 'dblclick') return false;
      // Shift-drag selects by rectangle; other buttons are the menu's.
      return !event.shiftKey && (!('button' in event) || event.button === 0);
    })
    .on('zoom', (event: D3ZoomEvent<SVGSVGElement, unknown>) => apply(event.transform));
  const size = (): { width: number; height: number } => ({
    width: root.clientWidth || 0,
    height: root.clientHeight || 0
  });
  behaviour.extent(() => {
    const { width, height } = size();
    return [
      [0, 0],
      [Math.max(1, width), Math.max(1, height)]
    ];
  });
  selection.call(behaviour).on('dblclick.zoom', null);
  apply(zoomIdentity);

  const go = (next: ZoomTransform, isAnimated = true): void => {
    if (options.motion.isReduced || !isAnimated) selection.call(behaviour.transform, next);
    else selection.transition().duration(DURATION).ease(easeCubicOut).call(behaviour.transform, next);
  };
  const at = (k: number, x: number, y: number): ZoomTransform => zoomIdentity.translate(x, y).scale(k);

  function home(shown: () => void): void {
    const { width, height } = size();
    if (width === 0 || height === 0) {
      pendingHome = shown;
      return;
    }
    pendingHome = null;
    // 100 %, unless not even the chain and the boxes around it fit beside each other.
    const half = Math.min(CHAIN_HALF, -bounds.x);
    const k = Math.max(MIN_HOME, Math.min(1, (width - 2 * MARGIN) / (2 * half)));
    const [left, right] = [-bounds.x * k, (bounds.x + bounds.w) * k];
    const fits = left + right + 2 * MARGIN <= width;
    const x = Math.max(
      Math.min(options.minAxis, width / 2),
      fits
        ? Math.max(left + MARGIN, Math.min(width / 2, width - MARGIN - right))
        : Math.max(half * k + MARGIN, Math.min(left + MARGIN, width / 2))
    );
    go(at(k, Math.round(x), MARGIN), false);
    shown();
  }
  const observer =
    typeof ResizeObserver === 'undefined'
      ? undefined
      : new ResizeObserver(() => {
          if (pendingHome) home(pendingHome);
          options.onChange();
        });
  observer?.observe(root);

  return {
    get transform() {
      return transform;
    },
    setContent(next) {
      bounds = next;
    },
    home,
    get isHomePending() {
      return pendingHome !== null;
    },
    fit() {
      const { width, height } = size();
      const k = Math.min(1, (width - 24) / Math.max(1, bounds.w), (height - 24) / Math.max(1, bounds.h));
      const scale = Math.max(MIN_SCALE, k);
      go(
        at(
          scale,
          width / 2 - (bounds.x + bounds.w / 2) * scale,
          Math.max(MARGIN - bounds.y * scale, height / 2 - (bounds.y + bounds.h / 2) * scale)
        )
      );
    },
    zoomBy(factor) {
      const { width, height } = size();
      const k = Math.max(MIN_SCALE, Math.min(MAX_SCALE, transform.k * factor));
      const [x, y] = transform.invert([width / 2, height / 2]);
      go(at(k, width / 2 - x * k, height / 2 - y * k));
    },
    centreOn(rect) {
      const { width, height } = size();
      const k = Math.max(transform.k, 0.9);
      go(
        at(
          k,
          width / 2 - (rect.x + rect.w / 2) * k,
          height / 2 - (rect.y + Math.min(rect.h, height / k) / 2) * k
        )
      );
    },
    panTo(x, y, atX, atY) {
      go(at(transform.k, atX - x * transform.k, atY - y * transform.k), false);
    },
    panBy(dx, dy) {
      go(at(transform.k, transform.x + dx, transform.y + dy));
    },
    ensureVisible(rect) {
      const { width, height } = size();
      const k = transform.k;
      const [left, top] = transform.apply([rect.x, rect.y]);
      const dx = left < 8 ? 8 - left : Math.min(0, width - 8 - left - rect.w * k);
      const dy = top < 8 ? 8 - top : Math.min(0, height - 8 - top - rect.h * k);
      if (dx !== 0 || dy !== 0) go(at(k, transform.x + dx, transform.y + dy));
    },
    size,
    destroy() {
      observer?.disconnect();
      selection.interrupt().on('.zoom', null);
    }
  };
}
