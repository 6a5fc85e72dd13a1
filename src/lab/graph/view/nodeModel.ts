// Everything a node, a closed module or a box shows, as plain data: its drawing only compares and writes.

import type { GraphNode } from '../../../protocol';
import { markWord, moduleClass, type DocumentIndex } from '../documentIndex';
import type { PlacedBox, PlacedNode } from '../layout';
import { modulePathOf, type Translator } from '../types';
import { statsOf, stepColor, type Scene } from './scene';

export type MarkLook = 'leaf' | 'non-traceable' | 'custom' | 'standalone';

export function markText(trans: Translator, mark: MarkLook): string {
  switch (mark) {
    case 'leaf':
      return trans.__('leaf');
    case 'non-traceable':
      return trans.__('non-traceable');
    case 'custom':
      return trans.__('custom');
    case 'standalone':
      return trans.__('standalone');
  }
  return mark satisfies never;
}

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
  /** Scale, zero point, min…max; then the same with less, for where that does not fit. */
  details: string[];
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
  const staysFloat = mark !== undefined && node?.quantized === false;
  const isShown =
    (isEnd && !staysFloat && mark !== 'custom') || overlay.name === 'size' || overlay.name === 'time';
  const value = isShown ? values.get(placed.id) : undefined;
  const base = {
    ...placed,
    title: node?.label ?? placed.id,
    subtitle: subtitleOf(scene, placed, node, mark),
    members: placed.h > 36 && node ? membersOf(node) : '',
    isFailed,
    isGhost,
    ticks: [],
    badges: isGhost && node ? badgesOf(index, node.target) : [],
    details: isEnd ? detailsOf(scene, placed.id) : [],
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
  if (mark) return markText(scene.trans, mark);
  const stage = scene.state.document?.stage;
  if (placed.dock === 'bottom' && stage !== 'float' && stage !== 'converted') {
    const name = node.inputs
      .map(id => scene.index.byId.get(id))
      .find(other => other?.docksTo === node.id)?.label;
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

function detailsOf(scene: Scene, id: string): string[] {
  const stats = statsOf(scene, id);
  const qparams = stats?.qparams ?? scene.index.byId.get(id)?.qparams;
  const range =
    stats?.min === undefined || stats.max === undefined
      ? []
      : [`${stats.min.toFixed(2)}…${stats.max.toFixed(2)}`.replaceAll('-', '−')];
  if (typeof qparams?.scale !== 'number' || typeof qparams.zeroPoint !== 'number') return range;
  const scale = `${scene.trans.__('scale')} ${qparams.scale.toPrecision(3)}`;
  return [[...range, scale, `z ${qparams.zeroPoint}`].join(' · '), [...range, scale].join(' · '), ...range];
}

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
    details: []
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
