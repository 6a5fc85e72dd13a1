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

  test('nodes keep their elements and places from stage to stage', () => {
    mounted.show({ document: typical() });
    const [a, place] = [mounted.item('a'), mounted.item('a').getAttribute('transform')];
    mounted.show({ document: { ...typical(), stage: 'converted' } });
    expect(mounted.item('a')).toBe(a);
    expect(mounted.item('a').getAttribute('transform')).toBe(place);
  });
});

describe('keyboard', () => {
  beforeEach(() => mounted.show({ document: typical() }));
  const focused = (): string | undefined => (document.activeElement as SVGElement | null)?.dataset.nodeId;

  test('there is one tab stop, and it follows the focus', () => {
    const stops = (): string[] => ids().filter(id => mounted.item(id).getAttribute('tabindex') === '0');
    expect(stops()).toEqual(['x']);
    mounted.press('x', 'ArrowDown');
    expect(stops()).toEqual(['conv1']);
    expect(focused()).toBe('conv1');
  });

  test('down and up follow the path, through observers and into boxes', () => {
    mounted.press('x', 'ArrowDown');
    mounted.press('conv1', 'ArrowDown');
    expect(focused()).toBe('a');
    mounted.press('a', 'ArrowUp');
    expect(focused()).toBe('conv1');
  });

  test('left goes out to the box and closes it, right opens it', () => {
    mounted.press('a', 'ArrowLeft');
    expect(focused()).toBe(moduleKey('block'));
    mounted.press(moduleKey('block'), 'ArrowLeft');
    expect(mounted.events.onToggle).toHaveBeenLastCalledWith('block', false);
    mounted.show({ collapsed: new Set(['block']) });
    expect(focused()).toBe(moduleKey('block'));
    mounted.press(moduleKey('block'), 'ArrowRight');
    expect(mounted.events.onToggle).toHaveBeenLastCalledWith('block', true);
  });

  test('Enter selects and opens the inspector, Escape clears', () => {
    mounted.press('a', 'Enter');
    expect(mounted.events.onSelect).toHaveBeenLastCalledWith(['a']);
    expect(mounted.events.onActivate).toHaveBeenCalledWith('a');
    mounted.show({ selection: ['a'] });
    mounted.press('a', 'Escape');
    expect(mounted.events.onSelect).toHaveBeenLastCalledWith([]);
  });

  test.each([
    ['l', 'leaf'],
    ['N', 'non_traceable'],
    ['c', 'custom'],
    ['u', null]
  ])('%s asks for the mark %s', (key, mark) => {
    expect(mounted.press('a', key).defaultPrevented).toBe(true);
    expect(mounted.events.onMark).toHaveBeenCalledWith(mark, 'a');
  });

  test('1 to 5 ask for a stage, O for the next overlay, Ctrl Z undoes', () => {
    mounted.press('a', '5');
    expect(mounted.events.onStage).toHaveBeenCalledWith('converted');
    mounted.press('a', 'o');
    expect(mounted.events.onOverlay).toHaveBeenCalledWith('range');
    mounted.press('a', 'z', { ctrlKey: true });
    mounted.press('a', 'Z', { ctrlKey: true, shiftKey: true });
    expect(mounted.events.onUndo).toHaveBeenCalledOnce();
    expect(mounted.events.onRedo).toHaveBeenCalledOnce();
  });

  test('Alt with an arrow selects the next observed value and leaves the focus', () => {
    mounted.show({ selection: ['obs:conv1'] });
    mounted.press('x', 'ArrowDown', { altKey: true });
    expect(mounted.events.onSelect).toHaveBeenLastCalledWith(['obs:b']);
  });

  test('Shift F10 asks for the menu', () => {
    mounted.press('a', 'F10', { shiftKey: true });
    expect(mounted.events.onContextMenu).toHaveBeenCalledWith('a', expect.any(Number), expect.any(Number));
  });

  test('/ opens find, which selects what it finds and opens what hides it', () => {
    mounted.show({ collapsed: new Set(['block']) });
    mounted.press('x', '/');
    const input = mounted.host.querySelector('input')!;
    expect(document.activeElement).toBe(input);
    input.value = 'b';
    input.dispatchEvent(new Event('input', { bubbles: true }));
    expect(mounted.events.onSelect).toHaveBeenLastCalledWith([moduleKey('block')]);
    input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    expect(mounted.events.onSelect).toHaveBeenLastCalledWith(['b']);
    expect(mounted.events.onToggle).toHaveBeenLastCalledWith('block', true);
  });

  test('keys of the browser and of others pass', () => {
    expect(mounted.press('a', 'Tab').defaultPrevented).toBe(false);
    expect(mounted.press('a', 's', { ctrlKey: true }).defaultPrevented).toBe(false);
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
