// Milliseconds a node takes for one batch, where that has been measured.

import { logScale, type Overlay } from './types';

export const timeOverlay: Overlay = {
  name: 'time',
  palette: 'e',
  label: trans => trans.__('Time'),
  values: (_index, state) => {
    const values = new Map<string, number>();
    for (const [id, measures] of state.measures ?? [])
      if (measures.milliseconds !== undefined) values.set(id, measures.milliseconds);
    return values;
  },
  scale: values => logScale(values, value => `${value.toFixed(value < 10 ? 2 : 1)} ms`),
  legend: trans => ({
    title: trans.__('Time'),
    unit: 'ms',
    stops: [1, 2, 3, 4, 5].map(step => ({
      step,
      label: step === 1 ? trans.__('short') : step === 5 ? trans.__('long') : ''
    }))
  })
};
