// The d3 graph inside React: the view is made once, and told of every new state.

import * as React from 'react';
import {
  createGraphView,
  isModuleKey,
  modulePathFor,
  modulePathOf,
  type GraphView,
  type MarkRequest
} from '../graph';
import { shownGraph } from '../model/state';
import { MarkMenu, markableAt, type MenuPlace } from './markMenu';
import type { SectionProps } from './context';

export function GraphPane(props: SectionProps): React.ReactElement {
  const { state, model, trans } = props;
  const holder = React.useRef<HTMLDivElement>(null);
  const view = React.useRef<GraphView | null>(null);
  const latest = React.useRef(props);
  latest.current = props;
  const [menu, setMenu] = React.useState<MenuPlace | null>(null);

  React.useEffect(() => {
    if (!holder.current) {
      return undefined;
    }
    const words = { __: (message: string, ...args: (string | number)[]) => trans.__(message, ...args) };
    const made = createGraphView(holder.current, {
      trans: words,
      options: { showOverlayChooser: false },
      events: {
        onSelect: ids => void model.select(ids),
        onActivate: () => undefined,
        onToggle: (path, open) => toggle(latest.current, path, open),
        onFold: (path, shown) =>
          model.update({ folds: new Map(latest.current.state.folds).set(path, shown) }),
        onMark: (kind, id) => void markById(latest.current, kind, id),
        onContextMenu: (id, x, y) => setMenu(menuAt(latest.current, id, x, y)),
        onStage: stage => model.setStage(stage),
        onOverlay: overlay => model.setOverlay(overlay),
        onUndo: () => void model.undo(),
        onRedo: () => void model.redo(),
        onAnnounce: text => model.announce(text)
      }
    });
    view.current = made;
    return () => {
      view.current = null;
      made.destroy();
    };
  }, [model, trans]);

  const { stats, selection, overlay, collapsed, folds, busy } = state;
  const document = shownGraph(state);
  React.useEffect(() => {
    view.current?.update({ document, stats, selection, overlay, collapsed, folds, isBusy: busy });
  }, [document, stats, selection, overlay, collapsed, folds, busy]);

  return (
    <div className="jp-fx-graphPane">
      <div className="jp-fx-graphHolder" ref={holder} />
      {menu ? <MarkMenu {...props} place={menu} onClose={() => setMenu(null)} /> : null}
    </div>
  );
}

function toggle({ state, model }: SectionProps, path: string, open: boolean): void {
  const collapsed = new Set(state.collapsed);
  if (open) {
    collapsed.delete(path);
  } else {
    collapsed.add(path);
  }
  model.update({ collapsed });
}

function pathOf(props: SectionProps, id: string): string | undefined {
  const document = shownGraph(props.state);
  return isModuleKey(id) ? modulePathOf(id) : document ? modulePathFor(document, id) : undefined;
}

function menuAt(props: SectionProps, id: string, x: number, y: number): MenuPlace | null {
  const path = pathOf(props, id);
  return path === undefined || path === '' ? null : { path, x, y };
}

async function markById(props: SectionProps, kind: MarkRequest, id: string): Promise<void> {
  const path = pathOf(props, id);
  const target = path === undefined ? undefined : markableAt(props.state, path);
  if (path === undefined || path === '' || !target) {
    return;
  }
  if (kind === null) {
    await props.model.unmark(path, target.type);
  } else if (kind === 'custom') {
    await props.model.askCustom(path, target.type);
  } else {
    await props.model.mark({ kind: kind === 'leaf' ? 'leaf' : 'non_traceable_name', target: path });
  }
}
