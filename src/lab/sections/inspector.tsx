// One node in full: what it is, which setting decided its qconfig, what its observer saw, and its marks.

import * as React from 'react';
import type { GraphNode } from '../../protocol';
import { isModuleKey, modulePathOf } from '../graph';
import { observerOf } from '../model/panelModel';
import { nodeOf, shownGraph } from '../model/state';
import { Histogram } from './histogram';
import { markableAt, markItems } from './markMenu';
import { number, percent } from './numbers';
import { Icon, type IconName } from './icons';
import type { SectionProps } from './context';

export function Inspector(props: SectionProps): React.ReactElement | null {
  const { state, trans } = props;
  const [id] = state.selection;
  const node = nodeOf(state, id);
  const path =
    id !== undefined && isModuleKey(id)
      ? modulePathOf(id)
      : node?.op === 'call_module' && node.role === 'op'
        ? node.target
        : undefined;
  if (!node && path === undefined) {
    return null;
  }
  return (
    <section className="jp-fx-inspector" role="region" aria-label={trans.__('Inspector')}>
      <h3>
        <span>{title(node, path)}</span>
        <span className="jp-fx-grow" />
        <Step {...props} icon="up" step={-1} label={trans.__('Previous observed value')} />
        <Step {...props} icon="down" step={1} label={trans.__('Next observed value')} />
      </h3>
      {node ? <NodeFacts {...props} node={node} /> : null}
      {path !== undefined && path !== '' ? <MarkRow {...props} path={path} /> : null}
      <Statistics {...props} node={node} />
    </section>
  );
}

/** To the observed value before or after the one shown, in the order of the graph. */
function Step(
  props: SectionProps & { icon: IconName; step: number; label: string }
): React.ReactElement | null {
  const { state, model, icon, step, label } = props;
  const observed = (shownGraph(state)?.nodes ?? []).filter(n => observerOf(state, n.id) !== undefined);
  const values = observed.some(n => n.role === 'observer')
    ? observed.filter(n => n.role === 'observer')
    : observed;
  const [id] = state.selection;
  const at = values.findIndex(n => n.id === id || n.id === `obs:${id ?? ''}`);
  const next = values[at + step];
  return values.length === 0 ? null : (
    <button
      className="jp-fx-iconButton"
      aria-label={label}
      title={label}
      disabled={at < 0 || !next}
      onClick={() => next && void model.select([next.id])}
    >
      <Icon name={icon} />
    </button>
  );
}

function title(node: GraphNode | undefined, path: string | undefined): string {
  if (node?.role === 'observer') {
    return node.observes ?? node.name;
  }
  return path ?? node?.name ?? '';
}

function NodeFacts({ node, trans }: SectionProps & { node: GraphNode }): React.ReactElement {
  const { value, observer, qconfig, staysFloat } = node;
  const shape = value.shape ? value.shape.join('×') : '';
  const settings = observer
    ? [
        observer.type,
        observer.dtype,
        observer.qscheme.replaceAll('_', ' '),
        `${observer.quantMin}…${observer.quantMax}`
      ]
    : [node.type, shape, value.dtype ?? ''];
  return (
    <>
      <div className="jp-fx-secondary">{settings.filter(text => text !== '').join(' · ')}</div>
      {qconfig ? (
        <div className="jp-fx-provenance">
          <span className="jp-fx-secondary">{trans.__('qconfig')}</span>
          <span>
            <b>{qconfig.label}</b> ← {qconfig.from}
          </span>
          {qconfig.lost.map(({ label, from, why }) => (
            <React.Fragment key={`${label}${from}`}>
              <span />
              <span className="jp-fx-secondary">
                <s>{label}</s> ← {from}: {why}
              </span>
            </React.Fragment>
          ))}
        </div>
      ) : null}
      {staysFloat === undefined ? null : (
        <div className="jp-fx-secondary">{trans.__('Stays float: %1', staysFloat)}</div>
      )}
    </>
  );
}

function MarkRow(props: SectionProps & { path: string }): React.ReactElement {
  const { path, trans } = props;
  const mark = markableAt(props.state, path)?.mark;
  return (
    <div className="jp-fx-markRow" role="group" aria-label={trans.__('Mark')}>
      <span className="jp-fx-secondary">
        {mark ? trans.__('Marked %1', mark.replaceAll('_', ' ')) : trans.__('No mark')}
      </span>
      <span className="jp-fx-grow" />
      {markItems(props, path)
        .filter((_, i) => i !== 2)
        .map(item => (
          <button
            key={item.text}
            className="jp-fx-button jp-mod-small"
            title={item.text}
            onClick={() => item.run()}
          >
            {short(item.text)}
          </button>
        ))}
    </div>
  );
}

/** `Mark non-traceable, this module` → `non-traceable`; the whole is the tooltip. */
function short(text: string): string {
  return text.replace(/^Mark /, '').replace(/,.*$/, '');
}

function Statistics({
  state,
  node,
  trans
}: SectionProps & { node: GraphNode | undefined }): React.ReactElement | null {
  const observer = observerOf(state, node?.id);
  const stats = observer === undefined ? undefined : state.stats.get(observer);
  const qparams = node?.qparams ?? stats?.qparams;
  if (!qparams && stats?.min === undefined) {
    return null;
  }
  const scalar = (v: number | number[] | undefined) => (Array.isArray(v) ? v[0] : v);
  const zeroPoint = scalar(qparams?.zeroPoint);
  const facts: [string, string][] = [
    [trans.__('scale'), number(scalar(qparams?.scale))],
    [trans.__('zero point'), number(scalar(qparams?.zeroPoint))],
    ...(stats
      ? ([
          [trans.__('values'), number(stats.count)],
          [trans.__('clipped'), percent(stats.clipped)],
          [trans.__('SQNR est.'), stats.sqnr === undefined ? '–' : `${stats.sqnr.toFixed(1)} dB`]
        ] as [string, string][])
      : [])
  ];
  return (
    <>
      {state.histogram ? <Histogram histogram={state.histogram} trans={trans} /> : null}
      {stats?.min !== undefined ? (
        <div className="jp-fx-minMax">
          <span>{trans.__('min %1', number(stats.min))}</span>
          <span className="jp-fx-grow" />
          {zeroPoint === undefined || stats.min > 0 || (stats.max ?? 0) < 0 ? null : (
            <b>{trans.__('0 = level %1', number(zeroPoint))}</b>
          )}
          <span className="jp-fx-grow" />
          <span>{trans.__('max %1', number(stats.max))}</span>
        </div>
      ) : null}
      <dl className="jp-fx-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
