// Validators: what they say of what is wrong, and that no JSON whatever makes them do anything but say it.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  emptyRecipe,
  salvageError,
  salvageRecipe,
  validateError,
  validateEvent,
  validateGraphDocument,
  validateRecipe,
  validateRecipeBook,
  validateRequest,
  validateResult,
  ValidationError,
  type GraphDocument,
  type Recipe
} from '../../src/protocol';
import { methods } from '../../src/protocol/validate/messages';
import { goldenDocument } from '../lab/graph/fixtures';

/** A value that can be written to, place by place. */
type Draft = { [key: string]: Draft } & Draft[];

function changed(change: (draft: Draft) => void): unknown {
  const copy = structuredClone(goldenDocument('mlp', 'prepared'));
  change(copy as unknown as Draft);
  return copy;
}

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ValidationError);
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

const set = (target: unknown, key: string | number, value: unknown) =>
  void ((target as Record<string | number, unknown>)[key] = value);

describe('a graph document that is none', () => {
  const cases: [string, (d: Draft) => void, string][] = [
    ['version', d => set(d, 'version', 2), 'version: expected 1, got 2'],
    ['missing list', d => delete d.nodes, 'nodes: expected a list, got nothing'],
    [
      'opcode',
      d => set(d.nodes?.[2], 'op', 'call'),
      'nodes[2].op: expected one of "placeholder", "get_attr", "call_function", "call_method", "call_module", "output", got "call"'
    ],
    [
      'input of another type',
      d => set(d.nodes?.[3]?.inputs, 0, 7),
      'nodes[3].inputs[0]: expected a string, got 7'
    ],
    [
      'input from nowhere',
      d => set(d.nodes?.[3]?.inputs, 0, 'ghost'),
      'nodes[3].inputs[0]: expected the id of an earlier node, got "ghost"'
    ],
    [
      'input from itself',
      d => set(d.nodes?.[3]?.inputs, 0, d.nodes?.[3]?.id),
      'nodes[3].inputs[0]: expected the id of an earlier node, got'
    ],
    [
      'id twice',
      d => set(d.nodes?.[4], 'id', d.nodes?.[1]?.id),
      'nodes[4].id: expected an id no other node has'
    ],
    [
      'name twice',
      d => set(d.nodes?.[4], 'name', d.nodes?.[1]?.name),
      'nodes[4].name: expected a name no other'
    ],
    ['scope', d => set(d.nodes?.[1], 'scope', 'no.where'), 'nodes[1].scope: expected the path of a module'],
    ['docksTo', d => set(d.nodes?.[1], 'docksTo', 'ghost'), 'nodes[1].docksTo: expected the id of a node'],
    [
      'path twice',
      d => set(d.modules?.[1], 'path', d.modules?.[0]?.path),
      'modules[1].path: expected a path no other module has'
    ],
    [
      'nothing covered',
      d => set(d.nodes?.[1], 'covers', []),
      'nodes[1].covers: expected a list of at least 1'
    ],
    [
      'shape',
      d => set(d.nodes?.[0]?.value, 'shape', [1, -1]),
      'nodes[0].value.shape[1]: expected a whole number from 0 on, got -1'
    ],
    ['argument', d => set(d.nodes?.[1], 'args', [{ nod: 'x' }]), 'nodes[1].args[0]: expected'],
    [
      'argument inside',
      d => set(d.nodes?.[1], 'args', [{ tuple: [1, { node: 3 }] }]),
      'nodes[1].args[0].tuple[1].node: expected a string, got 3'
    ],
    [
      'odd key',
      d => set(d.nodes?.[1], 'kwargs', { 'a b': { node: 3 } }),
      'nodes[1].kwargs["a b"].node: expected a string, got 3'
    ]
  ];
  test.each(cases)('%s', (_, change, message) => {
    expect(messageOf(() => validateGraphDocument(changed(change)))).toContain(message);
  });

  test('a long string is quoted in part', () => {
    const long = changed(d => set(d, 'stage', 'x'.repeat(10_000)));
    expect(messageOf(() => validateGraphDocument(long)).length).toBeLessThan(300);
  });

  test('arguments nested beyond reason are refused, not followed until the stack ends', () => {
    let nested: unknown = 1;
    for (let i = 0; i < 50_000; i++) nested = [nested];
    const document = changed(d => set(d.nodes?.[1], 'args', [nested]));
    expect(messageOf(() => validateGraphDocument(document))).toContain('no more than 64 levels');
  });

  test('what a prototype has is not taken for a property', () => {
    const document = Object.create(goldenDocument('mlp', 'float')) as unknown;
    expect(messageOf(() => validateGraphDocument(document))).toBe('version: expected 1, got nothing');
  });

  test('properties of a later version are let through', () => {
    const document = changed(d => set(d.nodes?.[1], 'isNew', true));
    expect((validateGraphDocument(document) as unknown as Draft).nodes?.[1]?.isNew).toBe(true);
  });
});

describe('recipes', () => {
  const recipe: Recipe = { ...emptyRecipe('net'), marks: [{ kind: 'leaf', target: 'a.b' }] };
  test.each([
    [{ ...recipe, model: 'a; process.exit()' }, 'model: expected a variable name'],
    [{ ...recipe, calibration: 7 }, 'calibration: expected a variable name, got 7'],
    [{ ...recipe, backend: 'cuda' }, 'backend: expected one of "x86"'],
    [{ ...recipe, batchSize: 0 }, 'batchSize: expected a whole number from 1 on, got 0'],
    [{ ...recipe, concreteArgs: { a: [] } }, 'concreteArgs.a: expected true or false or a number or'],
    [{ ...recipe, concreteArgs: { 'a b': 1 } }, 'expected the name of a parameter, got "a b"'],
    [{ ...recipe, marks: [{ kind: 'leaf' }] }, 'marks[0].target: expected a string, got nothing'],
    [
      { ...recipe, qconfigRows: [{ style: 'module_name', target: '', qconfig: 3 }] },
      'qconfigRows[0].qconfig: expected a string or null, got 3'
    ]
  ])('%j', (value, message) => {
    expect(messageOf(() => validateRecipe(value))).toContain(message);
  });

  test('names in any script are names', () => {
    expect(validateRecipe({ ...recipe, model: 'модель_2', calibration: 'données' }).model).toBe('модель_2');
  });

  test('a book keeps a recipe under the name of its model', () => {
    expect(validateRecipeBook({ version: 1, recipes: { net: recipe } }).recipes.net).toBe(recipe);
    expect(messageOf(() => validateRecipeBook({ version: 1, recipes: { other: recipe } }))).toBe(
      'recipes.other.model: expected "other", got "net"'
    );
  });

  test('of a damaged one, what can be read is kept and the rest is named', () => {
    const damaged = {
      ...recipe,
      backend: 'cuda',
      marks: [{ kind: 'leaf', target: 'a' }, { kind: 'ghost', target: 'b' }, 7],
      qconfigRows: 'none',
      calibration: 'calib',
      evaluation: { inputs: 5 }
    };
    const read = salvageRecipe('net', damaged);
    expect(read.recipe).toEqual({
      ...emptyRecipe('net'),
      marks: [{ kind: 'leaf', target: 'a' }],
      calibration: 'calib'
    });
    expect(read.problems).toEqual([
      expect.stringContaining('net.backend: expected one of'),
      'net.qconfigRows: expected a list',
      expect.stringContaining('net.marks[1].kind: expected one of'),
      'net.marks[2]: expected an object',
      'net.evaluation.inputs: expected a variable name'
    ]);
  });

  test('salvaging what is whole changes nothing', () => {
    const whole: Recipe = {
      ...recipe,
      concreteArgs: { flag: true, mode: 'a b', limit: -1.5, none: null },
      calibration: 'a',
      batchSize: 8,
      evaluation: { inputs: 'x', labels: 'y' }
    };
    expect(salvageRecipe('net', whole)).toEqual({ recipe: whole, problems: [] });
  });
});

describe('messages', () => {
  const request = (method: unknown, params: unknown) => ({ jsonrpc: '2.0', id: 1, method, params });

  test('requests', () => {
    const good = request('model.trace', { recipe: emptyRecipe('net') });
    expect(validateRequest(good)).toBe(good);
    expect(messageOf(() => validateRequest([]))).toBe('expected a JSON-RPC 2.0 object, got a list of 0');
    expect(messageOf(() => validateRequest({ ...good, jsonrpc: '1.0' }))).toBe(
      'jsonrpc: expected "2.0", got "1.0"'
    );
    expect(messageOf(() => validateRequest({ ...good, id: 1.5 }))).toBe(
      'id: expected a whole number, got 1.5'
    );
    expect(messageOf(() => validateRequest(request('__proto__', {})))).toContain('method: expected a method');
    expect(messageOf(() => validateRequest(request('cancel', { id: '3' })))).toBe(
      'params.id: expected a whole number, got "3"'
    );
  });

  test('events', () => {
    const good = { jsonrpc: '2.0', method: 'progress', params: { request: 3, done: 1, text: 'x' } };
    expect(validateEvent(good)).toBe(good);
    expect(messageOf(() => validateEvent({ ...good, method: 'toString' }))).toContain(
      'method: expected an event'
    );
    expect(messageOf(() => validateEvent({ ...good, params: { request: 3, done: -1, text: '' } }))).toBe(
      'params.done: expected a whole number from 0 on, got -1'
    );
  });

  test('results name the place in the document inside', () => {
    const graph = changed(d => set(d.nodes?.[1], 'quantized', 'yes')) as GraphDocument;
    expect(messageOf(() => validateResult('model.trace', { graph }))).toBe(
      'graph.nodes[1].quantized: expected true or false, got "yes"'
    );
    expect(messageOf(() => validateResult('cancel', null))).toBe('expected an object, got null');
  });

  test('errors, and what is readable of damaged ones', () => {
    const good = { code: -32001, message: 'no model', data: { remedy: 'Run the cell.' } };
    expect(validateError(good)).toBe(good);
    expect(salvageError(good)).toEqual(good);
    expect(salvageError({ code: 'x', message: 'broken', data: { remedy: 5, modulePath: 'a' } })).toEqual({
      code: -32603,
      message: 'broken',
      data: { modulePath: 'a' }
    });
    expect(salvageError('broken').code).toBe(-32603);
  });
});

describe('any JSON', () => {
  const json = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        jsonrpc: fc.constant('2.0'),
        id: fc.jsonValue(),
        method: fc.oneof(fc.constantFrom(...Object.keys(methods)), fc.string()),
        params: fc.oneof(fc.jsonValue(), fc.record({ recipe: fc.jsonValue(), model: fc.string() })),
        version: fc.constant(1),
        nodes: fc.array(fc.jsonValue()),
        modules: fc.array(fc.jsonValue()),
        recipes: fc.dictionary(fc.string(), fc.jsonValue())
      },
      { requiredKeys: [] }
    )
  );
  const validators: Record<string, (value: unknown) => unknown> = {
    validateGraphDocument,
    validateRecipe,
    validateRecipeBook,
    validateRequest,
    validateEvent,
    validateError,
    'validateResult of a trace': value => validateResult('model.trace', value),
    'validateResult of an evaluation': value => validateResult('model.evaluate', value)
  };
  test.each(Object.entries(validators))('%s returns it, or throws a ValidationError', (_, run) => {
    fc.assert(
      fc.property(json, value => {
        const before = JSON.stringify(value);
        try {
          expect(run(value)).toBe(value);
        } catch (error) {
          if (!(error instanceof ValidationError)) throw error;
          expect(error.message).toMatch(/expected .+, got /s);
        }
        expect(JSON.stringify(value)).toBe(before);
      }),
      { numRuns: 500 }
    );
  });

  test('is salvaged to a recipe that is valid, and to an error that is shown', () => {
    fc.assert(
      fc.property(json, value => {
        expect(() => validateRecipe(salvageRecipe('net', value).recipe)).not.toThrow();
        expect(typeof salvageError(value).message).toBe('string');
      }),
      { numRuns: 500 }
    );
  });
});
