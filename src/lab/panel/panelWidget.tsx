// The panel as a JupyterLab widget: renders the model of the notebook in front, and nothing while it is hidden.

import * as React from 'react';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import type { Widget } from '@lumino/widgets';
import { Signal, type ISignal } from '@lumino/signaling';
import type { PanelCommands } from '../sections/context';
import { layoutFor, PanelView } from '../sections/panelView';
import type { Tracker } from './tracker';

export class PanelWidget extends ReactWidget {
  private shown = false;
  /** Pixels; which sections stand side by side depends on it. */
  private width = 0;
  private readonly redraw = new Signal<this, void>(this);

  constructor(
    private readonly tracker: Tracker,
    private readonly commands: PanelCommands,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-fx-Panel');
    tracker.changed.connect(this.onChanged, this);
  }

  override dispose(): void {
    this.tracker.changed.disconnect(this.onChanged, this);
    Signal.clearData(this);
    super.dispose();
  }

  protected override onBeforeShow(message: Message): void {
    super.onBeforeShow(message);
    this.shown = true;
    this.redraw.emit();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.onBeforeShow(message);
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.shown = this.isVisible;
    this.redraw.emit();
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.shown = false;
  }

  protected override onResize(message: Widget.ResizeMessage): void {
    super.onResize(message);
    const width = message.width < 0 ? this.node.offsetWidth : message.width;
    const changes = layoutFor(width) !== layoutFor(this.width);
    this.width = width;
    if (changes && this.shown) {
      this.redraw.emit();
    }
  }

  protected override render(): React.ReactElement {
    return <Live widget={this} />;
  }

  /** The panel for the current state. */
  view(): React.ReactElement {
    const { model } = this.tracker;
    return (
      <PanelView
        state={model.state}
        model={model}
        commands={this.commands}
        trans={this.trans}
        layout={layoutFor(this.width)}
      />
    );
  }

  get redrawn(): ISignal<this, void> {
    return this.redraw;
  }

  private onChanged(): void {
    if (this.shown) {
      this.redraw.emit();
    }
  }
}

/** Draws again when the widget says so. */
function Live({ widget }: { widget: PanelWidget }): React.ReactElement {
  const [, draw] = React.useReducer((n: number) => n + 1, 0);
  React.useEffect(() => {
    const slot = () => draw();
    widget.redrawn.connect(slot);
    return () => {
      widget.redrawn.disconnect(slot);
    };
  }, [widget]);
  return widget.view();
}
