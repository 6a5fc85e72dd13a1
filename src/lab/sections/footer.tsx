// What to do next: the data to calibrate and evaluate on, progress, and the three steps.

import * as React from 'react';
import type { VariableInfo } from '../../protocol';
import { bytes, number } from './numbers';
import type { SectionProps } from './context';

function Chooser(props: {
  label: string;
  value: string | undefined;
  options: readonly VariableInfo[];
  none: string;
  onChange: (name: string) => void;
  onOpen: () => void;
}): React.ReactElement {
  return (
    <select
      className="jp-fx-select"
      aria-label={props.label}
      title={props.label}
      value={props.value ?? ''}
      onPointerDown={props.onOpen}
      onFocus={props.onOpen}
      onChange={event => props.onChange(event.target.value)}
    >
      <option value="">{props.none}</option>
      {props.options.map(v => (
        <option key={v.name} value={v.name} title={v.summary}>
          {v.name}
        </option>
      ))}
    </select>
  );
}

const isData = (v: VariableInfo): boolean => ['tensor', 'batches', 'async_batches'].includes(v.kind);

export function DataRow({ state, model, trans }: SectionProps): React.ReactElement | null {
  const { recipe, variables } = state;
  if (!recipe) {
    return null;
  }
  const refresh = () => void model.loadVariables();
  const set = (change: Partial<typeof recipe>) =>
    void model.setRecipe({ ...recipe, ...change }, { retrace: false });
  const labels = variables.filter(v => v.kind === 'labels' || (v.kind === 'tensor' && v.shape?.length === 1));
  return (
    <div className="jp-fx-dataRow">
      <Chooser
        label={trans.__('Calibration data')}
        none={trans.__('Calibration data')}
        value={recipe.calibration}
        options={variables.filter(isData)}
        onOpen={refresh}
        onChange={calibration => set({ calibration })}
      />
      {state.graphs.converted ? (
        <>
          <Chooser
            label={trans.__('Evaluation inputs')}
            none={trans.__('Inputs')}
            value={recipe.evaluation?.inputs}
            options={variables.filter(isData)}
            onOpen={refresh}
            onChange={inputs => set({ evaluation: { ...recipe.evaluation, inputs } })}
          />
          <Chooser
            label={trans.__('Labels')}
            none={trans.__('Labels')}
            value={recipe.evaluation?.labels}
            options={labels}
            onOpen={refresh}
            onChange={name => set({ evaluation: { inputs: recipe.evaluation?.inputs ?? '', labels: name } })}
          />
          <button
            className="jp-fx-button jp-mod-small"
            disabled={state.busy || !recipe.evaluation?.inputs}
            onClick={() => void model.evaluate()}
          >
            {trans.__('Evaluate')}
          </button>
        </>
      ) : null}
    </div>
  );
}

export function EvaluationBar({ state, trans }: SectionProps): React.ReactElement | null {
  const { evaluation } = state;
  if (!evaluation) {
    return null;
  }
  const share = (v: number | undefined) => (v === undefined ? '–' : `${(v * 100).toFixed(1)} %`);
  return (
    <section className="jp-fx-evaluation" role="region" aria-label={trans.__('Evaluation')}>
      <div>
        <span className="jp-fx-secondary">{trans.__('Accuracy')}</span>{' '}
        <b>{share(evaluation.floatAccuracy)}</b> → <b>{share(evaluation.quantizedAccuracy)}</b>{' '}
        <span className="jp-fx-secondary">
          {trans.__('float → int8, %1 images', number(evaluation.samples))}
        </span>
      </div>
      <div>
        <span className="jp-fx-secondary">{trans.__('Size')}</span> <b>{bytes(evaluation.floatBytes)}</b> →{' '}
        <b>{bytes(evaluation.quantizedBytes)}</b>{' '}
        <span className="jp-fx-secondary">{trans.__('Output SQNR')}</span>{' '}
        <b>{evaluation.outputSqnr === undefined ? '–' : `${evaluation.outputSqnr.toFixed(1)} dB`}</b>
      </div>
    </section>
  );
}

export function Footer({ state, model, trans }: SectionProps): React.ReactElement {
  const { recipe, progress, busy } = state;
  const stopped = (state.graphs.float?.obstacles?.length ?? 0) > 0;
  const marks = recipe?.marks.length ?? 0;
  const batches = state.variables.find(v => v.name === recipe?.calibration)?.batches;
  return (
    <div className="jp-fx-footer">
      {progress ? (
        <div
          className="jp-fx-progress"
          role="progressbar"
          aria-valuenow={progress.done}
          aria-valuemin={0}
          {...(progress.total === undefined ? {} : { 'aria-valuemax': progress.total })}
        >
          <i style={{ width: progress.total ? `${(100 * progress.done) / progress.total}%` : '30%' }} />
          <span className="jp-fx-progress-text">{progress.text}</span>
        </div>
      ) : (
        <span className="jp-fx-footer-marks">
          {marks === 0 ? (
            trans.__('No marks yet')
          ) : (
            <>
              <b>{marks}</b> {trans._n('mark', 'marks', marks)}
            </>
          )}
        </span>
      )}
      <span className="jp-fx-grow" />
      {busy && progress ? (
        <button className="jp-fx-button" onClick={() => void model.cancel()}>
          {trans.__('Cancel')}
        </button>
      ) : (
        <>
          <button
            className="jp-fx-button"
            disabled={!recipe?.calibration || stopped || busy}
            onClick={() => void model.calibrate()}
          >
            {trans.__('Calibrate')}
            {batches === undefined ? null : (
              <span className="jp-fx-secondary">
                {' '}
                {state.graphs.calibrated ? `${batches}/${batches}` : batches}
              </span>
            )}
          </button>
          <button
            className="jp-fx-button"
            disabled={!recipe || stopped || busy}
            onClick={() => void model.insertCode()}
          >
            {trans.__('Insert code')}
          </button>
          <button
            className="jp-fx-button jp-mod-primary"
            disabled={!state.graphs.calibrated || busy}
            onClick={() => void model.convert()}
          >
            {trans.__('Convert')}
          </button>
        </>
      )}
    </div>
  );
}
