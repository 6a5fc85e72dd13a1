import { describe, expect, test } from 'vitest';
import { layoutRequest, runLayout, type LayoutResult } from '../../../../src/lab/graph/layout';
import type { STAGES } from '../../../../src/protocol';
import { goldenDocument } from '../fixtures';

const MODELS = ['digits_cnn', 'digits_resnet', 'residual', 'attention', 'concat', 'mobile_block', 'norms'];
/** All repetitions drawn. */
const unfolded = new Map([['layer1.0', -1]]);
const laidOut = (name: string, stage: (typeof STAGES)[number]): LayoutResult =>
  runLayout(layoutRequest(goldenDocument(name, stage), new Set(), unfolded));

describe.each(MODELS)('%s', name => {
  test('no edge crosses a node it does not join', () => {
    const { edges, nodes } = laidOut(name, 'float');
    const crossed = edges.flatMap(edge =>
      edge.points.flatMap((a, i) => {
        const b = edge.points[i + 1];
        if (!b) return [];
        const [left, right] = [Math.min(a.x, b.x), Math.max(a.x, b.x)];
        const [top, bottom] = [Math.min(a.y, b.y), Math.max(a.y, b.y)];
        return nodes
          .filter(node => node.id !== edge.from && node.id !== edge.to)
          .filter(n => left < n.x + n.w && right > n.x && top < n.y + n.h && bottom > n.y)
          .map(node => `${edge.from} → ${edge.to} crosses ${node.id}`);
      })
    );
    expect(crossed).toEqual([]);
  });

  test('boxes and nodes stay where they are from stage to stage', () => {
    const places = (stage: (typeof STAGES)[number]): Map<string, string> => {
      const { nodes, boxes } = laidOut(name, stage);
      const bottoms = nodes.filter(node => node.dock === 'only' || node.dock === 'bottom');
      return new Map([
        ...bottoms.map(node => [node.id, `${node.x} ${node.y + node.h}`] as const),
        ...boxes.map(box => [`box ${box.path}`, JSON.stringify([box.x, box.y, box.w, box.h])] as const)
      ]);
    };
    const fused = places('fused');
    for (const stage of ['prepared', 'calibrated'] as const) expect(places(stage)).toEqual(fused);
    const float = places('float');
    for (const [id, place] of fused) expect([id, float.get(id)]).toEqual([id, place]);
  });
});
