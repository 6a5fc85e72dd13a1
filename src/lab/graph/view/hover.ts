// Under the pointer, after 300 ms: a tooltip with what the node does not say itself, and a light halo on its path.

import type { Selection } from 'd3';
import type { ViewContext } from './createGraphView';
import { html } from './dom';
import { drawHalos } from './drawEdges';
import { describe } from './describe';
import { pathsOf } from './scene';

const DELAY = 300;

export interface Hover {
  over(id: string | undefined, at: PointerEvent): void;
  leave(): void;
  destroy(): void;
}

export function createHover(
  context: ViewContext,
  layer: Selection<SVGGElement, unknown, null, undefined>
): Hover {
  const tip = html('div', { class: 'jp-fx-tip', role: 'tooltip', hidden: '' });
  context.root.append(tip);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let current: string | undefined;

  const leave = (): void => {
    clearTimeout(timer);
    current = undefined;
    tip.hidden = true;
    layer.selectAll('*').remove();
  };
  const show = (id: string, x: number, y: number): void => {
    const { scene } = context;
    if (!scene) return;
    const lines = describe(scene, id);
    if (lines.length === 0) return;
    tip.replaceChildren(
      ...lines.map((line, i) => html('div', { class: i === 0 ? 'jp-fx-tip-title' : '' }, [line]))
    );
    tip.hidden = false;
    const { width, height } = context.viewport.size();
    tip.style.left = `${Math.max(8, Math.min(x + 14, width - tip.offsetWidth - 8))}px`;
    tip.style.top = `${Math.max(8, Math.min(y + 18, height - tip.offsetHeight - 8))}px`;
    const start = id.startsWith('obs:') ? (scene.index.byId.get(id)?.observes ?? id.slice(4)) : id;
    if (scene.selected.has(start)) return;
    const { upstream, downstream } = pathsOf([start], scene.index, scene.shownAs);
    drawHalos(layer, scene.layout.edges, new Set(), new Set([...upstream, ...downstream]));
  };
  return {
    over(id, at) {
      if (id === current) return;
      leave();
      if (id === undefined) return;
      current = id;
      const frame = context.root.getBoundingClientRect();
      timer = setTimeout(() => show(id, at.clientX - frame.left, at.clientY - frame.top), DELAY);
    },
    leave,
    destroy() {
      leave();
      tip.remove();
    }
  };
}
