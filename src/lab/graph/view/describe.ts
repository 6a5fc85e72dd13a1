// A node in words: for the tooltip, and for the names that screen readers read.

import { isModuleKey, modulePathOf } from '../types';
import { markWord, moduleClass } from '../documentIndex';
import { markText } from './nodeModel';
import { statsOf, type Scene } from './scene';

const fullPath = (scope: string, label: string): string => (scope === '' ? label : `${scope}.${label}`);

/** Path, class, shape and dtype, value: one line each; empty where nothing is known. */
export function describe(scene: Scene, id: string): string[] {
  if (isModuleKey(id)) {
    const path = modulePathOf(id);
    const count = (scene.index.inside.get(path) ?? []).filter(node => node.role === 'op').length;
    return [path, moduleClass(scene.index, path), scene.trans.__('%1 operations', count)].filter(
      line => line !== ''
    );
  }
  const node = scene.index.byId.get(id);
  if (id.startsWith('obs:')) return describeObserver(scene, id);
  if (!node) return [];
  const lines = [
    node.op === 'call_module' ? node.target : fullPath(node.scope, node.name),
    node.type === '' || node.op !== 'call_module' ? node.target : node.type
  ];
  const { shape, dtype } = node.value;
  const type = [shape ? shape.join('×') : '', dtype ?? ''].filter(part => part !== '').join(' ');
  if (type !== '') lines.push(type);
  const value = scene.values.get(id);
  if (value !== undefined) lines.push(`${scene.overlay.label(scene.trans)}: ${scene.scale.text(value)}`);
  if (node.mark) lines.push(markText(scene.trans, markWord(node.mark)));
  if (node.staysFloat !== undefined) lines.push(node.staysFloat);
  return lines;
}

function describeObserver(scene: Scene, id: string): string[] {
  const producer = scene.index.byId.get(id)?.observes ?? id.slice('obs:'.length);
  const stats = statsOf(scene, producer);
  const of = scene.index.byId.get(producer);
  const observer = scene.index.byId.get(id)?.observer;
  const lines = [scene.trans.__('Value of %1', of ? fullPath(of.scope, of.label) : producer)];
  if (observer) lines.push(`${observer.type} · ${observer.dtype}`);
  if (stats?.min !== undefined && stats.max !== undefined)
    lines.push(`${stats.min.toFixed(3)} … ${stats.max.toFixed(3)}`.replaceAll('-', '−'));
  else lines.push(scene.trans.__('nothing seen yet'));
  return lines;
}

/** `conv2, Conv2d, in layer1.0, error 33.1`: position among siblings is in aria-posinset. */
export function labelOf(scene: Scene, id: string): string {
  const { trans, index } = scene;
  if (isModuleKey(id)) {
    const path = modulePathOf(id);
    const dot = path.lastIndexOf('.');
    const parts = [path.slice(dot + 1), moduleClass(index, path)];
    if (dot > 0) parts.push(trans.__('in %1', path.slice(0, dot)));
    if (index.stopped.has(path)) parts.push(trans.__('stopped here'));
    return parts.filter(part => part !== '').join(', ');
  }
  if (id.startsWith('obs:')) return describeObserver(scene, id).join(', ');
  const node = index.byId.get(id);
  if (!node) return id;
  const parts = [node.label];
  if (node.type !== '' && node.type !== node.label) parts.push(node.type);
  if (node.scope !== '') parts.push(trans.__('in %1', node.scope));
  if (node.mark) parts.push(markText(trans, markWord(node.mark)));
  if (index.failed.has(id)) parts.push(trans.__('cannot be traced'));
  if (index.notReached.has(id)) parts.push(trans.__('not reached'));
  const value = scene.values.get(id);
  if (value !== undefined)
    parts.push(`${scene.overlay.label(trans).toLocaleLowerCase()} ${scene.scale.text(value)}`);
  return parts.join(', ');
}
