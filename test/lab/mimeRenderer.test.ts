// @vitest-environment jsdom
// Graphs in cell outputs: drawn where they are graphs, explained where they are damaged.

import { nullTranslator } from '@jupyterlab/translation';
import { expect, test, vi } from 'vitest';
import { GRAPH_MIME_TYPE } from '../../src/protocol';
import { graphRendererFactory } from '../../src/lab/mimeRenderer';
import { goldenDocument } from './graph/fixtures';

// Lumino asks for it while it loads; jsdom has none.
vi.hoisted(() => void Object.assign(globalThis, { DragEvent: class extends Event {} }));

async function draw(data: unknown): Promise<HTMLElement> {
  const factory = graphRendererFactory(nullTranslator);
  const renderer = factory.createRenderer({} as never);
  await renderer.renderModel({ data: { [GRAPH_MIME_TYPE]: data } } as never);
  return renderer.node;
}

const document = goldenDocument('mlp', 'float');

test('a graph is drawn', async () => {
  const node = await draw(document);
  expect(node.querySelector('svg')).not.toBeNull();
  expect(node.textContent).not.toContain('damaged');
});

test('of a damaged one it is said where', async () => {
  const nodes = document.nodes.map((n, i) => (i === 1 ? { ...n, inputs: ['<b>ghost</b>'] } : n));
  const node = await draw({ ...document, nodes });
  expect(node.textContent).toBe(
    'This output is a damaged fxquant graph: nodes[1].inputs[0]: expected the id of an earlier node, got "<b>ghost</b>".'
  );
  expect(node.children).toHaveLength(0);
});

test.each([[null], ['x'], [{}], [{ version: 2, nodes: [], modules: [] }]])(
  '%j is no graph of this version',
  async data => {
    expect((await draw(data)).textContent).toBe('This output is no fxquant graph of version 1.');
  }
);
