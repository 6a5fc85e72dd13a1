// Which overlay colours the nodes: a radio group, for the main area. What has no data yet is disabled, and says why.

import { overlays } from '../overlays';
import { OVERLAYS, type GraphViewState } from '../types';
import type { ViewContext } from './createGraphView';
import { html } from './dom';
import type { Scene } from './scene';

export interface Chooser {
  element: HTMLElement;
  update(scene: Scene | null, state: GraphViewState): void;
}

export function createChooser(context: ViewContext): Chooser {
  const { trans } = context;
  const buttons = OVERLAYS.map(name => {
    const button = html('button', { type: 'button', role: 'radio', 'data-overlay': name }, [
      overlays[name].label(trans)
    ]);
    button.addEventListener('click', () => context.overlay(name));
    return button;
  });
  const element = html(
    'div',
    { class: 'jp-fx-segments', role: 'radiogroup', 'aria-label': trans.__('Colour nodes by') },
    buttons
  );
  element.addEventListener('keydown', event => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const able = buttons.filter(button => !button.disabled);
    const at = able.findIndex(button => button === document.activeElement);
    const next = able[(at + step + able.length) % able.length];
    next?.focus();
    next?.click();
  });
  return {
    element,
    update(scene, state) {
      OVERLAYS.forEach((name, i) => {
        const button = buttons[i];
        if (!button) return;
        const isOn = state.overlay === name;
        const hasData =
          name === 'type' || (scene !== null && overlays[name].values(scene.index, state).size > 0);
        button.setAttribute('aria-checked', String(isOn));
        button.tabIndex = isOn ? 0 : -1;
        button.disabled = !hasData && !isOn;
        button.title = hasData ? '' : trans.__('Nothing measured yet');
      });
    }
  };
}
