// Divides the height between the graph and what stands below it: by dragging, by arrow keys, double-click for the
// height it has by itself.

import * as React from 'react';
import type { SectionProps } from './context';

const STEP = 8;
const MIN = 96;

export function Sash({ state, model, trans }: SectionProps): React.ReactElement {
  const drag = React.useRef<{ y: number; height: number } | null>(null);
  const below = (element: Element) => element.nextElementSibling?.getBoundingClientRect().height ?? MIN;
  const room = (element: Element) => element.parentElement?.getBoundingClientRect().height ?? Infinity;
  const set = (element: Element, height: number) =>
    model.update({ sideHeight: Math.round(Math.max(MIN, Math.min(height, room(element) - 2 * MIN))) });
  return (
    <div
      className="jp-fx-sash"
      role="separator"
      tabIndex={0}
      aria-orientation="horizontal"
      aria-label={trans.__('Height of the graph')}
      aria-valuemin={MIN}
      {...(state.sideHeight === null ? {} : { 'aria-valuenow': state.sideHeight })}
      onPointerDown={event => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { y: event.clientY, height: below(event.currentTarget) };
      }}
      onPointerMove={event => {
        if (drag.current) {
          set(event.currentTarget, drag.current.height + drag.current.y - event.clientY);
        }
      }}
      onPointerUp={() => {
        drag.current = null;
      }}
      onDoubleClick={() => model.update({ sideHeight: null })}
      onKeyDown={event => {
        const step = event.key === 'ArrowUp' ? STEP : event.key === 'ArrowDown' ? -STEP : 0;
        if (step !== 0) {
          event.preventDefault();
          set(event.currentTarget, below(event.currentTarget) + step);
        }
      }}
    >
      <i />
    </div>
  );
}
