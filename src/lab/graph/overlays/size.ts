// Bytes of the parameters a node owns.

import { logScale, type Overlay } from './types';

const bytes = (value: number): string =>
  value < 1000
    ? `${Math.round(value)} B`
    : value < 1e6
      ? `${(value / 1000).toFixed(1)} kB`
      : `${(value / 1e6).toFixed(1)} MB`;

export const sizeOverlay: Overlay = {
  name: 'size',
  palette: 'r',
  label: trans => trans.__('Size'),
  values: index => {
    const values = new Map<string, number>();
    for (const node of index.document.nodes) {
      if (node.parameterBytes !== undefined && node.parameterBytes > 0)
        values.set(node.id, node.parameterBytes);
    }
    return values;
  },
  scale: values => logScale(values, bytes),
  legend: trans => ({
    title: trans.__('Parameters'),
    unit: '',
    stops: [1, 2, 3, 4, 5].map(step => ({
      step,
      label: step === 1 ? trans.__('small') : step === 5 ? trans.__('large') : ''
    }))
  })
};
