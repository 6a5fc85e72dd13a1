// The whole graph, small, with the part in view; click or drag moves the view.

import type { ViewContext } from './createGraphView';
import { html, round, svg } from './dom';
import type { Scene } from './scene';

const WIDTH = 52;
const HEIGHT = 104;
const PADDING = 6;
/** Beyond this, only boxes: a pixel would stand for several nodes. */
const MAX_NODES = 2000;

export interface Minimap {
  element: HTMLElement;
  update(scene: Scene | null): void;
  moved(): void;
  destroy(): void;
}

export function createMinimap(context: ViewContext): Minimap {
  const picture = svg('svg', { 'aria-hidden': 'true' });
  const content = svg('g');
  const frame = svg('rect', { class: 'jp-fx-minimap-frame', rx: 2 });
  picture.append(content, frame);
  const element = html('div', { class: 'jp-fx-minimap' }, [picture]);
  let drawn: unknown = null;
  let scale = 1;
  let left = 0;
  let top = 0;

  function moved(): void {
    const { transform } = context.viewport;
    const { width, height } = context.viewport.size();
    const [x, y] = transform.invert([0, 0]);
    frame.setAttribute('x', String(round(left + x * scale)));
    frame.setAttribute('y', String(round(top + y * scale)));
    frame.setAttribute('width', String(Math.max(3, round((width / transform.k) * scale))));
    frame.setAttribute('height', String(Math.max(3, round((height / transform.k) * scale))));
  }

  function draw(scene: Scene): void {
    const { bounds, nodes, boxes } = scene.layout;
    const isWide = context.viewport.size().width > 600;
    const w = isWide ? 70 : WIDTH;
    const h = isWide ? 124 : HEIGHT;
    picture.setAttribute('width', String(w));
    picture.setAttribute('height', String(h));
    scale = Math.min((w - 2 * PADDING) / Math.max(1, bounds.w), (h - 2 * PADDING) / Math.max(1, bounds.h));
    left = (w - bounds.w * scale) / 2 - bounds.x * scale;
    top = (h - bounds.h * scale) / 2 - bounds.y * scale;
    const rect = (item: { x: number; y: number; w: number; h: number }, name: string) =>
      svg('rect', {
        class: name,
        x: round(left + item.x * scale),
        y: round(top + item.y * scale),
        width: Math.max(1.5, round(item.w * scale)),
        height: Math.max(1.5, round(item.h * scale)),
        rx: 1
      });
    content.replaceChildren(
      ...boxes.map(box => rect(box, 'jp-fx-minimap-box')),
      ...(nodes.length > MAX_NODES
        ? []
        : nodes.map(node =>
            rect(
              node,
              scene.selected.has(node.id) ? 'jp-fx-minimap-node jp-mod-selected' : 'jp-fx-minimap-node'
            )
          ))
    );
    moved();
  }

  const abort = new AbortController();
  const { signal } = abort;
  const jump = (event: PointerEvent): void => {
    const at = picture.getBoundingClientRect();
    const x = (event.clientX - at.left - left) / scale;
    const y = (event.clientY - at.top - top) / scale;
    const { width, height } = context.viewport.size();
    context.viewport.panTo(x, y, width / 2, height / 2);
  };
  element.addEventListener(
    'pointerdown',
    event => {
      event.preventDefault();
      element.setPointerCapture(event.pointerId);
      jump(event);
    },
    { signal }
  );
  element.addEventListener(
    'pointermove',
    event => element.hasPointerCapture(event.pointerId) && jump(event),
    {
      signal
    }
  );
  return {
    element,
    update(scene) {
      element.hidden = scene === null;
      const key = scene && `${scene.state.selection.join()}`;
      if (!scene || (drawn === scene.layout && element.dataset.key === key)) return;
      drawn = scene.layout;
      element.dataset.key = key ?? '';
      draw(scene);
    },
    moved,
    destroy: () => abort.abort()
  };
}
