// Open modules: the box, its header (chevron, name, class), and for repeated modules ×N with a stepper.

import type { Selection } from 'd3';
import { icon, svg } from './dom';
import { ICONS } from './icons';
import { moduleKey } from '../types';
import { boxModel, type BoxModel } from './nodeModel';
import type { Scene } from './scene';
import { fitText, textWidth } from './text';

const HEADER = 22;
/** More repetitions than this get arrows instead of one field each. */
const FIELDS = 4;

type Layer = Selection<SVGGElement, unknown, null, undefined>;

export function drawBoxes(layer: Layer, blocks: Layer, scene: Scene): void {
  const models = scene.layout.boxes.map(box => boxModel(scene, box));
  drawBlocks(blocks, models);
  layer
    .selectAll<SVGGElement, BoxModel>('g.jp-fx-box')
    .data(models, model => model.key)
    .join(
      enter => enter.append('g').attr('class', 'jp-fx-box'),
      update => update,
      exit => exit.remove()
    )
    .order()
    .attr('transform', model => `translate(${model.x}, ${model.y})`)
    .each(function (model) {
      this.classList.toggle('jp-mod-stopped', model.isStopped);
      this.classList.toggle('jp-mod-selected', scene.selected.has(moduleKey(model.path)));
      const { x: _x, y: _y, ...shown } = model;
      const signature = JSON.stringify([shown, model.axis - model.x]);
      if (this.dataset.signature === signature) return;
      this.dataset.signature = signature;
      this.replaceChildren(...boxParts(model, scene));
    });
}

/** Far out, an outermost box is one filled block with its name and worst value; the style sheet says when. */
function drawBlocks(layer: Layer, models: readonly BoxModel[]): void {
  layer
    .selectAll<SVGGElement, BoxModel>('g.jp-fx-block')
    .data(
      models.filter(model => model.depth === 0),
      model => model.key
    )
    .join(enter => enter.append('g').attr('class', 'jp-fx-block'))
    .attr('transform', model => `translate(${model.x}, ${model.y})`)
    .each(function (model) {
      const { w, h } = model;
      const signature = JSON.stringify([w, h, model.title, model.worst, model.worstColor]);
      if (this.dataset.signature === signature) return;
      this.dataset.signature = signature;
      this.replaceChildren(
        svg('rect', { class: 'jp-fx-box-ground', width: w, height: h, rx: 6 }),
        svg('rect', { class: 'jp-fx-box-outline', width: w, height: h, rx: 6 }),
        svg('rect', {
          class: 'jp-fx-block-worst',
          width: 14,
          height: h,
          rx: 6,
          style: `fill: ${model.worstColor || 'none'}`
        }),
        svg('text', { x: w / 2, y: h / 2, 'text-anchor': 'middle', 'dominant-baseline': 'central' }, [
          model.worst === '' ? model.title : `${model.title} ${model.worst}`
        ])
      );
    });
}

function boxParts(model: BoxModel, scene: Scene): SVGElement[] {
  const { w, h } = model;
  const parts: SVGElement[] = [];
  if (model.fold)
    for (const offset of [6, 3])
      parts.push(svg('rect', { class: 'jp-fx-stack', x: offset, y: offset, width: w, height: h, rx: 6 }));
  parts.push(
    svg('rect', { class: 'jp-fx-box-ground', width: w, height: h, rx: 6 }),
    svg('rect', { class: 'jp-fx-box-outline', width: w, height: h, rx: 6 }),
    header(model)
  );
  if (model.fold) parts.push(stepper(model, scene));
  if (model.isStopped) parts.push(stoppedBadge(model, scene));
  return parts;
}

function header(model: BoxModel): SVGGElement {
  const room = model.axis - model.x - 24 - 4;
  const title = fitText(model.title, room, 12, 600);
  const left = room - textWidth(title, 12, 600) - 6;
  const subtitle = left > 20 ? fitText(model.subtitle, left, 11) : '';
  const text = svg('text', { class: 'jp-fx-box-name', x: 24, y: 15.5 }, [title]);
  if (subtitle !== '') text.append(svg('tspan', { class: 'jp-fx-class', dx: 6 }, [subtitle]));
  return svg(
    'g',
    {
      class: 'jp-fx-header',
      role: 'treeitem',
      'aria-expanded': 'true',
      'data-node-id': moduleKey(model.path)
    },
    [
      svg('rect', { class: 'jp-fx-header-hit', width: model.w, height: HEADER, rx: 6 }),
      icon(ICONS.down, 14, 6, 4, 'jp-fx-icon jp-fx-chevron'),
      text,
      svg('rect', { class: 'jp-fx-toggle', width: 24, height: HEADER })
    ]
  );
}

function stepper(model: BoxModel, scene: Scene): SVGGElement {
  const { fold } = model;
  const group = svg('g', { class: 'jp-fx-stepper', transform: `translate(${model.axis - model.x + 12},3)` });
  if (!fold) return group;
  const { paths, shown } = fold;
  const times = `×${paths.length}`;
  const timesWidth = Math.max(27, textWidth(times, 11, 600) + 12);
  group.append(
    svg('rect', { class: 'jp-fx-times', width: timesWidth, height: 16, rx: 3 }),
    svg('text', { class: 'jp-fx-times-text', x: timesWidth / 2, y: 12, 'text-anchor': 'middle' }, [times])
  );
  const fields =
    paths.length <= FIELDS
      ? paths.map((path, index) => ({
          index,
          label: path.slice(path.lastIndexOf('.') + 1),
          isOn: index === shown
        }))
      : [
          { index: Math.max(0, shown - 1), label: '‹', isOn: false },
          {
            index: shown,
            label: paths[shown]?.slice((paths[shown]?.lastIndexOf('.') ?? -1) + 1) ?? '',
            isOn: true
          },
          { index: Math.min(paths.length - 1, shown + 1), label: '›', isOn: false }
        ];
  const width = 19;
  const steps = svg('g', { transform: `translate(${timesWidth + 5},0)` }, [
    svg('rect', { class: 'jp-fx-badge', x: 0.5, y: 0.5, width: width * fields.length, height: 15, rx: 3 })
  ]);
  fields.forEach((field, i) => {
    const step = svg(
      'g',
      { class: 'jp-fx-step', 'data-fold': fold.key, 'data-shown': field.index, role: 'button' },
      [
        svg('title', {}, [scene.trans.__('Show the numbers of %1', paths[field.index] ?? '')]),
        svg('rect', {
          class: field.isOn ? 'jp-fx-step-on' : 'jp-fx-step-off',
          x: 1 + i * width,
          y: 1,
          width: width - 1,
          height: 14,
          rx: 2.5
        }),
        svg(
          'text',
          {
            x: 0.5 + i * width + width / 2,
            y: 12,
            'text-anchor': 'middle',
            class: field.isOn ? 'jp-mod-on' : ''
          },
          [fitText(field.label, width - 3, 11, 600)]
        )
      ]
    );
    if (i > 0) step.append(svg('path', { class: 'jp-fx-step-line', d: `M${0.5 + i * width} 1v14` }));
    steps.append(step);
  });
  group.append(steps);
  return group;
}

function stoppedBadge(model: BoxModel, scene: Scene): SVGGElement {
  const text = scene.trans.__('stopped here');
  const width = textWidth(text, 11) + 28;
  return svg('g', { class: 'jp-fx-stopped', transform: `translate(${model.w - width - 12},3)` }, [
    svg('rect', { x: 0.5, y: 0.5, width, height: 15, rx: 3 }),
    icon(ICONS.warn, 12, 4, 2),
    svg('text', { x: 20, y: 12 }, [text])
  ]);
}
