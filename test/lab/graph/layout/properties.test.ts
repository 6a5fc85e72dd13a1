// Random graphs with nested modules: what must hold for every picture.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runLayout, type LayoutNode, type LayoutRequest } from '../../../../src/lab/graph/layout';
import { contains, modulesOf, overlap } from './helpers';

interface Plan {
  /** How many modules deep the next node goes, and where its inputs lie, counted backwards. */
  steps: { move: number; back: number[]; weight: number; isDocked: boolean }[];
  closed: number[];
}

const plan: fc.Arbitrary<Plan> = fc.record({
  steps: fc.array(
    fc.record({
      move: fc.integer({ min: -2, max: 2 }),
      back: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 3 }),
      weight: fc.integer({ min: 1, max: 3 }),
      isDocked: fc.boolean()
    }),
    { minLength: 1, maxLength: 28 }
  ),
  closed: fc.array(fc.nat(8), { maxLength: 2 })
});

/** `isFused`: docked nodes have become one, as from the fused stage on. */
function build({ steps, closed }: Plan, isFused = false): LayoutRequest {
  const stack: string[] = [];
  let fresh = 0;
  const nodes: LayoutNode[] = [
    { id: 'n0', name: 'n0', role: 'input', label: 'x', scope: '', inputs: [], weight: 1 }
  ];
  steps.forEach((step, i) => {
    if (step.move < 0) stack.length = Math.max(0, stack.length + step.move);
    else if (step.move > 0 && stack.length < 3) stack.push(`m${fresh++}`);
    const id = `n${i + 1}`;
    const inputs = [...new Set(step.back.map(back => `n${Math.max(0, i + 1 - back)}`))];
    const scope = stack.join('.');
    if (step.isDocked && i % 3 === 0) {
      if (isFused)
        nodes.push({ id, name: id, role: 'op', label: id, scope, inputs, weight: step.weight + 1 });
      else
        nodes.push(
          {
            id: `${id}a`,
            name: `${id}a`,
            role: 'op',
            label: id,
            scope,
            inputs,
            weight: step.weight,
            docksTo: id
          },
          { id, name: id, role: 'op', label: id, scope, inputs: [`${id}a`], weight: 1 }
        );
    } else nodes.push({ id, name: id, role: 'op', label: id, scope, inputs, weight: step.weight });
  });
  const modules = modulesOf(nodes);
  const collapsed = closed.flatMap(i => modules[i % Math.max(1, modules.length)]?.path ?? []);
  return { nodes, modules, collapsed, folds: [], distinct: [] };
}

/** Observers on everything, as from the prepared stage on. */
function observed(request: LayoutRequest): LayoutRequest {
  const nodes = request.nodes.flatMap(node => {
    const inputs = node.inputs.map(input => `obs:${input}`);
    const own = { ...node, inputs };
    const observer = {
      ...node,
      id: `obs:${node.id}`,
      name: `obs_${node.id}`,
      role: 'observer' as const,
      inputs: [node.id]
    };
    return [own, observer];
  });
  return { ...request, nodes };
}

describe('any graph with nested modules', () => {
  test('no two nodes overlap', () => {
    fc.assert(
      fc.property(plan, given => {
        const { nodes } = runLayout(build(given));
        for (const a of nodes) for (const b of nodes) if (a !== b) expect(overlap(a, b)).toBe(false);
      }),
      { numRuns: 300 }
    );
  });

  test('nodes and boxes stand inside the boxes of their modules, and apart from other boxes', () => {
    fc.assert(
      fc.property(plan, given => {
        const { nodes, boxes } = runLayout(build(given));
        const isInside = (inner: string, outer: string): boolean =>
          inner === outer || inner.startsWith(`${outer}.`);
        for (const box of boxes) {
          for (const node of nodes) {
            if (!isInside(node.scope, box.path)) expect(overlap(box, node)).toBe(false);
          }
          for (const other of boxes) {
            if (other === box || isInside(box.path, other.path) || isInside(other.path, box.path)) continue;
            expect(overlap(box, other)).toBe(false);
          }
        }
        for (const node of nodes) {
          if (node.scope === '') continue;
          expect(boxes.some(box => box.path === node.scope && contains(box, node))).toBe(true);
        }
      }),
      { numRuns: 300 }
    );
  });

  test('the same graph gives the same picture', () => {
    fc.assert(
      fc.property(plan, given => {
        const [a, b] = [runLayout(build(given)), runLayout(build(given))];
        expect({ ...a, timings: [] }).toEqual({ ...b, timings: [] });
      }),
      { numRuns: 100 }
    );
  });

  test('fusing and observing move nothing', () => {
    fc.assert(
      fc.property(plan, given => {
        const float = runLayout(build(given));
        const fused = runLayout(build(given, true));
        const prepared = runLayout(observed(build(given, true)));
        expect(prepared.nodes).toEqual(fused.nodes);
        expect(prepared.boxes).toEqual(fused.boxes);
        expect(fused.boxes).toEqual(float.boxes);
        for (const node of fused.nodes) {
          const members = float.nodes.filter(other => other.id === node.id || other.id === `${node.id}a`);
          if (members.length === 0) continue;
          expect(Math.min(...members.map(m => m.y))).toBe(node.y);
          expect(members.reduce((sum, m) => sum + m.h, 0)).toBeCloseTo(node.h, 6);
          expect(members[0]?.x).toBe(node.x);
        }
      }),
      { numRuns: 200 }
    );
  });

  test('every edge begins and ends at what it joins, and runs forward', () => {
    fc.assert(
      fc.property(plan, given => {
        const { nodes, edges } = runLayout(build(given));
        const byId = new Map(nodes.map(node => [node.id, node]));
        for (const edge of edges) {
          const target = byId.get(edge.to);
          const end = edge.points.at(-1);
          if (!target || !end) throw new Error(`edge to nowhere: ${edge.key}`);
          expect(end.x >= target.x - 0.01 && end.x <= target.x + target.w + 0.01).toBe(true);
          expect(end.y >= target.y - 0.01 && end.y <= target.y + target.h + 0.01).toBe(true);
          edge.points.forEach((point, i) => {
            const next = edge.points[i + 1];
            if (next) expect(point.x === next.x || point.y === next.y).toBe(true);
          });
        }
      }),
      { numRuns: 200 }
    );
  });

  test('opening and closing keeps ids', () => {
    fc.assert(
      fc.property(plan, given => {
        const open = build({ ...given, closed: [] });
        const known = new Set(runLayout(open).nodes.map(node => node.id));
        for (const node of runLayout(build(given)).nodes) {
          if (node.kind !== 'closed') expect(known.has(node.id)).toBe(true);
        }
      }),
      { numRuns: 100 }
    );
  });
});
