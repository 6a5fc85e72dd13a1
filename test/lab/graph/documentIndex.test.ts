import { describe, expect, test } from 'vitest';
import { indexDocument, moduleClass, moduleKey, modulePathFor } from '../../../src/lab/graph';
import type { Obstacle } from '../../../src/protocol';
import { graph, module, node, observer } from './view/helpers';

const obstacle = (modulePath: string, className = 'Gate'): Obstacle => ({
  modulePath,
  className,
  kind: 'control_flow',
  message: 'no values yet',
  remedies: []
});

describe('a trace that stopped', () => {
  test('inside a module of which nothing was recorded: that module is the failed node', () => {
    const index = indexDocument(
      graph(
        [node('x'), node('a', ['x'], { scope: 'm' })],
        [module('m'), module('m.a'), module('m.gate'), module('m.b'), module('n')],
        {
          obstacles: [obstacle('m.gate')]
        }
      )
    );
    expect([...index.failed]).toEqual(['unreached:m.gate']);
    expect([...index.notReached]).toEqual(['unreached:m.b', 'unreached:n']);
    expect(index.stoppedAt).toBe('m');
    expect(index.byId.get('unreached:m.gate')?.inputs).toEqual(['a']);
  });

  test('in the code of a module of which something was recorded: its box is where it stopped', () => {
    const index = indexDocument(
      graph([node('a', [], { scope: 'm' })], [module('m'), module('m.a'), module('n')], {
        obstacles: [obstacle('m')]
      })
    );
    expect(index.failed.size).toBe(0);
    expect(index.stoppedAt).toBe('m');
    expect([...index.notReached]).toEqual(['unreached:n']);
  });

  test('in the model itself: the model is the failed node', () => {
    const index = indexDocument(graph([node('x')], [], { obstacles: [obstacle('', 'Net')] }));
    const [id] = index.failed;
    expect(index.byId.get(id ?? '')?.label).toBe('Net');
  });

  test('before anything was recorded', () => {
    const index = indexDocument(graph([], [module('gate')], { obstacles: [obstacle('gate')] }));
    expect([...index.failed]).toEqual(['unreached:gate']);
  });
});

describe('the module an id is about', () => {
  const document = graph(
    [
      node('c', [], { target: 'm.c', scope: 'm' }),
      observer('c'),
      node('add', ['c'], { op: 'call_function', scope: 'm' })
    ],
    [module('m')],
    { obstacles: [obstacle('m.gate')] }
  );
  test.each([
    ['c', 'm.c'],
    ['obs:c', 'm.c'],
    ['add', 'm'],
    [moduleKey('m'), 'm'],
    ['unreached:m.gate', 'm.gate'],
    ['gone', '']
  ])('%s is about %s', (id, path) => expect(modulePathFor(document, id)).toBe(path));
});

test('a container of like modules says what of', () => {
  const index = indexDocument(
    graph(
      [],
      [
        module('l', { type: 'Sequential' }),
        module('l.0'),
        module('l.1'),
        module('k', { type: 'Sequential' }),
        module('k.0')
      ]
    )
  );
  expect([moduleClass(index, 'l'), moduleClass(index, 'k')]).toEqual(['2 × Block', 'Sequential']);
});
