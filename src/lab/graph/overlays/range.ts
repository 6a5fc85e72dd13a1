// How wide a range the observer has seen: max − min, by ratio.

import { byObserved, logScale, type Overlay } from './types';

export const rangeOverlay: Overlay = {
  name: 'range',
  palette: 'r',
  label: trans => trans.__('Range'),
  values: (index, state) =>
    byObserved(index, state, stats =>
      stats.min === undefined || stats.max === undefined ? undefined : stats.max - stats.min
    ),
  scale: values => logScale(values, value => value.toPrecision(3)),
  legend: (trans, scale) => ({
    title: trans.__('max − min'),
    unit: '',
    stops: [1, 2, 3, 4, 5].map(step => ({
      step,
      label: step < 5 ? String(Number((scale.thresholds?.[step - 1] ?? 0).toPrecision(2))) : ''
    }))
  })
};
