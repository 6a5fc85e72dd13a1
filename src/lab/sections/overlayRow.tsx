// Which measure colours the nodes; what has no data yet cannot be chosen.

import * as React from 'react';
import { OVERLAYS, type OverlayName } from '../graph';
import type { SectionProps } from './context';
import { Ramp } from './ramp';

export function OverlayRow(props: SectionProps): React.ReactElement {
  const { state, model, trans } = props;
  const names: Record<OverlayName, string> = {
    type: trans.__('Type'),
    range: trans.__('Range'),
    clipping: trans.__('Clipping'),
    error: trans.__('Error'),
    size: trans.__('Size'),
    time: trans.__('Time')
  };
  const hasStats = [...state.stats.values()].some(s => s.batches > 0);
  const available = (overlay: OverlayName) =>
    overlay === 'type' || overlay === 'size' || (overlay !== 'time' && hasStats);
  return (
    <div className="jp-fx-overlayRow">
      <div className="jp-fx-segments" role="radiogroup" aria-label={trans.__('Overlay')}>
        {OVERLAYS.map(overlay => (
          <button
            key={overlay}
            role="radio"
            aria-checked={overlay === state.overlay}
            className={overlay === state.overlay ? 'jp-mod-on' : ''}
            disabled={!available(overlay)}
            onClick={() => model.setOverlay(overlay)}
          >
            {names[overlay]}
          </button>
        ))}
      </div>
      <Ramp {...props} />
    </div>
  );
}
