import { describe, expect, test } from 'vitest';
import { runLayout } from '../../../../src/lab/graph/layout';
import { contract } from '../../../../src/lab/graph/layout/contract';
import { makeLevels } from '../../../../src/lab/graph/layout/levels';
import { findRuns } from '../../../../src/lab/graph/layout/runs';
import { sizeLevels } from '../../../../src/lab/graph/layout/columns';
import { moduleKey } from '../../../../src/lab/graph/types';
import { boxOf, contains, nodeOf, request } from './helpers';

describe('contract', () => {
  test('an observer becomes part of the edge it stands on', () => {
    const { groups, links } = contract(request('x; obs:x<x; a<obs:x; b<a'));
    expect(groups.map(group => group.key)).toEqual(['x', 'a', 'b']);
    expect(links.map(link => [link.producer, link.consumer, link.via])).toEqual([
      ['x', 'a', ['obs:x']],
      ['a', 'b', []]
    ]);
  });

  test('observer and quantize node on one edge keep their order', () => {
    const { links } = contract(request('x; obs:x<x; q:x<obs:x; a<q:x'));
    expect(links[0]?.via).toEqual(['obs:x', 'q:x']);
  });

  test('docked nodes are one group, named after the last', () => {
    const { groups, links } = contract(request('x; conv<x ->bn; bn<conv ->relu; relu<bn; a<relu'));
    expect(groups.map(group => [group.key, group.members.length])).toEqual([
      ['x', 1],
      ['relu', 3],
      ['a', 1]
    ]);
    expect(links).toHaveLength(2);
  });

  test('docking in a circle ends', () => {
    const { groups } = contract(request('a ->b; b<a ->a'));
    expect(groups.flatMap(group => group.members.map(member => member.id)).sort()).toEqual(['a', 'b']);
  });

  test('an input that does not exist, or comes later, is not drawn', () => {
    expect(contract(request('a<ghost,b; b<a')).links).toHaveLength(1);
  });

  test('scale and zero point attributes are not drawn', () => {
    const asked = request('x; a<x,a_scale_0');
    asked.nodes.push({ ...request('a_scale_0').nodes[0]!, role: 'attribute' });
    expect(contract(asked).groups.map(group => group.key)).toEqual(['x', 'a']);
  });
});

describe('levels', () => {
  const levelled = (text: string, more = {}) => {
    const asked = request(text, more);
    return makeLevels(contract(asked), asked);
  };

  test('modules nest as their paths do', () => {
    const { root } = levelled('x; a<x @m.0; b<a @m.1; out<b');
    expect(root.items.map(item => item.kind)).toEqual(['io', 'box', 'io']);
    expect(root.items[1]?.level?.items.map(item => item.path)).toEqual(['m.0', 'm.1']);
  });

  test('a closed module is one item', () => {
    const { root } = levelled('x; a<x @m; b<a @m; out<b', { collapsed: ['m'] });
    expect(root.items.map(item => item.kind)).toEqual(['io', 'closed', 'io']);
  });

  test('a module that is entered twice has two boxes', () => {
    const { root } = levelled('a @m; b<a; c<b @m');
    expect(root.items.map(item => item.key)).toEqual([moduleKey('m'), 'b', moduleKey('m#1')]);
  });

  test('like modules in a row are drawn once', () => {
    const asked = request('x; a<x @m.0; b<a @m.1; c<b @m.2; out<c');
    for (const module of asked.modules) if (module.path !== 'm') module.structureKey = 'same';
    const { root, standsIn } = makeLevels(contract(asked), asked);
    expect(root.items[1]?.level?.items.map(item => item.fold?.paths)).toEqual([['m.0', 'm.1', 'm.2']]);
    expect([...standsIn].map(([hidden, shown]) => [hidden.key, shown.key])).toEqual([
      ['b', 'a'],
      ['c', 'a']
    ]);
  });

  test('a mark inside one of them unfolds it, and -1 unfolds all', () => {
    const asked = request('x; a<x @m.0; b<a @m.1; c<b @m.2; out<c');
    for (const module of asked.modules) if (module.path !== 'm') module.structureKey = 'same';
    const count = (more: object): number | undefined => {
      const changed = { ...asked, ...more };
      return makeLevels(contract(changed), changed).root.items[1]?.level?.items.length;
    };
    expect(count({ distinct: ['m.1.conv'] })).toBe(3);
    expect(count({ folds: [['m.0', -1]] })).toBe(3);
  });
});

describe('runs', () => {
  const runs = (text: string): string[][] => {
    const asked = request(text);
    return findRuns(makeLevels(contract(asked), asked)).root.runs.map(run => run.map(item => item.key));
  };

  test('the longest chain comes first', () => {
    expect(runs('x; a<x; b<a; add<b,x')).toEqual([['x', 'a', 'b', 'add']]);
    expect(runs('x; side<x; a<x; b<a; add<b,side')).toEqual([['x', 'a', 'b', 'add'], ['side']]);
  });

  test('operations in a module count', () => {
    expect(runs('x; side<x; a<x @m; b<a @m; add<side,b')[0]).toEqual(['x', moduleKey('m'), 'add']);
  });

  test('a graph of 20,000 nodes in a row needs no recursion', () => {
    const text = Array.from({ length: 20_000 }, (_, i) => (i === 0 ? 'n0' : `n${i}<n${i - 1}`)).join(';');
    expect(runs(text)).toHaveLength(1);
  });
});

describe('columns', () => {
  const sized = (text: string) => {
    const asked = request(text);
    return sizeLevels(findRuns(makeLevels(contract(asked), asked)), asked);
  };

  test('a branch stands right of the chain, two at once in two columns', () => {
    const { root } = sized('x; a<x; b<a; s<x; t<x; add<b,s,t');
    const column = Object.fromEntries(root.items.map(item => [item.key, item.column]));
    expect(column).toMatchObject({ x: 0, a: 0, b: 0, add: 0 });
    expect([column.s, column.t].sort()).toEqual([1, 2]);
  });

  test('branches one after the other share a column', () => {
    const { root } = sized('x; a<x; s<x; p<a,s; b<p; t<p; q<b,t');
    expect(root.items.filter(item => item.column === 1).map(item => item.key)).toEqual(['s', 't']);
  });

  test('the longer of two skips runs further out', () => {
    const { root } = sized('x; a<x; b<a; c<b,a; d<c,x');
    const [first, second] = [...root.lanes].sort((one, two) => one.x - two.x);
    expect(first && second && first.bottom - first.top < second.bottom - second.top).toBe(true);
    expect(second && first && second.x - first.x).toBe(10);
  });
});

describe('places and routes', () => {
  test('a chain is one straight line', () => {
    const result = runLayout(request('x; a<x @m.0; b<a @m; c<b; out<c'));
    for (const edge of result.edges) {
      expect(edge.points).toHaveLength(2);
      expect(new Set(edge.points.map(point => point.x))).toEqual(new Set([0]));
    }
  });

  test('a skip leaves from a dot, runs right of the nodes and enters from the side', () => {
    const result = runLayout(request('x; a<x; b<a; add<b,x'));
    const skip = result.edges.find(edge => edge.from === 'x' && edge.to === 'add');
    expect(skip?.isTapped).toBe(true);
    expect(skip?.points[1]?.x).toBe(98 + 16);
    const add = nodeOf(result, 'add');
    expect(skip?.points.at(-1)).toEqual({ x: add.x + add.w, y: add.y + add.h / 2 });
  });

  test("a skip into a box runs inside the box, and the chain's capsule stands before it", () => {
    const result = runLayout(request('x; a<x @m; b<a @m; add<b,x @m; out<add'));
    const box = boxOf(result, 'm');
    const skip = result.edges.find(edge => edge.from === 'x' && edge.to === 'add');
    expect(skip?.points[1]?.x).toBeLessThan(box.x + box.w);
    expect(result.slots.find(slot => slot.producer === 'x')?.y).toBeLessThan(box.y);
    expect(result.slots.find(slot => slot.producer === 'add')?.y).toBeGreaterThan(box.y + box.h);
  });

  test('a branch comes in from above and goes out to the side', () => {
    const result = runLayout(request('x; a<x; b<a; s<x; add<b,s'));
    const [fork, merge] = ['x>s', 's>add'].map(key =>
      result.edges.find(edge => `${edge.from}>${edge.to}` === key)
    );
    expect(fork?.points.at(-1)?.y).toBe(nodeOf(result, 's').y);
    expect(merge?.points.at(-1)?.x).toBe(98);
  });

  test('a closed module keeps every edge, once', () => {
    const result = runLayout(request('x; a<x @m; b<a,x @m; c<b,a', { collapsed: ['m'] }));
    expect(result.edges.map(edge => [edge.from, edge.to])).toEqual([
      ['x', moduleKey('m')],
      [moduleKey('m'), 'c'],
      [moduleKey('m'), 'c']
    ]);
    expect(new Map(result.visible).get('a')).toBe(moduleKey('m'));
  });

  test('nested boxes step in', () => {
    const result = runLayout(request('x; a<x @m.0.1; out<a'));
    expect(contains(boxOf(result, 'm'), boxOf(result, 'm.0'))).toBe(true);
    expect(contains(boxOf(result, 'm.0'), boxOf(result, 'm.0.1'))).toBe(true);
  });

  test('an empty graph has an empty picture', () => {
    const result = runLayout({ nodes: [], modules: [], collapsed: [], folds: [], distinct: [] });
    expect(result.bounds).toEqual({ x: 0, y: 0, w: 0, h: 0 });
    expect(result.timings.map(([name]) => name)).toEqual([
      'contract',
      'levels',
      'runs',
      'columns',
      'place',
      'route'
    ]);
  });
});
