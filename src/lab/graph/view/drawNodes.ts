// Nodes and closed modules. A keyed join; a node's inside is rebuilt only when what it shows has changed,
// and only nodes that moved are moved.

import { select, type Selection } from 'd3';
import { fitText, textWidth } from './text';
import { svg, icon, round } from './dom';
import { GLYPHS, ICONS, glyphOf, type Glyph, type IconName } from './icons';
import { outline } from './paths';
import { nodeModel, type MarkLook, type NodeModel } from './nodeModel';
import type { Scene } from './scene';
import type { Motion } from './motion';

const TILE = 22;
const THREE_LINES = 54;

const MARK_ICON: Record<MarkLook, IconName> = {
  leaf: 'leaf',
  'non-traceable': 'ban',
  custom: 'custom',
  standalone: 'leaf'
};

export function drawNodes(
  layer: Selection<SVGGElement, unknown, null, undefined>,
  scene: Scene,
  uid: string,
  motion: Motion
): void {
  const models = scene.layout.nodes.map(placed => nodeModel(scene, placed));
  layer
    .selectAll<SVGGElement, NodeModel>('g.jp-fx-node')
    .data(models, model => model.key)
    .join(
      enter =>
        enter
          .append('g')
          .attr('class', 'jp-fx-node')
          .attr('role', 'treeitem')
          .attr('transform', model => `translate(${model.x}, ${model.y})`)
          .call(motion.appear),
      update => motion.move(update, model => `translate(${model.x}, ${model.y})`),
      exit => motion.leave(exit)
    )
    .each(function (model) {
      redraw(this, model, uid);
      look(this, model, scene);
    });
}

/** What changes without the inside changing: classes and names. */
function look(element: SVGGElement, model: NodeModel, scene: Scene): void {
  element.dataset.nodeId = model.id;
  const { classList } = element;
  classList.toggle('jp-mod-selected', scene.selected.has(model.id));
  classList.toggle('jp-mod-neighbour', scene.neighbours.has(model.id));
  classList.toggle('jp-mod-failed', model.isFailed);
  classList.toggle('jp-mod-ghost', model.isGhost);
  classList.toggle('jp-mod-tall', model.members !== '');
  classList.toggle('jp-mod-tallest', linesOf(model).length > 1);
  classList.toggle('jp-mod-detailed', model.details.length > 0 && linesOf(model).length < 2);
}

function redraw(element: SVGGElement, model: NodeModel, uid: string): void {
  const { node, x: _x, y: _y, ...shown } = model;
  const signature = JSON.stringify([shown, node?.family, node?.target]);
  if (element.dataset.signature === signature) return;
  element.dataset.signature = signature;
  element.replaceChildren(...(model.kind === 'io' ? pill(model) : body(model, uid)));
}

function pill(model: NodeModel): SVGElement[] {
  const { w, h } = model;
  return [
    svg('rect', { class: 'jp-fx-ring', x: -3, y: -3, width: w + 6, height: h + 6, rx: h / 2 + 3 }),
    svg('rect', {
      class: 'jp-fx-body jp-fx-outline',
      x: 0.5,
      y: 0.5,
      width: w - 1,
      height: h - 1,
      rx: h / 2
    }),
    svg('text', { class: 'jp-fx-name', x: w / 2, y: h / 2 + 4, 'text-anchor': 'middle' }, [
      fitText(model.title, w - 12, 12, 500)
    ])
  ];
}

function body(model: NodeModel, uid: string): SVGElement[] {
  const { w, h, dock, mark } = model;
  const shape = outline(w, h, dock);
  // A mark's tile is neutral: what stands in it is the mark, not the operation.
  const family = mark ? 'opaque' : (model.node?.family ?? 'opaque');
  const clip = `${uid}-clip-${dock}-${w}-${h}`;
  const inner = svg('g', { 'clip-path': `url(#${clip})` });
  inner.append(svg('rect', { class: 'jp-fx-body', width: w, height: h }));
  if (mark) inner.append(svg('rect', { width: w, height: h, fill: `url(#${uid}-${mark})` }));
  inner.append(svg('rect', { class: 'jp-fx-tint', width: w, height: h }));
  const texts = text(model);
  if (mark) inner.append(...texts.plates);
  if (!model.isGhost)
    inner.append(
      svg('rect', {
        class: 'jp-fx-tile',
        width: TILE,
        height: h,
        style: model.isFailed ? undefined : `fill: var(--fx-f-${family})`
      })
    );
  if (model.bar) inner.append(...bar(model.bar, w, h));
  const parts: SVGElement[] = [];
  if (model.fold) {
    for (const offset of [5, 2.5])
      parts.push(
        svg('rect', {
          class: 'jp-fx-stack',
          x: offset + 0.5,
          y: offset + 0.5,
          width: w - 1,
          height: h - 1,
          rx: 4
        })
      );
  }
  parts.push(
    svg('rect', { class: 'jp-fx-ring', x: -3, y: -3, width: w + 6, height: h + 6, rx: 7 }),
    svg('clipPath', { id: clip }, [svg('path', { d: shape })]),
    inner,
    svg('path', { class: 'jp-fx-outline', d: shape }),
    tileSign(model),
    ...texts.elements
  );
  if (model.kind === 'closed') parts.push(svg('rect', { class: 'jp-fx-toggle', width: 24, height: h }));
  return parts;
}

const bar = (value: { fraction: number; color: string }, w: number, h: number): SVGElement[] => [
  svg('rect', { class: 'jp-fx-track', x: TILE, y: h - 3.5, width: w - TILE, height: 3 }),
  svg('rect', {
    class: 'jp-fx-bar',
    x: TILE,
    y: h - 3.5,
    width: round((w - TILE) * value.fraction),
    height: 3,
    style: `fill: ${value.color}`
  })
];

function tileSign(model: NodeModel): SVGElement {
  const { h, node, mark } = model;
  if (model.isFailed) return icon(ICONS.warn, 14, 4, h / 2 - 7, 'jp-fx-icon jp-fx-sign');
  const isContainer = model.kind === 'closed' || (model.isGhost && model.subtitle.includes('×'));
  if (isContainer) return icon(ICONS.right, 14, 4, h / 2 - 7, 'jp-fx-icon jp-fx-chevron');
  if (mark) return icon(ICONS[MARK_ICON[mark]], 14, 4, h / 2 - 7, 'jp-fx-icon jp-fx-sign');
  const family = node?.family ?? 'opaque';
  const glyph: Glyph = node ? glyphOf(family, node.target) : GLYPHS.opaque;
  const drawn = svg('svg', {
    class: 'jp-fx-glyph',
    x: 4.5,
    y: (h - 13) / 2,
    width: 13,
    height: 13,
    viewBox: '0 0 14 14',
    style: model.isGhost ? undefined : `color: var(--fx-f-${family})`
  });
  drawn.append(svg('path', { d: glyph.line }));
  if (glyph.fill !== undefined) drawn.append(svg('path', { d: glyph.fill, fill: 'currentColor' }));
  return drawn;
}

/** Name, class, second line, value; and for hatched nodes the plates behind them. */
function text(model: NodeModel): { elements: SVGElement[]; plates: SVGElement[] } {
  const { w, h } = model;
  const isTall = model.members !== '';
  const lines = linesOf(model);
  const baseline = isTall ? h / 2 + 3.5 - 7 * lines.length : h / 2 + (model.bar ? 2.6 : 4.2);
  const elements: SVGElement[] = [];
  const plates: SVGElement[] = [];
  let right = w - 7;

  if (model.ticks.length > 0) {
    const left = w - 8 - model.ticks.length * 6;
    model.ticks.forEach((tick, i) => {
      const height = 3 + tick.fraction * (h - 10);
      elements.push(
        svg('rect', {
          class: 'jp-fx-tick',
          x: left + i * 6,
          y: round(h - 5 - height),
          width: 4,
          height: round(height),
          style: `fill: ${tick.color}`
        })
      );
    });
    right = left - 6;
  }
  if (model.value !== '') {
    const width = textWidth(model.value, 11);
    const className = `jp-fx-value${model.hasSecondaryValue ? ' jp-mod-secondary' : ''}`;
    elements.push(
      svg('text', { class: className, x: right, y: baseline, 'text-anchor': 'end' }, [model.value])
    );
    plates.push(
      svg('rect', {
        class: 'jp-fx-plate',
        x: right - width - 4,
        y: 3,
        width: width + 8,
        height: h - 6,
        rx: 3
      })
    );
    right -= width + 8;
  }
  const badges = badgeGroup(model);
  right -= badges.width;
  const title = fitText(model.title, right - 28, 12, 500);
  const titleWidth = textWidth(title, 12, model.isFailed ? 600 : 500);
  const subtitle = model.subtitle === '' ? '' : fitText(model.subtitle, right - 28 - titleWidth - 7, 11);
  const name = svg('text', { class: 'jp-fx-name', x: 28, y: baseline }, [title]);
  if (subtitle !== '') name.append(svg('tspan', { class: 'jp-fx-class', dx: 5 }, [subtitle]));
  elements.push(name);
  const end = 28 + titleWidth + (subtitle === '' ? 0 : 5 + textWidth(subtitle, 11));
  plates.unshift(svg('rect', { class: 'jp-fx-plate', x: 25, y: 3, width: end - 20, height: h - 6, rx: 3 }));
  if (badges.element) {
    badges.element.setAttribute('transform', `translate(${round(end + 8)},${h / 2 - 8})`);
    elements.push(badges.element);
  }
  lines.forEach((line, i) =>
    elements.push(
      svg('text', { class: 'jp-fx-members', x: 28, y: baseline + 14 * (i + 1) }, [fitText(line, w - 35, 11)])
    )
  );
  const [detail] = model.details;
  if (detail !== undefined && lines.length < 2)
    elements.push(svg('text', { class: 'jp-fx-detail', x: 28, y: isTall ? baseline + 23 : h - 2 }, [detail]));
  return { elements, plates };
}

/** Below the name, where there is room: what was fused, and if it fits the range and scale. */
function linesOf(model: NodeModel): string[] {
  if (model.members === '') return [];
  const room = model.w - 35;
  const detail = model.details.find(text => textWidth(text, 11) <= room);
  return model.h >= THREE_LINES && detail !== undefined ? [model.members, detail] : [model.members];
}

function badgeGroup(model: NodeModel): { element: SVGGElement | null; width: number } {
  if (model.badges.length === 0 && !model.fold) return { element: null, width: 0 };
  const element = svg('g', { class: 'jp-fx-badges' });
  let x = 0;
  if (model.fold) {
    element.append(
      svg('rect', { class: 'jp-fx-times', width: 26, height: 16, rx: 3 }),
      svg('text', { class: 'jp-fx-times-text', x: 13, y: 12, 'text-anchor': 'middle' }, [
        `×${model.fold.paths.length}`
      ])
    );
    x = 30;
  }
  for (const badge of model.badges) {
    element.append(
      svg('g', { transform: `translate(${x},0)` }, [
        svg('rect', { class: 'jp-fx-badge', x: 0.5, y: 0.5, width: 30, height: 15, rx: 3 }),
        icon(ICONS[badge.icon], 12, 3, 2),
        svg('text', { class: 'jp-fx-badge-text', x: 18, y: 12 }, [String(badge.count)])
      ])
    );
    x += 34;
  }
  return { element, width: x + 8 };
}

/** The node elements by id, for focus and tests. */
export const nodeElement = (root: Element, id: string): SVGGElement | null =>
  select(root)
    .selectAll<SVGGElement, unknown>('[data-node-id]')
    .filter(function () {
      return this.dataset.nodeId === id;
    })
    .node();
