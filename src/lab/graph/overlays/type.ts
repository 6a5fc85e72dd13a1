// What a node is: operator family and dtype, which glyphs and lines show anyway. No bars.

import type { Overlay } from './types';

export const typeOverlay: Overlay = {
  name: 'type',
  palette: 'r',
  label: trans => trans.__('Type'),
  values: () => new Map(),
  scale: () => ({ step: () => 1, fraction: () => 0, text: () => '' }),
  legend: () => null
};
