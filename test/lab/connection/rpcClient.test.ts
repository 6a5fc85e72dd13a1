// The panel's end of the wire: answers are found to be what they should be before anybody sees them.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES, type EventName } from '../../../src/protocol';
import { RpcClient, RpcFailure } from '../../../src/lab/connection/rpcClient';
import { documentOf, type Asked } from '../fakeKernel';

function client() {
  const sent: Asked[] = [];
  const events: [EventName, unknown][] = [];
  const rpc = new RpcClient(
    message => void sent.push(message as Asked),
    (event, params) => void events.push([event, params])
  );
  const answer = (body: object, buffers: ArrayBuffer[] = []) =>
    rpc.receive({ jsonrpc: '2.0', id: sent.at(-1)?.id, ...body }, buffers);
  return { rpc, sent, events, answer };
}

const failure = async (result: Promise<unknown>): Promise<RpcFailure> => {
  const error: unknown = await result.then(
    () => new Error('it was no failure'),
    (e: unknown) => e
  );
  expect(error).toBeInstanceOf(RpcFailure);
  return error as RpcFailure;
};

describe('requests', () => {
  test('are answered by number, in any order', async () => {
    const { rpc, sent } = client();
    const first = rpc.request('cancel', { id: 1 });
    const second = rpc.request('cancel', { id: 2 });
    expect(sent.map(m => m.id)).toEqual([first.id, second.id]);
    rpc.receive({ jsonrpc: '2.0', id: second.id, result: { cancelled: true } });
    rpc.receive({ jsonrpc: '2.0', id: first.id, result: { cancelled: false } });
    expect([await first.result, await second.result]).toEqual([{ cancelled: false }, { cancelled: true }]);
  });

  test('of two pages do not have the same numbers', () => {
    expect(client().rpc.request('hello', { protocol: 1 }).id).not.toBe(
      client().rpc.request('hello', { protocol: 1 }).id
    );
  });

  test('an error keeps its code and its remedy', async () => {
    const { rpc, answer } = client();
    const { result } = rpc.request('models.list', {});
    answer({ error: { code: ERROR_CODES.modelNotFound, message: 'gone', data: { remedy: 'Run it.' } } });
    expect(await failure(result)).toMatchObject({
      code: -32001,
      message: 'gone',
      data: { remedy: 'Run it.' }
    });
  });

  test('a damaged error is still an error', async () => {
    const { rpc, answer } = client();
    const { result } = rpc.request('models.list', {});
    answer({ error: 'broken' });
    expect((await failure(result)).code).toBe(ERROR_CODES.internal);
  });

  test('a damaged result is an error that says where, and what to do', async () => {
    const { rpc, answer } = client();
    const { result } = rpc.request('model.graph', { model: 'net', stage: 'float' });
    const graph = documentOf('net', 'float');
    answer({ result: { graph: { ...graph, nodes: [...graph.nodes, graph.nodes[0]] } } });
    const { message, data } = await failure(result);
    expect(message).toContain('answer to model.graph cannot be read: graph.nodes[');
    expect(message).toContain('expected an id no other node has');
    expect(data.remedy).toContain('restart the kernel');
  });

  test('what cannot be sent fails at once', async () => {
    const rpc = new RpcClient(
      () => {
        throw new Error('comm is disposed');
      },
      () => undefined
    );
    expect((await failure(rpc.request('models.list', {}).result)).message).toContain('comm is disposed');
  });

  test('a closed line ends what waits, and takes late answers without a word', async () => {
    const { rpc, answer } = client();
    const { result } = rpc.request('models.list', {});
    rpc.close('the kernel died');
    expect((await failure(result)).message).toBe('the kernel died');
    expect(() => answer({ result: { models: [] } })).not.toThrow();
  });
});

describe('buffers', () => {
  const histogram = { id: 'obs:x', min: 0, max: 1, counts: [], clippedBelow: 0, clippedAbove: 0 };

  test('are the counts of a histogram', async () => {
    const { rpc, answer } = client();
    const { result } = rpc.request('node.histogram', { model: 'net', id: 'obs:x' });
    answer({ result: { histogram } }, [Float32Array.of(1, 2.5, 3).buffer]);
    expect((await result).histogram.counts).toEqual([1, 2.5, 3]);
  });

  test('of odd length do not throw', async () => {
    const { rpc, answer } = client();
    const { result } = rpc.request('node.histogram', { model: 'net', id: 'obs:x' });
    answer({ result: { histogram } }, [new Uint8Array([0, 0, 128, 63, 9]).buffer]);
    expect((await result).histogram.counts).toEqual([1]);
  });

  test('with counts that are no numbers are refused', async () => {
    const { rpc, answer } = client();
    const { result } = rpc.request('node.histogram', { model: 'net', id: 'obs:x' });
    answer({ result: { histogram } }, [Float32Array.of(NaN).buffer]);
    expect((await failure(result)).message).toContain('histogram.counts[0]: expected a number, got NaN');
  });
});

describe('events', () => {
  test('that are events reach the panel, others do not', () => {
    const { rpc, events } = client();
    const progress = { request: 1, done: 2, text: 'x' };
    rpc.receive({ jsonrpc: '2.0', method: 'progress', params: progress });
    rpc.receive({ jsonrpc: '2.0', method: 'progress', params: { ...progress, done: 'two' } });
    rpc.receive({ jsonrpc: '2.0', method: 'constructor', params: progress });
    rpc.receive({ jsonrpc: '1.0', method: 'progress', params: progress });
    expect(events).toEqual([['progress', progress]]);
  });

  test('any JSON is received without an exception, and waiting requests go on waiting', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue(), { maxLength: 5 }), async messages => {
        const { rpc, answer, events } = client();
        const { result } = rpc.request('models.list', {});
        messages.forEach(message => rpc.receive(message));
        expect(events).toEqual([]);
        answer({ result: { models: [] } });
        expect(await result).toEqual({ models: [] });
      })
    );
  });
});
