// The kernel's side of the wire: every message is answered, none is believed, none is fatal.

import '../../src';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyRecipe, ERROR_CODES, type Methods } from '../../src/protocol';
import { RpcFailure, RpcServer, type Handlers } from '../../src/kernel/rpc';
import { methods } from '../../src/protocol/validate/messages';
import { FakeKernel } from './kernel';

const kernel = () => new FakeKernel({});

interface Sent {
  id: number | null;
  result?: unknown;
  error?: { code: number; message: string; data?: object };
}

/** A server whose handlers are given. */
function server(handlers: Partial<Handlers>) {
  const sent: Sent[] = [];
  const all = { cancel: () => ({ cancelled: false }), ...handlers } as Handlers;
  const rpc = new RpcServer({ send: data => void sent.push(data as Sent) }, all);
  const idle = async () => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  return { sent, rpc, idle };
}

describe('malformed messages', () => {
  const recipe = emptyRecipe('net');
  test.each([
    ['null', null, null, ERROR_CODES.invalidRequest],
    ['text', 'text', null, ERROR_CODES.invalidRequest],
    ['a list', [1], null, ERROR_CODES.invalidRequest],
    ['an empty object', {}, null, ERROR_CODES.invalidRequest],
    [
      'JSON-RPC 1.0',
      { jsonrpc: '1.0', id: 1, method: 'hello', params: {} },
      null,
      ERROR_CODES.invalidRequest
    ],
    ['a text id', { jsonrpc: '2.0', id: '1', method: 'hello', params: {} }, null, ERROR_CODES.invalidRequest],
    [
      'a fraction as id',
      { jsonrpc: '2.0', id: 1.5, method: 'hello', params: {} },
      null,
      ERROR_CODES.invalidRequest
    ],
    ['an unknown method', { jsonrpc: '2.0', id: 2, method: 'x', params: {} }, 2, ERROR_CODES.methodNotFound],
    [
      'a property of objects',
      { jsonrpc: '2.0', id: 3, method: 'toString', params: {} },
      3,
      ERROR_CODES.methodNotFound
    ],
    ['no method', { jsonrpc: '2.0', id: 3, params: {} }, 3, ERROR_CODES.methodNotFound],
    ['no params', { jsonrpc: '2.0', id: 4, method: 'hello' }, 4, ERROR_CODES.invalidParams],
    [
      'params as a list',
      { jsonrpc: '2.0', id: 4, method: 'hello', params: [] },
      4,
      ERROR_CODES.invalidParams
    ],
    [
      'a bad cancel',
      { jsonrpc: '2.0', id: 5, method: 'cancel', params: { id: 'x' } },
      5,
      ERROR_CODES.invalidParams
    ],
    [
      'too much',
      { jsonrpc: '2.0', id: 6, method: 'hello', params: { protocol: 1, more: 'x'.repeat(5_000_001) } },
      6,
      ERROR_CODES.tooLarge
    ],
    [
      'a bad recipe',
      { jsonrpc: '2.0', id: 7, method: 'model.trace', params: { recipe: { ...recipe, marks: [{}] } } },
      7,
      ERROR_CODES.invalidParams
    ]
  ])('%s', (_, message, id, code) => {
    const answer = kernel().answerTo(message);
    expect(answer).toMatchObject({ jsonrpc: '2.0', id, error: { code } });
    expect(answer?.error?.message.length).toBeGreaterThan(10);
  });

  test('the error says where the recipe is wrong', () => {
    const params = { recipe: { ...recipe, marks: [{ kind: 'leaf' }] } };
    const answer = kernel().answerTo({ jsonrpc: '2.0', id: 1, method: 'model.trace', params });
    expect(answer?.error?.message).toBe(
      'model.trace: recipe.marks[0].target: expected a string, got nothing'
    );
  });

  test('nesting beyond the stack is refused and answered', () => {
    const { sent, rpc } = server({ hello: () => ({ protocol: 1, library: '', kernel: '' }) });
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    rpc.receive({ jsonrpc: '2.0', id: 9, method: 'hello', params: { protocol: 1, deep } });
    expect(sent).toMatchObject([{ id: 9, error: { code: ERROR_CODES.tooLarge } }]);
  });

  test('any JSON with an id is answered once, under that id or none', async () => {
    const message = fc.record(
      {
        jsonrpc: fc.constantFrom('2.0', '1.0'),
        id: fc.oneof(fc.nat(), fc.jsonValue()),
        method: fc.oneof(fc.constantFrom(...Object.keys(methods)), fc.string()),
        params: fc.oneof(
          fc.jsonValue(),
          fc.record({ recipe: fc.jsonValue(), model: fc.string(), id: fc.nat() })
        )
      },
      { requiredKeys: [] }
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(message, fc.jsonValue()), async value => {
        const fake = kernel();
        fake.say(value);
        await fake.ask('hello', { protocol: 1 });
        const answers = fake.sent.filter(m => m.method === undefined);
        expect(answers).toHaveLength(2);
        const asked = (value as { id?: unknown } | null)?.id;
        expect([asked, null]).toContain(answers[0]?.id);
      }),
      { numRuns: 300 }
    );
  });
});

describe('handlers', () => {
  const ask = (id: number, method: keyof Methods, params: object = {}) => ({
    jsonrpc: '2.0',
    id,
    method,
    params
  });

  test('run one after the other', async () => {
    const log: string[] = [];
    let release: () => void = () => undefined;
    const first = new Promise<void>(resolve => (release = resolve));
    const { rpc, sent, idle } = server({
      'models.list': async () => {
        log.push('begin');
        await first;
        log.push('end');
        return { models: [] };
      },
      'variables.list': () => {
        log.push('variables');
        return { variables: [] };
      }
    });
    rpc.receive(ask(1, 'models.list'));
    rpc.receive(ask(2, 'variables.list'));
    await idle();
    expect(log).toEqual(['begin']);
    release();
    await idle();
    expect(log).toEqual(['begin', 'end', 'variables']);
    expect(sent.map(m => m.id)).toEqual([1, 2]);
  });

  test('whatever they throw becomes an answer, and the next request is served', async () => {
    let thrown: unknown;
    const { rpc, sent, idle } = server({
      'models.list': () => {
        throw thrown;
      }
    });
    for (thrown of [
      new RpcFailure(-32001, 'gone', { remedy: 'Run it.' }),
      new TypeError('a bug'),
      'text',
      undefined
    ]) {
      rpc.receive(ask(1, 'models.list'));
      await idle();
    }
    expect(sent.map(m => m.error)).toEqual([
      { code: -32001, message: 'gone', data: { remedy: 'Run it.' } },
      { code: ERROR_CODES.internal, message: 'a bug' },
      { code: ERROR_CODES.internal, message: 'text' },
      { code: ERROR_CODES.internal, message: 'undefined' }
    ]);
  });

  test('a cancellation reaches the running request at once, and only that', async () => {
    const seen: boolean[] = [];
    let release: () => void = () => undefined;
    const { rpc, sent, idle } = server({
      'models.list': async (_, context) => {
        await new Promise<void>(resolve => (release = resolve));
        seen.push(context.isCancelled());
        return { models: [] };
      }
    });
    rpc.receive(ask(1, 'models.list'));
    rpc.receive(ask(2, 'models.list'));
    await idle();
    rpc.receive(ask(3, 'cancel', { id: 1 }));
    expect(sent).toEqual([{ jsonrpc: '2.0', id: 3, result: { cancelled: true } }]);
    release();
    await idle();
    release();
    await idle();
    expect(seen).toEqual([true, false]);
  });

  test('a cancellation of nothing does not wait for a request of that number', async () => {
    const seen: boolean[] = [];
    const { rpc, sent, idle } = server({
      'models.list': (_, context) => {
        seen.push(context.isCancelled());
        return { models: [] };
      }
    });
    rpc.receive(ask(1, 'cancel', { id: 2 }));
    expect(sent[0]?.result).toEqual({ cancelled: false });
    rpc.receive(ask(2, 'models.list'));
    await idle();
    expect(seen).toEqual([false]);
  });
});
