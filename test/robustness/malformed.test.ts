// Damaged files and messages: a typed error that says what is wrong and where, soon, and nothing else changes.

import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { interchange, nn } from '../../src';
import { InterpreterError } from '../../src/fx/interpreter';
import { readCase, under } from '../parity/case';
import { damage, damages, deep } from './malformed';
import { check, timeout } from './run';

const GOLDEN = join(import.meta.dirname, '../golden');
const cases = ['mlp', 'residual', 'fixed_qparams', 'concat', 'attention'].map(name => readCase(GOLDEN, name));
/** Milliseconds one import may take, with room for a busy machine. */
const SOON = 5_000;

afterEach(() => {
  expect(Reflect.ownKeys(Object.prototype)).not.toContain('polluted');
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

/** Runs it; an error must be of one of the classes, and say something. */
function refuses(run: () => unknown, ...classes: (abstract new (...args: never[]) => Error)[]): void {
  const start = performance.now();
  try {
    run();
  } catch (error) {
    const expected = classes.some(cls => error instanceof cls);
    if (!expected) {
      throw error;
    }
    expect((error as Error).message.length).toBeGreaterThan(10);
    expect((error as Error).message.length).toBeLessThan(5_000);
  }
  expect(performance.now() - start).toBeLessThan(SOON);
}

describe('a damaged recording', () => {
  it(
    'is imported, or refused by name; what is imported runs, or fails at a node',
    () => {
      const plan = fc.record({ which: fc.nat({ max: cases.length - 1 }), list: damages });
      check(plan, 400, ({ which, list }) => {
        const recorded = cases[which] as (typeof cases)[number];
        const broken = damage({ modules: recorded.modules, nodes: recorded.float.nodes }, list);
        refuses(
          () => {
            const root = interchange.importModules(broken.modules, {}, new Set());
            interchange.importState(root, under(recorded.tensors, 'state/'), t => new nn.Parameter(t));
            const graph = interchange.importGraph(broken.nodes, root.eval());
            expect(typeof graph.code).toBe('string');
            graph(...under(recorded.tensors, 'input/').values());
          },
          interchange.ImportError,
          InterpreterError
        );
      });
    },
    timeout
  );

  it(
    'has settings that are read, or refused by name',
    () => {
      const plan = fc.record({ which: fc.nat({ max: cases.length - 1 }), list: damages });
      check(plan, 400, ({ which, list }) => {
        const recorded = cases[which] as (typeof cases)[number];
        const { qconfig_mapping, custom_config } = recorded;
        const broken = damage({ qconfig_mapping, custom_config }, list);
        refuses(() => {
          interchange.readQConfigMapping(broken.qconfig_mapping);
          interchange.readCustomConfigs(broken.custom_config, {});
        }, interchange.ImportError);
      });
    },
    timeout
  );

  it('nested beyond the stack is refused, not followed', () => {
    const node = { name: 'x', op: 'output', target: 'output', args: [deep(100_000)], kwargs: {} } as const;
    const root = interchange.importModules([], {}, new Set());
    expect(() => interchange.importGraph([node], root)).toThrow(
      /node 'x': an argument: expected lists in lists/
    );
  });

  it('with a field that every module has is refused', () => {
    for (const path of ['__proto__', 'forward', 'constructor', 'a.train']) {
      const linear = { type: 'torch.nn.modules.linear.Linear', config: { in_features: 1, out_features: 1 } };
      const modules = [
        { path: 'a', type: 'Net', config: {} },
        { path, ...linear }
      ];
      expect(() => interchange.importModules(modules, {}, new Set())).toThrow(interchange.ImportError);
    }
  });
});
