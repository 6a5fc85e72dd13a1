// The whole panel: sections one under the other in the sidebar, side by side in the main area.

import * as React from 'react';
import { CustomDialog } from './customDialog';
import { EmptyState } from './emptyState';
import { Failure } from './failure';
import { DataRow, EvaluationBar, Footer } from './footer';
import { GraphPane } from './graphPane';
import { Header } from './header';
import { Inspector } from './inspector';
import { ModuleTree } from './moduleTree';
import { OverlayRow } from './overlayRow';
import { Sash } from './sash';
import { Stages } from './stages';
import type { SectionProps } from './context';

/** `stacked`: one under the other, as in a sidebar. `columns`: graph and inspector side by side. `wide`: the tree too. */
export type Layout = 'stacked' | 'columns' | 'wide';

/** @param width of the panel, in pixels. */
export function layoutFor(width: number): Layout {
  return width >= 900 ? 'wide' : width >= 620 ? 'columns' : 'stacked';
}

const LAYOUT_CLASSES: Readonly<Record<Layout, string>> = {
  stacked: 'jp-fx-view',
  columns: 'jp-fx-view jp-mod-columns',
  wide: 'jp-fx-view jp-mod-columns jp-mod-wide'
};

export function PanelView(props: SectionProps & { layout: Layout }): React.ReactElement {
  const { state, layout } = props;
  const stacked = layout === 'stacked';
  const graph = state.graphs.float;
  const obstacles = graph?.obstacles ?? [];
  const hasSide = obstacles.length > 0 || state.selection.length > 0;
  return (
    <div className={LAYOUT_CLASSES[layout]}>
      <Header {...props} />
      {graph ? (
        <>
          <Stages {...props} />
          <OverlayRow {...props} />
          <Messages {...props} />
          <EvaluationBar {...props} />
          <div className="jp-fx-body">
            {layout === 'wide' || state.showsTree ? <ModuleTree {...props} /> : null}
            <GraphPane {...props} />
            {stacked && hasSide ? <Sash {...props} /> : null}
            <div
              className="jp-fx-side"
              style={
                !stacked || state.sideHeight === null ? {} : { height: state.sideHeight, maxHeight: 'none' }
              }
            >
              {obstacles.length > 0 ? <Failure {...props} obstacles={obstacles} /> : <Inspector {...props} />}
            </div>
          </div>
          <CustomDialog {...props} />
          <DataRow {...props} />
          <Footer {...props} />
        </>
      ) : (
        <>
          <Messages {...props} />
          <EmptyState {...props} />
        </>
      )}
      <div className="jp-fx-live" role="log" aria-live="polite">
        {state.announcement}
      </div>
    </div>
  );
}

/** Errors and notices, each until the next action. */
function Messages({ state, model, trans }: SectionProps): React.ReactElement | null {
  const { error, notice } = state;
  if (!error && notice === null) {
    return null;
  }
  return (
    <div className="jp-fx-messages">
      {error ? (
        <div className="jp-fx-message jp-mod-error" role="group" aria-label={trans.__('Error')}>
          <span>
            {error.message} {error.remedy ?? ''}
          </span>
          <button className="jp-fx-link" onClick={() => model.update({ error: null })}>
            {trans.__('Dismiss')}
          </button>
        </div>
      ) : null}
      {notice === null ? null : <div className="jp-fx-message">{notice}</div>}
    </div>
  );
}
