// The model's modules as a tree: the twin of the graph for those who think in paths. Selecting and marking here is
// selecting and marking there.

import * as React from 'react';
import type { ModuleInfo } from '../../protocol';
import { moduleKey } from '../graph';
import { Icon, type IconName } from './icons';
import { MarkMenu, type MenuPlace } from './markMenu';
import type { SectionProps } from './context';

const MARK_ICONS: Readonly<Record<string, IconName>> = {
  leaf: 'leaf',
  non_traceable_name: 'ban',
  non_traceable_class: 'ban',
  custom: 'custom',
  standalone: 'custom'
};

export function ModuleTree(props: SectionProps): React.ReactElement {
  const { state, model, trans } = props;
  const [menu, setMenu] = React.useState<MenuPlace | null>(null);
  const modules = state.graphs.float?.modules ?? [];
  const selected = state.selection[0];
  const words: Record<string, string> = {
    leaf: trans.__('leaf'),
    non_traceable_name: trans.__('non-traceable'),
    non_traceable_class: trans.__('non-traceable'),
    custom: trans.__('custom'),
    standalone: trans.__('standalone')
  };
  return (
    <div className="jp-fx-tree" role="tree" aria-label={trans.__('Modules')}>
      {modules.map(module => {
        const isSelected =
          selected === moduleKey(module.path) || selected === module.path.replaceAll('.', '_');
        return (
          <div
            key={module.path}
            role="treeitem"
            tabIndex={isSelected ? 0 : -1}
            aria-label={module.path === '' ? (state.current ?? '') : module.path}
            aria-level={level(module)}
            aria-selected={isSelected}
            className={isSelected ? 'jp-fx-row jp-mod-selected' : 'jp-fx-row'}
            style={{ paddingLeft: 8 + 14 * (level(module) - 1) }}
            onClick={() =>
              void model.select([module.isLeaf ? module.path.replaceAll('.', '_') : moduleKey(module.path)])
            }
            onContextMenu={event => {
              event.preventDefault();
              event.stopPropagation();
              if (module.path !== '') {
                setMenu({ path: module.path, x: event.clientX, y: event.clientY });
              }
            }}
          >
            <span className="jp-fx-mono">
              {module.path === '' ? (state.current ?? '') : module.path.split('.').at(-1)}
            </span>
            <span className="jp-fx-secondary">{module.type}</span>
            {module.mark ? (
              <span className="jp-fx-chip">
                <Icon name={MARK_ICONS[module.mark] ?? 'leaf'} />
                {words[module.mark]}
              </span>
            ) : null}
          </div>
        );
      })}
      {menu ? <MarkMenu {...props} place={menu} onClose={() => setMenu(null)} /> : null}
    </div>
  );
}

function level(module: ModuleInfo): number {
  return module.path === '' ? 1 : module.path.split('.').length + 1;
}
