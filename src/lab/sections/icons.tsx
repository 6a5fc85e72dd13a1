// The panel's icons: 16 × 16, strokes of 1.5 in the colour of the text.

import * as React from 'react';

const PATHS = {
  undo: 'M6 4 3 7l3 3M3 7h6.5a3.5 3.5 0 0 1 0 7H7',
  redo: 'm10 4 3 3-3 3M13 7H6.5a3.5 3.5 0 0 0 0 7H9',
  open: 'M9 3h4v4M13 3 8 8M12 9.5V13H3V4h3.5',
  tree: 'M5 2.5h6v3H5ZM2 10.5h5v3H2ZM9 10.5h5v3H9ZM8 5.5v2.5M4.5 10.5V8h7v2.5',
  down: 'm4 6 4 4 4-4',
  up: 'm4 10 4-4 4 4',
  warn: 'M8 2.5 14.5 13.5h-13ZM8 6.5v3.2M8 11.6v.01',
  leaf: 'M3 13c0-6 3.5-9.5 10-10 .3 6.5-3 10-8.5 9.2M3 13c1.5-3 3.5-4.8 6-6',
  ban: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM3.8 3.8l8.4 8.4',
  custom: 'M8 1.8 13.4 4.9v6.2L8 14.2 2.6 11.1V4.9ZM8 8v6M8 8 2.8 5M8 8l5.2-3',
  pen: 'm3 13 .7-3L10.5 3.2l2.3 2.3L6 12.3ZM9 4.7 11.3 7',
  kernel:
    'M4.5 4.5h7v7h-7ZM6.5 2v2.5M9.5 2v2.5M6.5 11.5V14M9.5 11.5V14M2 6.5h2.5M2 9.5h2.5M11.5 6.5H14M11.5 9.5H14',
  book: 'M3 3.5h4c.6 0 1 .4 1 1v8.5c0-.6-.4-1-1-1H3ZM13 3.5H9c-.6 0-1 .4-1 1v8.5c0-.6.4-1 1-1h4Z',
  cell: 'M2.5 4h11v8h-11ZM5 7l1.5 1.2L5 9.5M8.5 9.5h2.5',
  right: 'm6 4 4 4-4 4'
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }): React.ReactElement {
  return (
    <svg className="jp-fx-icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
