// Model picker, undo and redo, and the ways to other views.

import * as React from 'react';
import { Icon, type IconName } from './icons';
import type { SectionProps } from './context';

function IconButton(props: {
  icon: IconName;
  label: string;
  onClick: () => void;
  disabled?: boolean;
  pressed?: boolean;
}): React.ReactElement {
  return (
    <button
      className="jp-fx-iconButton"
      aria-label={props.label}
      title={props.label}
      disabled={props.disabled ?? false}
      {...(props.pressed === undefined ? {} : { 'aria-pressed': props.pressed })}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
    </button>
  );
}

export function Header({ state, model, commands, trans }: SectionProps): React.ReactElement {
  const [open, setOpen] = React.useState(false);
  const current = state.models.find(m => m.name === state.current);
  const cellId = current?.cellId;
  const prompt = cellId === undefined ? undefined : commands.promptOf(cellId);
  return (
    <div className="jp-fx-header">
      <div className="jp-fx-pickerHolder">
        <button
          className="jp-fx-picker"
          aria-label={
            current ? trans.__('Model %1, %2', current.name, current.className) : trans.__('Model: none')
          }
          aria-haspopup="listbox"
          aria-expanded={open}
          disabled={state.models.length === 0}
          onClick={() => setOpen(!open)}
        >
          <span className="jp-fx-mono">{current?.name ?? ''}</span>
          <span className="jp-fx-secondary">{current?.className ?? trans.__('No model')}</span>
          <Icon name="down" />
        </button>
        {open ? (
          <ul className="jp-fx-menu" role="listbox" aria-label={trans.__('Models')}>
            {state.models.map(m => (
              <li
                key={m.name}
                role="option"
                tabIndex={0}
                aria-selected={m.name === state.current}
                onClick={() => {
                  setOpen(false);
                  void model.selectModel(m.name);
                }}
                onKeyDown={event => {
                  if (event.key === 'Enter') {
                    setOpen(false);
                    void model.selectModel(m.name);
                  }
                }}
              >
                <span className="jp-fx-mono">{m.name}</span>{' '}
                <span className="jp-fx-secondary">{m.className}</span>
              </li>
            ))}
          </ul>
        ) : null}
      </div>
      {cellId === undefined || prompt === undefined ? null : (
        <button
          className="jp-fx-cellBadge"
          title={trans.__('Show the cell')}
          onClick={() => commands.goToCell(cellId, 1)}
        >
          {trans.__('cell %1', prompt)}
        </button>
      )}
      <span className="jp-fx-grow" />
      <IconButton
        icon="undo"
        label={trans.__('Undo')}
        disabled={!state.canUndo}
        onClick={() => void model.undo()}
      />
      <IconButton
        icon="redo"
        label={trans.__('Redo')}
        disabled={!state.canRedo}
        onClick={() => void model.redo()}
      />
      <span className="jp-fx-separator" />
      <IconButton
        icon="tree"
        label={trans.__('Module tree')}
        pressed={state.showsTree}
        onClick={() => model.update({ showsTree: !state.showsTree })}
      />
      <IconButton
        icon="open"
        label={trans.__('Open in main area')}
        onClick={() => commands.openInMainArea()}
      />
    </div>
  );
}
