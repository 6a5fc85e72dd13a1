// The table of overlays: adding one is one file and one row.

import type { OverlayName } from '../types';
import { clippingOverlay } from './clipping';
import { errorOverlay } from './error';
import { rangeOverlay } from './range';
import { sizeOverlay } from './size';
import { timeOverlay } from './time';
import { typeOverlay } from './type';
import type { Overlay } from './types';

export type { LegendStop, Overlay, OverlayScale } from './types';

export const overlays = {
  type: typeOverlay,
  range: rangeOverlay,
  clipping: clippingOverlay,
  error: errorOverlay,
  size: sizeOverlay,
  time: timeOverlay
} satisfies Record<OverlayName, Overlay>;
