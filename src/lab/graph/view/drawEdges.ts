// Edges, their halos, and the capsules, shapes and Q/DQ tags that stand on them.

import type { Selection } from 'd3';
import type { Point } from '../layout';
import { round, svg } from './dom';
import { arrowHead, roundedPath, shortened, sparkline } from './paths';
import { capsuleModel, edgeModel, slotModel, type EdgeModel, type SlotModel } from './edgeModel';
import type { Motion } from './motion';
import type { Scene } from './scene';

const CAPSULE = { w: 72, h: 16 };
type Layer = Selection<SVGGElement, unknown, null, undefined>;

export interface EdgeLayers {
  halos: Layer;
  edges: Layer;
  slots: Layer;
}

export function drawEdges(layers: EdgeLayers, scene: Scene, motion: Motion): void {
  const models = scene.layout.edges.map(edge => edgeModel(scene, edge));
  const leaving = new Map<string, EdgeModel[]>();
  for (const model of models) {
    const list = leaving.get(model.producer);
    if (list) list.push(model);
    else leaving.set(model.producer, [model]);
  }
  const slots = scene.layout.slots.map(slot => slotModel(scene, slot, leaving.get(slot.producer) ?? []));
  const slotByProducer = new Map(slots.map(slot => [slot.producer, slot]));
  for (const model of models) {
    const own = ownSlot(scene, model, slotByProducer.get(model.producer));
    if (own) slots.push(own);
  }
  drawHalos(layers.halos, models, scene.upstream, scene.downstream);
  layers.edges
    .selectAll<SVGGElement, EdgeModel>('g.jp-fx-edge')
    .data(models, model => model.key)
    .join(
      enter => enter.append('g').attr('class', 'jp-fx-edge'),
      update => update,
      exit => exit.remove()
    )
    .each(function (model) {
      const slot = slotByProducer.get(model.producer);
      const isShared = slot?.tag === model.tag && model.tag !== null;
      const signature = JSON.stringify([
        model.points,
        model.dtype,
        model.style,
        model.styleAfter,
        model.tag,
        isShared
      ]);
      if (this.dataset.signature === signature) return;
      const points = JSON.stringify(model.points);
      if (this.dataset.points !== undefined && this.dataset.points !== points) motion.redrawn(this);
      this.dataset.points = points;
      this.dataset.signature = signature;
      this.dataset.dtype = model.dtype;
      this.replaceChildren(...edgeParts(model, isShared ? slot : undefined));
    });
  layers.slots
    .selectAll<SVGGElement, SlotModel>('g.jp-fx-slot')
    .data(slots, slot => slot.key)
    .join(
      enter =>
        enter
          .append('g')
          .attr('class', 'jp-fx-slot')
          .attr('transform', slot => `translate(${slot.x}, ${slot.y})`),
      update => motion.move(update, slot => `translate(${slot.x}, ${slot.y})`),
      exit => exit.remove()
    )
    .each(function (slot) {
      drawSlot(this, slot, scene);
    });
}

/** An observer that serves one reader only has a capsule of its own on that edge, or left of the shared one. */
function ownSlot(scene: Scene, model: EdgeModel, shared: SlotModel | undefined): SlotModel | null {
  const id = model.via.find(via => via.includes('>') && scene.index.byId.get(via)?.role === 'observer');
  if (id === undefined || id === shared?.id) return null;
  const at = tagPoint(model, undefined);
  const isNear =
    shared !== undefined &&
    Math.abs(at.y - shared.y) < 2 * CAPSULE.h &&
    Math.abs(at.x - shared.x) < CAPSULE.w;
  const place = isNear
    ? { x: shared.x - CAPSULE.w - 8, y: shared.y }
    : { x: at.x - CAPSULE.w / 2, y: at.y - CAPSULE.h / 2 };
  return capsuleModel(scene, { ...place, key: model.key, producer: model.producer }, id, '', null);
}

/** Edges along the path: up strong, down light. Also used for the path under the pointer. */
export function drawHalos(
  layer: Layer,
  edges: readonly { key: string; from: string; to: string; points: Point[] }[],
  upstream: ReadonlySet<string>,
  downstream: ReadonlySet<string>
): void {
  const halos = edges.flatMap(edge => {
    const strength = on(upstream, edge) ? 'up' : on(downstream, edge) ? 'down' : null;
    return strength ? [{ key: edge.key, strength, d: roundedPath(edge.points) }] : [];
  });
  layer
    .selectAll<SVGPathElement, (typeof halos)[number]>('path')
    .data(halos, halo => halo.key)
    .join('path')
    .attr('class', halo => `jp-fx-halo jp-mod-${halo.strength}`)
    .attr('d', halo => halo.d);
}

const on = (path: ReadonlySet<string>, edge: { from: string; to: string }): boolean =>
  path.has(edge.from) && path.has(edge.to);

function edgeParts(model: EdgeModel, slot: SlotModel | undefined): SVGElement[] {
  const parts: SVGElement[] = [];
  const { points } = model;
  const [first] = points;
  const line = (run: readonly Point[], style: string): SVGElement =>
    svg('path', { class: `jp-fx-line jp-mod-${style}`, d: roundedPath(run) });
  const isGhost = model.style === 'ghost';
  // What leaves from the dot below a shared tag has changed already.
  const isChanged = slot !== undefined && model.isTapped;
  const style = isChanged ? model.styleAfter : model.style;
  if (style === model.styleAfter) parts.push(line(isGhost ? points : shortened(points), style));
  else {
    const at = tagPoint(model, slot);
    const [before, after] = splitAt(points, at);
    parts.push(line(before, model.style), line(shortened(after), model.styleAfter));
    if (!slot && model.tag) parts.push(tagMark(at.x, at.y - 8, model.tag, true));
  }
  if (!isGhost)
    parts.push(svg('path', { class: `jp-fx-head jp-mod-${model.styleAfter}`, d: arrowHead(points) }));
  if (model.isTapped && first)
    parts.push(svg('circle', { class: `jp-fx-tap jp-mod-${style}`, cx: first.x, cy: first.y, r: 3 }));
  parts.push(svg('path', { class: 'jp-fx-edge-hit', d: roundedPath(points) }));
  return parts;
}

/** Where an edge changes its dtype: at the capsule, or in the middle of its longest vertical run. */
function tagPoint(model: EdgeModel, slot: SlotModel | undefined): Point {
  const { points } = model;
  const [first] = points;
  if (slot && first) return { x: first.x, y: Math.max(first.y, slot.y + CAPSULE.h / 2) };
  let best = points[0] ?? { x: 0, y: 0 };
  let length = -1;
  points.forEach((point, i) => {
    const next = points[i + 1];
    if (!next || next.x !== point.x || Math.abs(next.y - point.y) <= length) return;
    length = Math.abs(next.y - point.y);
    best = { x: point.x, y: (point.y + next.y) / 2 };
  });
  return best;
}

function splitAt(points: readonly Point[], at: Point): [Point[], Point[]] {
  for (let i = 0; i + 1 < points.length; i++) {
    const a = points[i];
    const b = points[i + 1];
    if (!a || !b || a.x !== at.x || b.x !== at.x) continue;
    if (at.y < Math.min(a.y, b.y) || at.y > Math.max(a.y, b.y)) continue;
    return [
      [...points.slice(0, i + 1), at],
      [at, ...points.slice(i + 1)]
    ];
  }
  return [[...points], [...points]];
}

function tagMark(x: number, y: number, tag: 'Q' | 'DQ', isCentred: boolean): SVGElement {
  const width = tag === 'Q' ? 16 : 22;
  return svg(
    'g',
    { class: 'jp-fx-tag', transform: `translate(${isCentred ? x - width / 2 : x - width},${y})` },
    [
      svg('rect', { x: 0.5, y: 0.5, width: width - 1, height: 15, rx: 3 }),
      svg('text', { x: width / 2, y: 12, 'text-anchor': 'middle' }, [tag])
    ]
  );
}

function drawSlot(element: SVGGElement, slot: SlotModel, scene: Scene): void {
  const isCapsule = slot.id !== '';
  element.classList.toggle('jp-mod-capsule', isCapsule);
  element.classList.toggle('jp-mod-selected', isCapsule && scene.selected.has(slot.id));
  element.classList.toggle('jp-mod-busy', isCapsule && scene.state.isBusy === true);
  if (isCapsule) {
    element.setAttribute('role', 'treeitem');
    element.dataset.nodeId = slot.id;
  } else {
    element.removeAttribute('role');
    element.removeAttribute('data-node-id');
    element.removeAttribute('tabindex');
  }
  const { x: _x, y: _y, ...shown } = slot;
  const signature = JSON.stringify(shown);
  if (element.dataset.signature === signature) return;
  element.dataset.signature = signature;
  element.replaceChildren(...(isCapsule ? capsule(slot) : []), ...labels(slot, isCapsule));
}

function capsule(slot: SlotModel): SVGElement[] {
  const { w, h } = CAPSULE;
  const parts: SVGElement[] = [
    svg('rect', { class: 'jp-fx-ring', x: -2.5, y: -2.5, width: w + 5, height: h + 5, rx: 10.5 }),
    svg('rect', {
      class: `jp-fx-capsule jp-mod-${slot.style}`,
      x: 0.5,
      y: 0.5,
      width: w - 1,
      height: h - 1,
      rx: 8
    })
  ];
  if (slot.isFilled)
    parts.push(
      svg('path', {
        class: `jp-fx-spark jp-mod-${slot.style}`,
        transform: 'translate(8,2.5)',
        d: sparkline(slot.spark, w - 16, 10.5)
      })
    );
  if (slot.zeroAt !== undefined)
    parts.push(svg('path', { class: 'jp-fx-zero', d: `M${round(8 + (w - 16) * slot.zeroAt)} 12.5v2.5` }));
  for (const edge of slot.clip ?? [])
    parts.push(svg('path', { class: 'jp-fx-clip', d: `M${round(8 + (w - 16) * edge)} 2v12` }));
  return parts;
}

function labels(slot: SlotModel, isCapsule: boolean): SVGElement[] {
  const parts: SVGElement[] = [];
  if (slot.shape !== '' && !slot.isGhost)
    parts.push(
      svg('text', { class: 'jp-fx-shape', x: isCapsule ? CAPSULE.w + 7 : CAPSULE.w / 2 + 9, y: 12 }, [
        slot.shape
      ])
    );
  if (slot.tag) parts.push(tagMark(isCapsule ? -4 : CAPSULE.w / 2 - 8, 0, slot.tag, false));
  return parts;
}
