// The menu of a module: what it can be marked as, with how many modules that is.

import * as React from 'react';
import type { Mark } from '../../protocol';
import { shownGraph, type PanelState } from '../model/state';
import { Icon, type IconName } from './icons';
import type { SectionProps } from './context';

export interface MenuPlace {
  readonly path: string;
  readonly x: number;
  readonly y: number;
}

/** The module a mark on `path` would be about. */
export function markableAt(
  state: PanelState,
  path: string
): { type: string; sameClass: number; mark: Mark['kind'] | undefined } | undefined {
  const modules = (state.graphs.float ?? shownGraph(state))?.modules ?? [];
  const module = modules.find(m => m.path === path);
  if (!module) {
    return undefined;
  }
  return {
    type: module.type,
    sameClass: modules.filter(m => m.type === module.type).length,
    mark: module.mark
  };
}

interface Item {
  readonly icon: IconName;
  readonly text: string;
  run(): void;
}

export function markItems({ state, model, trans }: SectionProps, path: string): Item[] {
  const target = markableAt(state, path);
  if (!target) {
    return [];
  }
  const { type, sameClass, mark } = target;
  const set = (kind: Mark['kind'], on: string) => () => void model.mark({ kind, target: on });
  return [
    { icon: 'leaf', text: trans.__('Mark leaf'), run: set('leaf', path) },
    { icon: 'ban', text: trans.__('Mark non-traceable, this module'), run: set('non_traceable_name', path) },
    {
      icon: 'ban',
      text: trans.__('Mark non-traceable, class %1 (%2)', type, sameClass),
      run: set('non_traceable_class', type)
    },
    { icon: 'custom', text: trans.__('Mark custom…'), run: () => void model.askCustom(path, type) },
    ...(mark
      ? [{ icon: 'undo' as const, text: trans.__('Remove mark'), run: () => void model.unmark(path, type) }]
      : [])
  ];
}

export function MarkMenu(
  props: SectionProps & { place: MenuPlace; onClose: () => void }
): React.ReactElement {
  const { place, onClose, trans } = props;
  const list = React.useRef<HTMLUListElement>(null);
  React.useEffect(() => {
    list.current?.querySelector<HTMLElement>('[role="menuitem"]')?.focus();
    const outside = (event: PointerEvent) => {
      if (!list.current?.contains(event.target as Node)) {
        onClose();
      }
    };
    document.addEventListener('pointerdown', outside, true);
    return () => document.removeEventListener('pointerdown', outside, true);
  }, [onClose]);
  const onKey = (event: React.KeyboardEvent) => {
    const items = [...(list.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'Escape') {
      onClose();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      items[(at + (event.key === 'ArrowDown' ? 1 : items.length - 1)) % items.length]?.focus();
    }
  };
  const style = {
    left: Math.min(place.x, window.innerWidth - 260),
    top: Math.min(place.y, window.innerHeight - 150)
  };
  return (
    <ul
      className="jp-fx-menu jp-mod-context"
      role="menu"
      aria-label={trans.__('Marks of %1', place.path)}
      style={style}
      ref={list}
      onKeyDown={onKey}
    >
      {markItems(props, place.path).map(item => (
        <li
          key={item.text}
          role="menuitem"
          tabIndex={-1}
          onClick={() => {
            onClose();
            item.run();
          }}
          onKeyDown={event => {
            if (event.key === 'Enter' || event.key === ' ') {
              onClose();
              item.run();
            }
          }}
        >
          <Icon name={item.icon} />
          {item.text}
        </li>
      ))}
    </ul>
  );
}
