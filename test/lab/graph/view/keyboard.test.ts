// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { moduleKey } from '../../../../src/lab/graph';
import { mount, typical, type Mounted } from './helpers';

let mounted: Mounted;
beforeEach(() => (mounted = mount()));
afterEach(() => {
  mounted.view.destroy();
  mounted.host.remove();
});
const ids = (): string[] =>
  [...mounted.host.querySelectorAll<SVGElement>('[data-node-id]')].map(
    element => element.dataset.nodeId ?? ''
  );

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
