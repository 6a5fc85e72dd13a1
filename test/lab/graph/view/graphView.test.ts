// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { moduleKey } from '../../../../src/lab/graph';
import { graph, module, mount, node, observer, stats, typical, type Mounted } from './helpers';

let mounted: Mounted;
beforeEach(() => (mounted = mount()));
afterEach(() => {
  mounted.view.destroy();
  mounted.host.remove();
  vi.useRealTimers();
});
const ids = (): string[] =>
  [...mounted.host.querySelectorAll<SVGElement>('[data-node-id]')].map(
    element => element.dataset.nodeId ?? ''
  );
const texts = (id: string): string => mounted.item(id).textContent ?? '';

describe('drawing', () => {
  test('without a document nothing is drawn and nothing can be searched', () => {
    mounted.show({});
    expect(ids()).toEqual([]);
    expect(mounted.host.querySelector<HTMLInputElement>('input')?.disabled).toBe(true);
  });

  test('nodes, open boxes and capsules are tree items with their names', () => {
    mounted.show({ document: typical() });
    expect(ids().sort()).toEqual(
      ['a', 'b', 'conv1', 'fc', moduleKey('block'), 'obs:b', 'obs:conv1', 'out', 'x'].sort()
    );
    expect(texts('conv1')).toContain('Conv2d');
    expect(mounted.item('a').getAttribute('aria-label')).toBe('a, Conv2d, in block');
    expect(mounted.item('a').getAttribute('aria-level')).toBe('2');
    expect(mounted.host.querySelector('svg[role=tree]')).not.toBeNull();
  });

  test('screen readers get the items from top to bottom, with their place among siblings', () => {
    mounted.show({ document: typical() });
    const owned = mounted.host.querySelector('svg[role=tree]')!.getAttribute('aria-owns')!.split(' ');
    const read = owned.map(id => document.getElementById(id)?.dataset.nodeId);
    expect(read).toEqual(['x', 'conv1', 'obs:conv1', moduleKey('block'), 'a', 'b', 'obs:b', 'fc', 'out']);
    const place = ['aria-level', 'aria-posinset', 'aria-setsize'].map(name =>
      mounted.item('b').getAttribute(name)
    );
    expect(place).toEqual(['2', '2', '3']);
  });

  test('a shape is written without the batch', () => {
    mounted.show({ document: typical() });
    expect(texts('obs:conv1')).toBe('16×8×8');
  });

  test('a closed module is one node that says what is inside', () => {
    const document = graph(
      [node('a', [], { scope: 'layer.0' }), node('b', ['a'], { scope: 'layer.1' }), node('c', ['b'])],
      [module('layer', { type: 'Sequential' }), module('layer.0'), module('layer.1', { mark: 'leaf' })]
    );
    mounted.show({ document, collapsed: new Set(['layer']) });
    expect(ids()).not.toContain('a');
    expect(texts(moduleKey('layer'))).toBe('layer2 × Block1');
    expect(mounted.item(moduleKey('layer')).getAttribute('aria-expanded')).toBe('false');
  });

  test('marks have icon, word and hatch', () => {
    const document = graph([
      node('x'),
      node('gate', ['x'], { mark: 'non_traceable_class', quantized: false })
    ]);
    mounted.show({ document });
    expect(texts('gate')).toContain('non-traceable');
    expect(texts('gate')).toContain('stays float');
    expect(mounted.item('gate').querySelector('[fill*="non-traceable"]')).not.toBeNull();
  });

  test('a stopped trace shows where it stopped and what was not reached', () => {
    const document = graph(
      [node('x'), node('conv', ['x'], { scope: 'block' })],
      [
        module('block'),
        module('block.conv', { isLeaf: true }),
        module('block.gate', { type: 'Gate', isLeaf: true }),
        module('head')
      ],
      {
        stage: 'float',
        obstacles: [
          {
            modulePath: 'block.gate',
            className: 'Gate',
            kind: 'control_flow',
            message: 'no values yet',
            remedies: []
          }
        ]
      }
    );
    mounted.show({ document });
    expect(texts('unreached:block.gate')).toContain('cannot be traced');
    expect(mounted.item('unreached:block.gate').classList).toContain('jp-mod-failed');
    expect(texts('unreached:head')).toContain('not reached');
    expect(mounted.host.querySelector('.jp-fx-stopped')?.textContent).toBe('stopped here');
  });

  test('names are text, whatever they say', () => {
    const evil = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>"\'';
    const document = graph(
      [
        node(evil, [], { scope: 'm', type: evil, mark: 'custom' }),
        observer(evil),
        node('b', [`obs:${evil}`])
      ],
      [module('m', { type: evil }), module(evil, { becomes: evil })]
    );
    mounted.show({ document, selection: [evil] });
    expect(mounted.host.querySelector('img, script')).toBeNull();
    expect(mounted.item(evil).getAttribute('aria-label')).toContain('<img');
    expect(mounted.view.exportSvg()).not.toMatch(/<(img|script)/);
    expect(() => mounted.view.zoomTo(evil)).not.toThrow();
  });

  test('an unknown selection, fold or box is ignored', () => {
    mounted.show({
      document: typical(),
      selection: ['gone'],
      collapsed: new Set(['gone']),
      folds: new Map([['gone', 3]])
    });
    expect(ids()).toContain('conv1');
  });
});

describe('selection and paths', () => {
  test('the selected node, its neighbours and the edges of its path are told apart', () => {
    mounted.show({ document: typical(), selection: ['a'] });
    expect(mounted.item('a').classList).toContain('jp-mod-selected');
    expect(mounted.item('conv1').classList).toContain('jp-mod-neighbour');
    expect(mounted.item('x').classList).not.toContain('jp-mod-neighbour');
    expect(mounted.host.querySelectorAll('.jp-fx-halo.jp-mod-up')).toHaveLength(2);
    expect(mounted.host.querySelectorAll('.jp-fx-halo.jp-mod-down')).toHaveLength(3);
  });

  test('a click selects, with shift it adds, on the canvas it clears', () => {
    mounted.show({ document: typical() });
    const click = (target: Element, more: MouseEventInit = {}): boolean =>
      target.dispatchEvent(new MouseEvent('click', { bubbles: true, ...more }));
    click(mounted.item('a'));
    expect(mounted.events.onSelect).toHaveBeenLastCalledWith(['a']);
    mounted.show({ selection: ['a'] });
    click(mounted.item('b'), { shiftKey: true });
    expect(mounted.events.onSelect).toHaveBeenLastCalledWith(['a', 'b']);
    click(mounted.host.querySelector('svg[role=tree]')!);
    expect(mounted.events.onSelect).toHaveBeenLastCalledWith([]);
  });

  test('right click asks for a menu at the pointer', () => {
    mounted.show({ document: typical() });
    mounted
      .item('a')
      .dispatchEvent(
        new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: 12, clientY: 34 })
      );
    expect(mounted.events.onContextMenu).toHaveBeenCalledWith('a', 12, 34);
  });
});

describe('repeated modules', () => {
  const repeated = () =>
    graph(
      [
        node('x'),
        node('p', ['x'], { scope: 'l.0', label: 'conv' }),
        node('q', ['p'], { scope: 'l.1', label: 'conv' })
      ],
      [module('l'), module('l.0', { structureKey: 'k' }), module('l.1', { structureKey: 'k' })]
    );

  test('are drawn once, with a stepper', () => {
    mounted.show({ document: repeated() });
    expect(ids()).not.toContain('q');
    expect(mounted.host.querySelector('.jp-fx-times-text')?.textContent).toBe('×2');
    mounted.host
      .querySelector('[data-shown="1"] rect')
      ?.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    expect(mounted.events.onFold).toHaveBeenCalledWith('l.0', 1);
    mounted.show({ folds: new Map([['l.0', 1]]) });
    expect(ids()).toContain('q');
  });

  test('going to a hidden one asks to show it', () => {
    mounted.show({ document: repeated() });
    mounted.view.zoomTo('q');
    expect(mounted.events.onFold).toHaveBeenCalledWith('l.0', 1);
  });
});

describe('overlays and statistics', () => {
  test('a bar and a value come with the data, and no zero without', () => {
    mounted.show({ document: typical(), overlay: 'error', stats: new Map([stats('obs:conv1', [0, 1])]) });
    expect(texts('conv1')).toContain('33.1');
    expect(mounted.item('conv1').querySelector('.jp-fx-bar')).not.toBeNull();
    expect(mounted.item('fc').querySelector('.jp-fx-bar')).toBeNull();
  });

  test('a capsule fills in place, at most four times a second', () => {
    vi.useFakeTimers();
    mounted.show({ document: typical() });
    const before = mounted.item('obs:conv1');
    expect(before.querySelector('.jp-fx-spark')).toBeNull();
    mounted.show({ stats: new Map([stats('obs:conv1', [0.1, 1])]) });
    const first = before.querySelector('.jp-fx-spark')?.getAttribute('d');
    expect(first).toBeTruthy();
    mounted.show({ stats: new Map([stats('obs:conv1', [0.5, 1])]) });
    mounted.show({ stats: new Map([stats('obs:conv1', [1, 0.2])]) });
    expect(before.querySelector('.jp-fx-spark')?.getAttribute('d')).toBe(first);
    vi.advanceTimersByTime(250);
    expect(before.querySelector('.jp-fx-spark')?.getAttribute('d')).not.toBe(first);
    expect(mounted.item('obs:conv1')).toBe(before);
  });

  test('an observer of one reader has its own capsule on that edge', () => {
    const document = graph([
      node('x'),
      { ...observer('x'), id: 'obs:x>b' },
      node('a', ['x']),
      node('b', ['a', 'obs:x>b'])
    ]);
    mounted.show({ document, stats: new Map([stats('obs:x>b', [0.2, 1])]) });
    expect(mounted.item('obs:x>b').querySelector('.jp-fx-spark')).not.toBeNull();
    expect(ids().filter(id => id.startsWith('obs:'))).toEqual(['obs:x>b']);
  });

  test('nodes keep their elements and places from stage to stage', () => {
    mounted.show({ document: typical() });
    const [a, place] = [mounted.item('a'), mounted.item('a').getAttribute('transform')];
    mounted.show({ document: { ...typical(), stage: 'converted' } });
    expect(mounted.item('a')).toBe(a);
    expect(mounted.item('a').getAttribute('transform')).toBe(place);
  });
});

test('without events the view folds and selects by itself', () => {
  const alone = mount(true);
  alone.show({ document: typical() });
  alone.press('a', 'Enter');
  expect(alone.item('a').classList).toContain('jp-mod-selected');
  alone.press(moduleKey('block'), 'ArrowLeft');
  expect(alone.item(moduleKey('block')).getAttribute('aria-expanded')).toBe('false');
  alone.view.destroy();
  expect(alone.host.childElementCount).toBe(0);
});
