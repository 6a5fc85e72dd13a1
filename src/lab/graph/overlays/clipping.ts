// Share of the values outside what the quantized type can hold. Any clipping shows; a thousandth is a lot.

import { byObserved, clampFraction, type Overlay } from './types';

const THRESHOLDS = [0.00001, 0.0001, 0.001, 0.01];

const percent = (value: number): string => `${Number((value * 100).toPrecision(2))} %`;

export const clippingOverlay: Overlay = {
  name: 'clipping',
  palette: 'e',
  label: trans => trans.__('Clipping'),
  values: (index, state) => byObserved(index, state, stats => stats.clipped),
  scale: () => ({
    step: value => 1 + THRESHOLDS.filter(threshold => value >= threshold).length,
    fraction: value => clampFraction(value > 0 ? (Math.log10(value) + 6) / 5 : 0),
    text: percent
  }),
  legend: trans => ({
    title: trans.__('Clipped'),
    unit: '%',
    stops: [1, 2, 3, 4, 5].map(step => ({
      step,
      label: step < 5 ? String((THRESHOLDS[step - 1] ?? 0) * 100) : ''
    }))
  })
};
