// The stages a model goes through, as a scrubber: what each has changed stands between them.

import * as React from 'react';
import { STAGES, type GraphDocument, type Stage } from '../../protocol';
import { Icon } from './icons';
import type { SectionProps } from './context';

/** Nodes a person counts: operators, inputs, observers; not the attributes of quantize nodes. */
const count = (graph: GraphDocument | undefined): number => graph?.nodes.length ?? 0;

export function Stages({ state, model, trans }: SectionProps): React.ReactElement {
  const names: Record<Stage, string> = {
    float: trans.__('Float'),
    fused: trans.__('Fused'),
    prepared: trans.__('Prepared'),
    calibrated: trans.__('Calibrated'),
    converted: trans.__('Converted')
  };
  const stopped = (state.graphs.float?.obstacles?.length ?? 0) > 0;
  const furthest = STAGES.reduce((last, stage, i) => (state.graphs[stage] ? i : last), 0);
  const move = (event: React.KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = STAGES[STAGES.indexOf(state.stage) + step];
    if (step !== 0 && next) {
      event.preventDefault();
      model.setStage(next);
    }
  };
  return (
    <div className="jp-fx-stages" role="radiogroup" aria-label={trans.__('Stage')} onKeyDown={move}>
      {STAGES.map((stage, i) => {
        const graph = state.graphs[stage];
        const classes = ['jp-fx-stage'];
        classes.push(
          stage === state.stage ? 'jp-mod-current' : i <= furthest && graph ? 'jp-mod-done' : 'jp-mod-todo'
        );
        if (stopped && stage === 'float') {
          classes.push('jp-mod-error');
        }
        return (
          <button
            key={stage}
            className={classes.join(' ')}
            role="radio"
            aria-checked={stage === state.stage}
            aria-label={`${names[stage]}, ${describe(stage, graph, stopped, state, trans)}`}
            tabIndex={stage === state.stage ? 0 : -1}
            disabled={!graph}
            onClick={() => model.setStage(stage)}
          >
            <span className="jp-fx-stage-change">{changeBefore(stage, state, trans)}</span>
            {stopped && stage === 'float' ? (
              <span className="jp-fx-stage-warn">
                <Icon name="warn" />
              </span>
            ) : (
              <span className="jp-fx-stage-dot" />
            )}
            <span className="jp-fx-stage-name">{names[stage]}</span>
            <span className="jp-fx-stage-count">{describe(stage, graph, stopped, state, trans)}</span>
          </button>
        );
      })}
    </div>
  );
}

function describe(
  stage: Stage,
  graph: GraphDocument | undefined,
  stopped: boolean,
  state: SectionProps['state'],
  trans: SectionProps['trans']
): string {
  if (stopped) {
    return stage === 'float' ? trans.__('stopped') : trans.__('waiting');
  }
  if (!graph) {
    return trans.__('not run');
  }
  return stage === 'calibrated' ? trans.__('%1 images', state.samples) : trans.__('%1 nodes', count(graph));
}

/** What the step to this stage did, in a word or two. */
function changeBefore(stage: Stage, state: SectionProps['state'], trans: SectionProps['trans']): string {
  const { float, fused, prepared, converted } = state.graphs;
  switch (stage) {
    case 'fused':
      return float && fused && count(float) > count(fused)
        ? trans.__('−%1 fused', count(float) - count(fused))
        : '';
    case 'prepared':
      return prepared ? trans.__('+%1 obs.', prepared.nodes.filter(n => n.role === 'observer').length) : '';
    case 'calibrated': {
      const filled = [...state.stats.values()].filter(s => s.batches > 0).length;
      return state.stats.size > 0 ? trans.__('%1 of %2', filled, state.stats.size) : '';
    }
    case 'converted':
      return converted
        ? trans.__('%1 int8', converted.nodes.filter(n => n.quantized && n.role === 'op').length)
        : '';
    default:
      return '';
  }
}
