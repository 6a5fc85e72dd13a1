// Find a node: by name, path or class. Enter goes through the hits, opening what hides them.

import { moduleKey } from '../types';
import type { ViewContext } from './createGraphView';
import { html, icon } from './dom';
import { ICONS } from './icons';
import type { Scene } from './scene';

const MAX_HITS = 200;

export interface Search {
  element: HTMLElement;
  open(): void;
  update(scene: Scene | null): void;
  destroy(): void;
}

export function createSearch(context: ViewContext): Search {
  const { trans } = context;
  const input = html('input', {
    type: 'search',
    placeholder: trans.__('Find'),
    'aria-label': trans.__('Find a node')
  });
  const count = html('span', { class: 'jp-fx-search-count', 'aria-hidden': 'true' });
  const key = html('kbd', { 'aria-hidden': 'true' }, ['/']);
  const element = html('label', { class: 'jp-fx-search' }, [icon(ICONS.search, 13), input, count, key]);
  let hits: string[] = [];
  let at = 0;

  const show = (): void => {
    count.textContent = input.value === '' ? '' : hits.length === 0 ? '0' : `${at + 1}/${hits.length}`;
    const id = hits[at];
    if (id === undefined) return;
    context.select([id]);
    context.zoomTo(id);
  };
  const look = (): void => {
    hits = input.value.trim() === '' || !context.scene ? [] : find(context.scene, input.value.trim());
    at = 0;
    show();
    if (input.value.trim() !== '') context.events.onAnnounce?.(trans.__('%1 found.', hits.length));
  };
  const abort = new AbortController();
  const { signal } = abort;
  input.addEventListener('input', look, { signal });
  input.addEventListener(
    'keydown',
    event => {
      event.stopPropagation();
      if (event.key === 'Enter' && hits.length > 0) {
        at = (at + (event.shiftKey ? hits.length - 1 : 1)) % hits.length;
        show();
      } else if (event.key === 'Escape') {
        input.value = '';
        look();
        context.focus(context.scene?.state.selection[0]);
      } else return;
      event.preventDefault();
    },
    { signal }
  );
  return {
    element,
    open() {
      input.focus();
      input.select();
    },
    update(scene) {
      input.disabled = scene === null;
    },
    destroy: () => abort.abort()
  };
}

/** Names that begin with the text first, then those that contain it; modules before nodes. */
export function find(scene: Scene, text: string): string[] {
  const wanted = text.toLowerCase();
  const found: { id: string; rank: number }[] = [];
  const consider = (id: string, name: string, path: string, type: string): void => {
    const lower = name.toLowerCase();
    const rank = lower.startsWith(wanted)
      ? 0
      : path.toLowerCase().includes(wanted)
        ? 1
        : type.toLowerCase().includes(wanted)
          ? 2
          : -1;
    if (rank >= 0) found.push({ id, rank });
  };
  for (const path of scene.index.inside.keys())
    consider(
      moduleKey(path),
      path.slice(path.lastIndexOf('.') + 1),
      path,
      scene.index.modules.get(path)?.type ?? ''
    );
  for (const node of scene.index.document.nodes) {
    if (scene.shownAs.has(node.id)) consider(node.id, node.label, `${node.target} ${node.name}`, node.type);
  }
  return found
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MAX_HITS)
    .map(hit => hit.id);
}
