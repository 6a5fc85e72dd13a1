// What stands over the graph: find, overlay chooser and its legend, lines' legend, zoom, minimap, problems.

import type { ViewContext } from './createGraphView';
import { html, icon } from './dom';
import { ICONS, type IconName } from './icons';
import { createLegend } from './legend';
import { createMinimap } from './minimap';
import type { Scene } from './scene';
import { createSearch } from './search';
import { createChooser } from './chooser';
import type { GraphViewOptions, GraphViewState } from '../types';

export interface Controls {
  update(scene: Scene | null, state: GraphViewState): void;
  viewportChanged(): void;
  openSearch(): void;
  showProblem(text: string): void;
  destroy(): void;
}

export function createControls(context: ViewContext, options: GraphViewOptions): Controls {
  const { root, trans } = context;
  const topLeft = html('div', { class: 'jp-fx-corner jp-mod-top-left' });
  const topRight = html('div', { class: 'jp-fx-corner jp-mod-top-right' });
  const chooser = options.showOverlayChooser === true ? createChooser(context) : null;
  const search = createSearch(context);
  if (chooser) {
    topLeft.append(chooser.element);
    topRight.append(search.element);
  } else topLeft.append(search.element);
  const legend = createLegend(trans);
  if (chooser) {
    topLeft.append(legend.ramp);
    topRight.append(legend.lines);
  } else topRight.append(legend.ramp, legend.lines);
  const minimap = options.showMinimap === false ? null : createMinimap(context);
  const problem = html('div', { class: 'jp-fx-problem', role: 'alert', hidden: '' });
  root.append(topLeft, topRight, zoomBar(context), problem);
  if (minimap) root.append(minimap.element);

  return {
    update(scene, state) {
      problem.hidden = true;
      root.classList.toggle('jp-mod-empty', scene === null);
      legend.update(scene, chooser !== null);
      chooser?.update(scene, state);
      search.update(scene);
      minimap?.update(scene);
    },
    viewportChanged: () => minimap?.moved(),
    openSearch: () => search.open(),
    showProblem(text) {
      problem.hidden = false;
      problem.textContent = trans.__('The graph could not be laid out: %1', text);
    },
    destroy() {
      search.destroy();
      minimap?.destroy();
    }
  };
}

function zoomBar(context: ViewContext): HTMLElement {
  const { trans, viewport } = context;
  const button = (name: IconName, title: string, act: () => void): HTMLButtonElement => {
    const element = html('button', { type: 'button', title, 'aria-label': title }, [icon(ICONS[name], 16)]);
    element.addEventListener('click', act);
    return element;
  };
  return html('div', { class: 'jp-fx-zoom', role: 'toolbar', 'aria-label': trans.__('Zoom') }, [
    button('plus', trans.__('Zoom in (+)'), () => viewport.zoomBy(1.25)),
    button('minus', trans.__('Zoom out (−)'), () => viewport.zoomBy(0.8)),
    button('fit', trans.__('Fit (0)'), () => viewport.fit())
  ]);
}
