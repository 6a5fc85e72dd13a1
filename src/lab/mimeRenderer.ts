// Draws `application/vnd.fxquant.graph+json` in a cell's output: the same graph, also in a saved notebook without a
// kernel. A document that is none shows why.

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { ITranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import {
  GRAPH_DOCUMENT_VERSION,
  GRAPH_MIME_TYPE,
  isObject,
  validateGraphDocument,
  type GraphDocument
} from '../protocol';
import { createGraphView, defaultCollapsed, emptyGraphState, type GraphView } from './graph';

class GraphOutput extends Widget implements IRenderMime.IRenderer {
  private view: GraphView | null = null;

  constructor(private readonly translator: ITranslator) {
    super();
    this.addClass('jp-fx-Panel');
    this.addClass('jp-fx-GraphOutput');
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const trans = this.translator.load('fxquant');
    const data: unknown = model.data[GRAPH_MIME_TYPE];
    this.view?.destroy();
    this.view = null;
    const document = read(data);
    if (document instanceof Error) {
      this.node.textContent =
        isObject(data) && data.version === GRAPH_DOCUMENT_VERSION
          ? trans.__('This output is a damaged fxquant graph: %1.', document.message)
          : trans.__('This output is no fxquant graph of version %1.', GRAPH_DOCUMENT_VERSION);
      return;
    }
    this.view = createGraphView(this.node, {
      trans: { __: (text, ...args) => trans.__(text, ...args) },
      options: { showMinimap: false, wheelNeedsFocus: true }
    });
    this.view.update({ ...emptyGraphState, document, collapsed: defaultCollapsed(document) });
    await this.view.settled();
  }

  override dispose(): void {
    this.view?.destroy();
    super.dispose();
  }
}

function read(data: unknown): GraphDocument | Error {
  try {
    return validateGraphDocument(data);
  } catch (error) {
    return error as Error;
  }
}

export function graphRendererFactory(translator: ITranslator): IRenderMime.IRendererFactory {
  return { safe: true, mimeTypes: [GRAPH_MIME_TYPE], createRenderer: () => new GraphOutput(translator) };
}
