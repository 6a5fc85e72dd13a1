// Signal to quantization noise of a node alone; estimated from its observer until it has been measured.

import { byObserved, clampFraction, type Overlay } from './types';

const THRESHOLDS = [40, 36, 32, 28];

export const errorOverlay: Overlay = {
  name: 'error',
  palette: 'e',
  label: trans => trans.__('Error'),
  values: (index, state) => {
    const values = byObserved(index, state, stats => stats.sqnr);
    for (const [id, measures] of state.measures ?? [])
      if (measures.sqnrAlone !== undefined) values.set(id, measures.sqnrAlone);
    return values;
  },
  scale: () => ({
    step: value => 1 + THRESHOLDS.filter(threshold => value < threshold).length,
    // Longer bar, more error: 44 dB and better is almost nothing, 24 dB and worse the whole width.
    fraction: value => clampFraction((44 - value) / 20),
    text: value => (Number.isFinite(value) ? value.toFixed(1) : '∞')
  }),
  legend: trans => ({
    title: trans.__('SQNR alone'),
    unit: 'dB',
    stops: [1, 2, 3, 4, 5].map(step => ({ step, label: step < 5 ? String(THRESHOLDS[step - 1]) : '' }))
  })
};
