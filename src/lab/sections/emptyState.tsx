// What the panel says when there is no graph to show, each with the next step on it.

import * as React from 'react';
import { Icon, type IconName } from './icons';
import type { SectionProps } from './context';

interface Words {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  readonly code?: string;
  readonly action?: { readonly label: string; run(): void };
}

export function EmptyState(props: SectionProps): React.ReactElement {
  const { icon, title, text, code, action } = wordsFor(props);
  return (
    <div className="jp-fx-empty" role="status">
      <div className="jp-fx-empty-picture" aria-hidden="true">
        <i />
        <b>
          <Icon name={icon} />
        </b>
        <i />
      </div>
      <h4>{title}</h4>
      <p>{text}</p>
      {code === undefined ? null : <pre className="jp-fx-code">{code}</pre>}
      {action ? (
        <button className="jp-fx-button jp-mod-primary" onClick={() => action.run()}>
          {action.label}
        </button>
      ) : null}
    </div>
  );
}

function wordsFor({ state, commands, trans }: SectionProps): Words {
  switch (state.link) {
    case 'no-notebook':
      return {
        icon: 'book',
        title: trans.__('No notebook is open'),
        text: trans.__(
          'Open a notebook with a TypeScript kernel (tslab). The panel follows the one you work in, and shows its model.'
        ),
        action: { label: trans.__('Open quickstart'), run: () => commands.openQuickstart() }
      };
    case 'wrong-kernel':
      return {
        icon: 'kernel',
        title: trans.__('This kernel is %1', state.kernelName === 'python' ? 'Python' : state.kernelName),
        text: trans.__(
          'fxquant runs in TypeScript notebooks. A PyTorch model can be exported here and loaded there.'
        ),
        action: { label: trans.__('Change kernel…'), run: () => commands.changeKernel() }
      };
    case 'no-kernel':
      return {
        icon: 'kernel',
        title: trans.__('No kernel'),
        text: trans.__('Start a TypeScript kernel for this notebook to see its model.'),
        action: { label: trans.__('Choose kernel…'), run: () => commands.changeKernel() }
      };
    case 'dead':
      return {
        icon: 'warn',
        title: trans.__('The kernel died'),
        text: trans.__(
          'Marks are kept in the notebook. Restart the kernel, and run the cells that make the model.'
        )
      };
    case 'not-imported':
      return {
        icon: 'cell',
        title: trans.__('fxquant is not imported'),
        text: trans.__(
          'Import it once and the panel connects by itself. It then shows the model of the notebook.'
        ),
        code: "import { nn, F, torch, Tensor } from 'fxquant'",
        action: { label: trans.__('Insert import'), run: () => commands.insertImport() }
      };
    default:
      return {
        icon: 'tree',
        title: trans.__('No model yet'),
        text: trans.__('Run a cell that makes an nn.Module. It appears here as soon as the cell has run.'),
        code: 'const net = new Net()'
      };
  }
}
