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

export function PanelView(props: SectionProps & { wide: boolean }): React.ReactElement {
  const { state, wide } = props;
  const graph = state.graphs.float;
  const obstacles = graph?.obstacles ?? [];
  const hasSide = obstacles.length > 0 || state.selection.length > 0;
  return (
    <div className={wide ? 'jp-fx-view jp-mod-wide' : 'jp-fx-view'}>
      <Header {...props} />
      {graph ? (
        <>
          <Stages {...props} />
          {wide ? null : <OverlayRow {...props} />}
          <Messages {...props} />
          <EvaluationBar {...props} />
          <div className="jp-fx-body">
            {wide || state.showsTree ? <ModuleTree {...props} /> : null}
            <GraphPane {...props} />
            {wide || !hasSide ? null : <Sash {...props} />}
            <div
              className="jp-fx-side"
              style={wide || state.sideHeight === null ? {} : { height: state.sideHeight, maxHeight: 'none' }}
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
