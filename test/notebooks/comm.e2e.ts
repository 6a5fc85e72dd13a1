// The whole way without a browser: a tslab process, the library's comm over ZeroMQ, every message validated.

import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { at, venvPython } from '../../scripts/lib/paths.mjs';
import {
  emptyRecipe,
  ERROR_CODES,
  validateEvent,
  validateResult,
  type MethodName,
  type Methods,
  type Recipe
} from '../../src/protocol';

interface Message {
  id?: number | null;
  method?: string;
  params?: { request?: number; done?: number };
  result?: unknown;
  error?: { code: number; message: string };
}
interface Conversation {
  opened: { target_name: string }[];
  answers: Message[];
  events: Message[];
  buffers: Record<string, number[]>;
}

const cells = [
  `import { nn, torch } from 'fxquant';`,
  `class Net extends nn.Module {
  conv = new nn.Conv2d(1, 4, 3);
  relu = new nn.ReLU();
  forward(x) { return this.relu(this.conv(x)); }
}
const net = new Net();
const batches = Array.from({ length: 50 }, () => torch.randn([2, 1, 8, 8]));`
];

const recipe: Recipe = { ...emptyRecipe('net'), calibration: 'batches', evaluation: { inputs: 'batches' } };
const ask = <M extends MethodName>(id: number, method: M, params: Methods[M]['params']) => ({
  message: { jsonrpc: '2.0', id, method, params }
});

const requests = [
  ask(1, 'hello', { protocol: 1 }),
  { message: 'nonsense' },
  { message: { jsonrpc: '2.0', id: 3, method: 'model.trace', params: { recipe: { model: 7 } } } },
  ask(4, 'model.trace', { recipe }),
  // Cancelled by a message that comes while it runs.
  { ...ask(5, 'model.calibrate', { recipe }), onProgress: ask(6, 'cancel', { id: 5 }).message },
  ask(7, 'model.calibrate', { recipe }),
  ask(8, 'node.histogram', { model: 'net', id: 'obs:x' }),
  ask(9, 'model.convert', { recipe }),
  ask(10, 'model.evaluate', { recipe })
];

describe('a tslab kernel', () => {
  let talk: Conversation;
  beforeAll(() => {
    const { stdout, stderr, status } = spawnSync(
      venvPython,
      [at('test', 'notebooks', 'comm.py'), at('notebooks')],
      {
        input: JSON.stringify({ cells, requests }),
        env: { ...process.env, JUPYTER_PREFER_ENV_PATH: '1' },
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024
      }
    );
    expect(status, stderr).toBe(0);
    talk = JSON.parse(stdout) as Conversation;
  });

  const answer = (id: number) => talk.answers.find(a => a.id === id);
  const result = <M extends MethodName>(id: number, method: M) => validateResult(method, answer(id)?.result);

  test('opens one comm when the library is imported, and tells of models as cells make them', () => {
    expect(talk.opened).toMatchObject([{ target_name: 'fxquant' }]);
    talk.events.forEach(event => validateEvent(event));
    const changes = talk.events.filter(e => e.method === 'models.changed');
    expect(changes.at(-1)).toMatchObject({ params: { models: [{ name: 'net', className: 'Net' }] } });
  });

  test('answers every message once, malformed ones with errors', () => {
    expect(talk.answers.map(a => a.id).sort()).toEqual([1, 10, 3, 4, 5, 6, 7, 8, 9, null].sort());
    expect(result(1, 'hello')).toMatchObject({ kernel: 'tslab', protocol: 1 });
    expect(talk.answers.find(a => a.id === null)?.error?.code).toBe(ERROR_CODES.invalidRequest);
    expect(answer(3)?.error).toMatchObject({
      code: ERROR_CODES.invalidParams,
      message: 'model.trace: recipe.version: expected 1, got nothing'
    });
  });

  test('hears a cancellation while it calibrates', () => {
    expect(result(6, 'cancel')).toEqual({ cancelled: true });
    expect(answer(5)?.error?.code).toBe(ERROR_CODES.cancelled);
    const done = talk.events.filter(e => e.method === 'progress' && e.params?.request === 5);
    expect(done.length).toBeLessThan(50);
  });

  test('traces, calibrates, converts and evaluates', () => {
    expect(result(4, 'model.trace').graph.nodes.map(n => n.name)).toEqual(['x', 'conv', 'relu', 'output']);
    expect(result(7, 'model.calibrate')).toMatchObject({ batches: 50, samples: 100 });
    expect(result(9, 'model.convert').graph.stage).toBe('converted');
    expect(result(10, 'model.evaluate').outputSqnr).toBeGreaterThan(20);
  });

  test('sends histograms as binary', () => {
    const { histogram } = result(8, 'node.histogram');
    expect(histogram.counts).toEqual([]);
    const total = (talk.buffers['8'] ?? []).reduce((a, b) => a + b, 0);
    expect(total).toBeGreaterThan(0.99 * 50 * 2 * 64);
  });
});
