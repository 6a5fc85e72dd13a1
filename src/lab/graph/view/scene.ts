// What is to be drawn, as plain data: layout, document, overlay and selection joined. No DOM here, so that a
// drawing function only has to compare and write.

import type { GraphNode } from '../../../protocol';
import { indexOf, markWord, moduleClass, reachFrom, type DocumentIndex } from '../documentIndex';
import type { FoldInfo, LayoutResult, PlacedBox, PlacedEdge, PlacedNode, PlacedSlot } from '../layout';
import { overlays, type Overlay, type OverlayScale } from '../overlays';
import { isModuleKey, modulePathOf, moduleKey, type GraphViewState, type Translator } from '../types';

export interface Scene {
  index: DocumentIndex;
  layout: LayoutResult;
  state: GraphViewState;
  overlay: Overlay;
  values: ReadonlyMap<string, number>;
  scale: OverlayScale;
  selected: ReadonlySet<string>;
  neighbours: ReadonlySet<string>;
  /** Visible ids up and down the paths of the selection. */
  upstream: ReadonlySet<string>;
  downstream: ReadonlySet<string>;
  /** Node id → the id it is visible under. */
  shownAs: ReadonlyMap<string, string>;
  trans: Translator;
}

export function makeScene(state: GraphViewState, layout: LayoutResult, trans: Translator): Scene | null {
  if (!state.document) return null;
  const index = indexOf(state.document);
  const overlay = overlays[state.overlay];
  const values = overlay.values(index, state);
  const shownAs = new Map(layout.visible);
  const paths = pathsOf(state.selection, index, shownAs);
  return {
    index,
    layout,
    state,
    overlay,
    values,
    scale: overlay.scale(values),
    selected: new Set(state.selection),
    ...paths,
    shownAs,
    trans
  };
}

type Paths = Pick<Scene, 'neighbours' | 'upstream' | 'downstream'>;

export function pathsOf(
  ids: readonly string[],
  index: DocumentIndex,
  shownAs: ReadonlyMap<string, string>
): Paths {
  const neighbours = new Set<string>();
  const upstream = new Set<string>();
  const downstream = new Set<string>();
  const primary = ids[0];
  if (primary === undefined || index.failed.has(primary) || index.notReached.has(primary))
    return { neighbours, upstream, downstream };
  const starts = isModuleKey(primary)
    ? (index.inside.get(modulePathOf(primary)) ?? []).map(node => node.id)
    : [primary];
  const own = new Set(starts);
  for (const [way, into] of [
    ['up', upstream],
    ['down', downstream]
  ] as const) {
    for (const start of starts) {
      for (const id of reachFrom(index, start, way)) if (!own.has(id)) into.add(shownAs.get(id) ?? id);
    }
    into.add(isModuleKey(primary) ? primary : (shownAs.get(primary) ?? primary));
  }
  for (const id of starts) {
    for (const near of nearest(index, id)) if (!own.has(near)) neighbours.add(shownAs.get(near) ?? near);
  }
  neighbours.delete(primary);
  return { neighbours, upstream, downstream };
}

/** Operations next to a node, looking through observers and quantize nodes. */
export function nearest(index: DocumentIndex, id: string, way?: 'up' | 'down'): string[] {
  const found: string[] = [];
  const look = (from: string, direction: 'up' | 'down', depth: number): void => {
    const next = direction === 'up' ? index.byId.get(from)?.inputs : index.readers.get(from);
    for (const other of next ?? []) {
      const role = index.byId.get(other)?.role;
      if (role === 'observer' || role === 'quantize' || role === 'dequantize') {
        if (depth < 8) look(other, direction, depth + 1);
      } else if (!found.includes(other)) found.push(other);
    }
  };
  if (way !== 'down') look(id, 'up', 0);
  if (way !== 'up') look(id, 'down', 0);
  return found;
}

export type MarkLook = 'leaf' | 'non-traceable' | 'custom' | 'standalone';

export interface NodeModel extends PlacedNode {
  title: string;
  subtitle: string;
  /** What a tall node stands for, in its second line. */
  members: string;
  value: string;
  hasSecondaryValue: boolean;
  node?: GraphNode;
  mark?: MarkLook;
  isFailed: boolean;
  isGhost: boolean;
  bar?: { fraction: number; color: string };
  ticks: { fraction: number; color: string }[];
  badges: { icon: 'leaf' | 'ban' | 'custom' | 'warn'; count: number }[];
  /** For the largest zoom: scale, zero point, min…max. */
  detail: string;
}

export function nodeModel(scene: Scene, placed: PlacedNode): NodeModel {
  return placed.kind === 'closed' ? closedModel(scene, placed) : operationModel(scene, placed);
}

function operationModel(scene: Scene, placed: PlacedNode): NodeModel {
  const { index, values, scale, overlay, trans } = scene;
  const node = index.byId.get(placed.id);
  const mark = node?.mark === undefined ? undefined : markWord(node.mark);
  const isFailed = index.failed.has(placed.id);
  const isGhost = index.notReached.has(placed.id);
  // What is docked has one value, shown on the last member.
  const isEnd = placed.dock === 'only' || placed.dock === 'bottom';
  const value = isEnd || overlay.name === 'size' ? values.get(placed.id) : undefined;
  const base = {
    ...placed,
    title: node?.label ?? placed.id,
    subtitle: subtitleOf(scene, placed, node, mark),
    members: placed.h > 36 && node ? membersOf(node) : '',
    isFailed,
    isGhost,
    ticks: [],
    badges: [],
    detail: isEnd ? detailOf(scene, placed.id) : '',
    ...(node ? { node } : {}),
    ...(mark ? { mark } : {}),
    ...(value === undefined || overlay.name === 'type'
      ? {}
      : { bar: { fraction: scale.fraction(value), color: stepColor(overlay, scale.step(value)) } })
  };
  if (isFailed) return { ...base, value: trans.__('cannot be traced'), hasSecondaryValue: false };
  if (isGhost) return { ...base, value: trans.__('not reached'), hasSecondaryValue: true };
  if (mark === 'custom')
    return { ...base, value: becomes(scene, node) ?? trans.__('custom'), hasSecondaryValue: true };
  if (mark && value === undefined)
    return { ...base, value: trans.__('stays float'), hasSecondaryValue: true };
  return { ...base, value: value === undefined ? '' : scale.text(value), hasSecondaryValue: false };
}

function becomes(scene: Scene, node: GraphNode | undefined): string | undefined {
  const text = node && scene.index.modules.get(node.target)?.becomes;
  const end = text?.split('→').at(-1)?.trim();
  return end === undefined || end === '' ? undefined : `→ ${end}`;
}

function subtitleOf(
  scene: Scene,
  placed: PlacedNode,
  node: GraphNode | undefined,
  mark: MarkLook | undefined
): string {
  if (!node) return '';
  if (mark) return scene.trans.__(mark);
  const stage = scene.state.document?.stage;
  if (placed.dock === 'bottom' && stage !== 'float' && stage !== 'converted') {
    const first = scene.layout.nodes[scene.layout.nodes.findIndex(n => n.key === placed.key) - 1];
    const name = first && scene.index.byId.get(first.id)?.label;
    if (name !== undefined) return scene.trans.__('fuses with %1', name);
  }
  if (scene.index.notReached.has(node.id)) return moduleClass(scene.index, node.target);
  return node.type === node.label ? '' : node.type;
}

/** `conv1 + bn1 + relu`: what was fused, by the names it had, without the path they share. */
function membersOf(node: GraphNode): string {
  if (node.covers.length < 2) return '';
  const prefix = node.scope === '' ? '' : `${node.scope.replaceAll('.', '_')}_`;
  return node.covers.map(name => (name.startsWith(prefix) ? name.slice(prefix.length) : name)).join(' + ');
}

function detailOf(scene: Scene, id: string): string {
  const stats = statsOf(scene, id);
  const qparams = stats?.qparams ?? scene.index.byId.get(id)?.qparams;
  const parts: string[] = [];
  if (qparams && typeof qparams.scale === 'number' && typeof qparams.zeroPoint === 'number')
    parts.push(`${scene.trans.__('scale')} ${qparams.scale.toPrecision(3)}`, `z ${qparams.zeroPoint}`);
  if (stats?.min !== undefined && stats.max !== undefined)
    parts.push(`${stats.min.toFixed(2)}…${stats.max.toFixed(2)}`.replaceAll('-', '−'));
  return parts.join(' · ');
}

export const statsOf = (scene: Scene, producer: string) =>
  scene.state.stats.get(scene.index.observerOf.get(producer) ?? `obs:${producer}`);

export const stepColor = (overlay: Overlay, step: number): string => `var(--fx-${overlay.palette}${step})`;

function closedModel(scene: Scene, placed: PlacedNode): NodeModel {
  const { index, values, scale, overlay, trans } = scene;
  const path = modulePathOf(placed.id);
  const inside = index.inside.get(path) ?? [];
  const measured = inside.filter(node => values.has(node.id)).slice(0, 12);
  const isStopped = index.stopped.has(path);
  return {
    ...placed,
    title: path.slice(path.lastIndexOf('.') + 1),
    subtitle: moduleClass(index, path),
    members: '',
    value: isStopped ? trans.__('stopped here') : '',
    hasSecondaryValue: false,
    isFailed: isStopped,
    isGhost: false,
    ticks: measured.map(node => {
      const value = values.get(node.id) ?? 0;
      return { fraction: scale.fraction(value), color: stepColor(overlay, scale.step(value)) };
    }),
    badges: badgesOf(index, path),
    detail: ''
  };
}

function badgesOf(index: DocumentIndex, path: string): NodeModel['badges'] {
  const counts = { leaf: 0, ban: 0, custom: 0, warn: 0 };
  for (const module of index.modules.values()) {
    if (!module.path.startsWith(`${path}.`)) continue;
    if (module.mark !== undefined) {
      const word = markWord(module.mark);
      counts[word === 'leaf' || word === 'standalone' ? 'leaf' : word === 'custom' ? 'custom' : 'ban']++;
    }
    counts.warn += index.obstacles.get(module.path) ?? 0;
  }
  return (Object.keys(counts) as (keyof typeof counts)[])
    .filter(icon => counts[icon] > 0)
    .map(icon => ({ icon, count: counts[icon] }));
}

export interface BoxModel extends PlacedBox {
  title: string;
  subtitle: string;
  isStopped: boolean;
  worst: string;
  worstColor: string;
}

export function boxModel(scene: Scene, box: PlacedBox): BoxModel {
  const { index, values, scale, overlay } = scene;
  let worst: number | undefined;
  for (const node of index.inside.get(box.path) ?? []) {
    const value = values.get(node.id);
    if (value !== undefined && (worst === undefined || scale.fraction(value) > scale.fraction(worst)))
      worst = value;
  }
  return {
    ...box,
    title: box.path.slice(box.path.lastIndexOf('.') + 1),
    subtitle: moduleClass(index, box.path).replace(/^\d+ × .*/, index.modules.get(box.path)?.type ?? ''),
    isStopped: index.stoppedAt === box.path,
    worst: worst === undefined ? '' : scale.text(worst),
    worstColor: worst === undefined ? '' : stepColor(overlay, scale.step(worst))
  };
}

export type LineStyle = 'float' | 'planned' | 'int8' | 'int32' | 'float16' | 'ghost';

export interface EdgeModel extends PlacedEdge {
  /** Before and after the place where a quantize or dequantize node stands; equal where there is none. */
  style: LineStyle;
  styleAfter: LineStyle;
  tag: 'Q' | 'DQ' | null;
  /** Along with everything that leaves the producer: the tag stands at its capsule. */
  isTagShared: boolean;
}

const STYLES: { [dtype: string]: LineStyle } = {
  quint8: 'int8',
  qint8: 'int8',
  quint4x2: 'int8',
  qint32: 'int32',
  int32: 'int32',
  int64: 'int32',
  float16: 'float16'
};

export function edgeModel(scene: Scene, edge: PlacedEdge): EdgeModel {
  const { index } = scene;
  const consumer = index.byId.get(edge.consumer);
  const producer = index.byId.get(edge.producer);
  let style = STYLES[producer?.value.dtype ?? ''] ?? 'float';
  let styleAfter = style;
  let tag: 'Q' | 'DQ' | null = null;
  for (const id of edge.via) {
    const passed = index.byId.get(id);
    if (passed?.role === 'quantize') {
      tag = 'Q';
      styleAfter = STYLES[passed.value.dtype ?? ''] ?? 'int8';
    } else if (passed?.role === 'dequantize') {
      tag = 'DQ';
      styleAfter = 'float';
    } else if (passed?.role === 'observer' && consumer?.quantized === true && style === 'float')
      style = styleAfter = 'planned';
  }
  if (index.notReached.has(edge.consumer)) style = styleAfter = 'ghost';
  return { ...edge, style, styleAfter, tag, isTagShared: tag !== null };
}

export interface SlotModel extends PlacedSlot {
  /** Observer id, or `obs:` and the producer after conversion; '' where there is only a shape. */
  id: string;
  shape: string;
  spark: readonly number[];
  zeroAt?: number;
  /** Where the quantized range begins and ends within the observed one, 0 to 1. */
  clip?: [number, number];
  style: LineStyle;
  tag: 'Q' | 'DQ' | null;
  isFilled: boolean;
  isGhost: boolean;
}

export function slotModel(scene: Scene, slot: PlacedSlot, edges: readonly EdgeModel[]): SlotModel {
  const { index } = scene;
  const producer = index.byId.get(slot.producer);
  const observer = index.observerOf.get(slot.producer);
  const stats = statsOf(scene, slot.producer);
  const hasCapsule =
    observer !== undefined || (stats !== undefined && scene.state.document?.stage === 'converted');
  const shape = producer?.value.kind === 'tensor' ? (producer.value.shape ?? []) : [];
  const [first] = edges;
  const tag = first && edges.every(edge => edge.tag === first.tag) ? first.tag : null;
  const dtype = index.byId.get(observer ?? '')?.observer?.dtype ?? stats?.qparams?.dtype;
  return {
    ...slot,
    id: hasCapsule ? (observer ?? `obs:${slot.producer}`) : '',
    shape: shape.length > 1 ? shape.slice(1).join('×') : shape.join('×'),
    spark: stats?.spark ?? [],
    ...(stats?.zeroAt === undefined ? {} : { zeroAt: stats.zeroAt }),
    ...(clipOf(stats) ?? {}),
    style: STYLES[dtype ?? ''] ?? 'float',
    tag,
    isFilled: (stats?.spark.length ?? 0) > 0,
    isGhost: index.notReached.has(slot.producer) || index.failed.has(slot.producer)
  };
}

function clipOf(stats: ReturnType<typeof statsOf>): { clip: [number, number] } | undefined {
  const qparams = stats?.qparams;
  if (!stats || !qparams || stats.min === undefined || stats.max === undefined) return undefined;
  if (typeof qparams.scale !== 'number' || typeof qparams.zeroPoint !== 'number') return undefined;
  const span = stats.max - stats.min;
  if (!(span > 0)) return undefined;
  const at = (level: number): number =>
    Math.max(
      0,
      Math.min(1, ((level - Number(qparams.zeroPoint)) * Number(qparams.scale) - (stats.min ?? 0)) / span)
    );
  return { clip: [at(qparams.quantMin), at(qparams.quantMax)] };
}

export type { FoldInfo };
export { moduleKey };
