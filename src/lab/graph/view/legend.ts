// What colours, thickness and dashes mean: the overlay's ramp, and the line of every dtype that is drawn.

import type { Translator } from '../types';
import { html, svg } from './dom';
import { edgeModel, type LineStyle } from './edgeModel';
import { stepColor, type Scene } from './scene';
import { textWidth } from './text';

const STEP = 24;
/** Between two numbers under the ramp. */
const LABEL_GAP = 9;

export interface Legend {
  ramp: HTMLElement;
  lines: HTMLElement;
  update(scene: Scene | null, isWide: boolean): void;
}

export function createLegend(trans: Translator): Legend {
  const ramp = html('div', { class: 'jp-fx-ramp' });
  const lines = html('div', { class: 'jp-fx-lines' });
  const words: Record<Exclude<LineStyle, 'ghost'>, string> = {
    float: 'float32',
    planned: trans.__('int8 planned'),
    int8: 'int8',
    int32: 'int32',
    float16: 'float16'
  };
  return {
    ramp,
    lines,
    update(scene, isWide) {
      const legend = scene && scene.values.size > 0 ? scene.overlay.legend(trans, scene.scale) : null;
      ramp.replaceChildren();
      if (scene && legend) {
        ramp.append(html('span', {}, [legend.title]));
        ramp.append(isWide ? wideRamp(scene, legend) : sample(scene));
      }
      lines.replaceChildren();
      if (!scene) return;
      const used = new Set<LineStyle>();
      const types = new Set<string>();
      for (const edge of scene.layout.edges) {
        const model = edgeModel(scene, edge);
        used.add(model.style).add(model.styleAfter);
      }
      for (const node of scene.index.document.nodes) {
        const dtype = node.value.dtype;
        if (dtype !== undefined && /^q/.test(dtype)) types.add(dtype);
      }
      for (const style of Object.keys(words) as (keyof typeof words)[]) {
        if (!used.has(style)) continue;
        const [only] = types;
        const word = style === 'int8' && types.size === 1 && only !== undefined ? only : words[style];
        const sampleLine = svg('svg', { width: 24, height: 8, 'aria-hidden': 'true' }, [
          svg('path', { class: `jp-fx-line jp-mod-${style}`, d: 'M0 4H24' })
        ]);
        lines.append(html('span', {}, [sampleLine, word]));
      }
    }
  };
}

/** In the sidebar the panel draws the ramp; here only what the bar is. */
const sample = (scene: Scene): SVGSVGElement =>
  svg('svg', { width: 24, height: 8, 'aria-hidden': 'true' }, [
    svg('path', { class: 'jp-fx-track', d: 'M0 2.5h24v3H0Z' }),
    svg('path', { style: `fill: ${stepColor(scene.overlay, 3)}`, d: 'M0 2.5h13v3H0Z' })
  ]);

function wideRamp(scene: Scene, legend: NonNullable<ReturnType<Scene['overlay']['legend']>>): SVGSVGElement {
  const step = legend.stops.reduce((max, stop) => Math.max(max, textWidth(stop.label, 11) + LABEL_GAP), STEP);
  const width = Math.round(step * 5) + 4;
  const ramp = svg('svg', {
    width,
    height: 24,
    role: 'img',
    'aria-label': `${legend.title}: ${legend.stops.map(stop => stop.label).join(' ')} ${legend.unit}`
  });
  for (const stop of legend.stops) {
    const x = (stop.step - 1) * step;
    const height = 2 + stop.step * 1.2;
    ramp.append(
      svg('rect', {
        x,
        y: 7 - stop.step * 1.2,
        width: step - 1.5,
        height,
        style: `fill: ${stepColor(scene.overlay, stop.step)}`
      })
    );
    if (stop.label !== '')
      ramp.append(svg('text', { x: x + step - 3, y: 21, 'text-anchor': 'middle' }, [stop.label]));
  }
  if (legend.unit !== '') ramp.append(svg('text', { x: width, y: 21, 'text-anchor': 'end' }, [legend.unit]));
  return ramp;
}
