// What the colours of the overlay mean: five steps and the numbers between them, beside the chooser.

import * as React from 'react';
import { emptyGraphState, indexDocument, overlays } from '../graph';
import { shownGraph } from '../model/state';
import type { SectionProps } from './context';

export function Ramp({ state, trans }: SectionProps): React.ReactElement | null {
  const { overlay, stats } = state;
  const document = shownGraph(state);
  const legend = React.useMemo(() => {
    if (!document) {
      return null;
    }
    const chosen = overlays[overlay];
    const values = chosen.values(indexDocument(document), { ...emptyGraphState, document, stats });
    const words = { __: (text: string, ...args: (string | number)[]) => trans.__(text, ...args) };
    return values.size > 0 ? chosen.legend(words, chosen.scale(values)) : null;
  }, [document, overlay, stats, trans]);
  if (!legend) {
    return null;
  }
  const { palette } = overlays[overlay];
  const labels = legend.stops.map(stop => stop.label);
  return (
    <div
      className="jp-fx-rampRow"
      role="img"
      aria-label={`${legend.title}: ${labels.join(' ')} ${legend.unit}`}
      title={legend.title}
    >
      {legend.stops.map(stop => (
        <span key={stop.step}>
          <i style={{ background: `var(--fx-${palette}${stop.step})` }} />
          {stop.label === '' ? legend.unit : stop.label}
        </span>
      ))}
    </div>
  );
}
