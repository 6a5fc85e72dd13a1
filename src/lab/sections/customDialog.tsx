// Which classes a custom module becomes: observed at prepare, quantized at convert, both from the notebook.

import * as React from 'react';
import type { SectionProps } from './context';

export function CustomDialog({ state, model, trans }: SectionProps): React.ReactElement | null {
  const { custom, variables } = state;
  const [observed, setObserved] = React.useState('');
  const [quantized, setQuantized] = React.useState('');
  if (!custom) {
    return null;
  }
  const close = () => model.update({ custom: null });
  const classes = variables.filter(v => v.kind === 'class' && v.name !== custom.className);
  const observable = classes.filter(v => v.hasFromFloat);
  const convertible = classes.filter(v => v.hasFromObserved);
  const mark = () => {
    void model.mark({
      kind: 'custom',
      target: custom.className,
      observedClass: observed,
      quantizedClass: quantized
    });
    setObserved('');
    setQuantized('');
  };
  const missing = observable.length === 0 || convertible.length === 0;
  return (
    <div
      className="jp-fx-dialog"
      role="dialog"
      aria-label={trans.__('Custom module %1', custom.className)}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          close();
        }
      }}
    >
      <h3>{trans.__('Quantize %1 yourself', custom.className)}</h3>
      <p className="jp-fx-secondary">
        {missing
          ? trans.__(
              'Define a class with static fromFloat and one with static fromObserved in a cell, run it, and choose them here.'
            )
          : trans.__(
              'Every %1 becomes the observed class when the model is prepared, and the quantized one when it is converted.',
              custom.className
            )}
      </p>
      <label>
        {trans.__('Observed class')}
        <select
          className="jp-fx-select"
          aria-label={trans.__('Observed class')}
          value={observed}
          onChange={e => setObserved(e.target.value)}
        >
          <option value="">–</option>
          {observable.map(v => (
            <option key={v.name} value={v.name}>
              {v.name}
            </option>
          ))}
        </select>
      </label>
      <label>
        {trans.__('Quantized class')}
        <select
          className="jp-fx-select"
          aria-label={trans.__('Quantized class')}
          value={quantized}
          onChange={e => setQuantized(e.target.value)}
        >
          <option value="">–</option>
          {convertible.map(v => (
            <option key={v.name} value={v.name}>
              {v.name}
            </option>
          ))}
        </select>
      </label>
      <div className="jp-fx-dialog-buttons">
        <button className="jp-fx-button" onClick={close}>
          {trans.__('Close')}
        </button>
        <button
          className="jp-fx-button jp-mod-primary"
          disabled={observed === '' || quantized === ''}
          onClick={mark}
        >
          {trans.__('Mark custom')}
        </button>
      </div>
    </div>
  );
}
