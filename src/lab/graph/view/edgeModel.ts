// Everything an edge and the slot below a producer show, as plain data.

import type { PlacedEdge, PlacedSlot } from '../layout';
import { statsOf, type Scene } from './scene';

export type LineStyle = 'float' | 'planned' | 'int8' | 'int32' | 'float16' | 'ghost';

export interface EdgeModel extends PlacedEdge {
  /** Element type of what arrives. */
  dtype: string;
  /** Before and after the place where a quantize or dequantize node stands; equal where there is none. */
  style: LineStyle;
  styleAfter: LineStyle;
  tag: 'Q' | 'DQ' | null;
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
  let dtype: string = producer?.value.dtype ?? 'float32';
  let tag: 'Q' | 'DQ' | null = null;
  for (const id of edge.via) {
    const passed = index.byId.get(id);
    if (passed?.role === 'quantize') {
      tag = 'Q';
      dtype = passed.value.dtype ?? 'quint8';
      styleAfter = STYLES[passed.value.dtype ?? ''] ?? 'int8';
    } else if (passed?.role === 'dequantize') {
      tag = 'DQ';
      dtype = passed.value.dtype ?? 'float32';
      styleAfter = 'float';
    } else if (passed?.role === 'observer' && consumer?.quantized === true && style === 'float')
      style = styleAfter = 'planned';
  }
  if (index.notReached.has(edge.consumer)) style = styleAfter = 'ghost';
  return { ...edge, dtype, style, styleAfter, tag };
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
  const isConverted = scene.state.document?.stage === 'converted';
  const id = observer ?? (isConverted && statsOf(scene, slot.producer) ? `obs:${slot.producer}` : '');
  const shape = producer?.value.kind === 'tensor' ? (producer.value.shape ?? []) : [];
  const [first] = edges;
  const tag = first && edges.every(edge => edge.tag === first.tag) ? first.tag : null;
  return capsuleModel(scene, slot, id, (shape.length > 1 ? shape.slice(1) : shape).join('×'), tag);
}

export function capsuleModel(
  scene: Scene,
  slot: PlacedSlot,
  id: string,
  shape: string,
  tag: SlotModel['tag']
): SlotModel {
  const { index } = scene;
  const stats = id === '' ? undefined : scene.state.stats.get(id);
  const dtype = index.byId.get(id)?.observer?.dtype ?? stats?.qparams?.dtype;
  return {
    ...slot,
    id,
    shape,
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
