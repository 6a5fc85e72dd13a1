// Why a model cannot be traced: the module, the line of the cell, and the ways out as buttons.

import * as React from 'react';
import type { Obstacle, Remedy } from '../../protocol';
import { Icon, type IconName } from './icons';
import type { SectionProps } from './context';

const ICONS: Record<Remedy['kind'], IconName> = {
  non_traceable_class: 'ban',
  non_traceable_name: 'ban',
  leaf: 'leaf',
  custom: 'custom',
  rewrite: 'pen'
};

export function Failure(props: SectionProps & { obstacles: readonly Obstacle[] }): React.ReactElement | null {
  const { obstacles, commands, trans } = props;
  const [first] = obstacles;
  if (!first) {
    return null;
  }
  const where = first.modulePath === '' ? props.state.current : first.modulePath;
  const { source } = first;
  const cellId = source?.cellId;
  return (
    <section className="jp-fx-failure" role="alert" aria-label={trans.__('Not traceable')}>
      <h3>
        <span className="jp-fx-errorText">
          <Icon name="warn" />
        </span>
        <span>{trans.__('Cannot trace')}</span> <span className="jp-fx-mono">{where}</span>
        <span className="jp-fx-grow" />
        <span className="jp-fx-secondary">{trans._n('%1 place', '%1 places', obstacles.length)}</span>
      </h3>
      <p>{first.message}</p>
      {first.frame && source ? (
        <>
          <div className="jp-fx-frameHead">
            <span className="jp-fx-secondary">
              {trans.__('%1.forward, line %2', first.className, source.line)}
            </span>
            <span className="jp-fx-grow" />
            {cellId === undefined ? null : (
              <button className="jp-fx-link" onClick={() => commands.goToCell(cellId, source.line)}>
                {trans.__('Go to line')}
              </button>
            )}
          </div>
          <CodeFrame frame={first.frame} />
        </>
      ) : null}
      {first.remedies.map(remedy => (
        <RemedyButton key={remedy.title} {...props} remedy={remedy} obstacle={first} />
      ))}
    </section>
  );
}

function CodeFrame({ frame }: { frame: NonNullable<Obstacle['frame']> }): React.ReactElement {
  return (
    <pre className="jp-fx-code">
      {frame.lines.map((text, i) => {
        const line = frame.firstLine + i;
        return (
          <div key={line} className={line === frame.line ? 'jp-mod-highlight' : ''}>
            <span className="jp-fx-lineNumber">{line}</span>
            {text}
          </div>
        );
      })}
    </pre>
  );
}

function RemedyButton(props: SectionProps & { remedy: Remedy; obstacle: Obstacle }): React.ReactElement {
  const { remedy, obstacle, model, trans } = props;
  const [shown, setShown] = React.useState(false);
  const run = () => {
    if (remedy.mark) {
      void model.mark(remedy.mark);
    } else if (remedy.kind === 'custom') {
      void model.askCustom(obstacle.modulePath, obstacle.className);
    } else {
      setShown(!shown);
    }
  };
  const aside = remedy.recommended
    ? trans.__('Recommended')
    : remedy.kind === 'rewrite'
      ? trans.__('shows the change')
      : trans._n('%1 module', '%1 modules', remedy.modules);
  return (
    <button className={remedy.recommended ? 'jp-fx-remedy jp-mod-first' : 'jp-fx-remedy'} onClick={run}>
      <Icon name={ICONS[remedy.kind]} />
      <span className="jp-fx-remedy-title">{remedy.title}</span>
      <span className="jp-fx-secondary">{aside}</span>
      <span className="jp-fx-remedy-detail">
        {shown && remedy.code !== undefined ? remedy.code : remedy.detail}
      </span>
    </button>
  );
}
