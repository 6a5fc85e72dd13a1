// @vitest-environment jsdom
// The panel without its views: what a person decides, what the kernel answers, and in which order either may come.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Methods, RecipeBook } from '../../../src/protocol';
import type { PanelModel } from '../../../src/lab/model/panelModel';
import {
  deferred,
  documentOf,
  goodAnswers,
  modelInfo,
  settle,
  type Answers,
  type FakeComm
} from '../fakeKernel';
import { TestPanel } from './panel';

let panel: TestPanel;
let model: PanelModel;
let comm: FakeComm;

async function connect(answers?: Answers): Promise<void> {
  comm = await panel.connect(answers);
}

beforeEach(async () => {
  panel = await TestPanel.open();
  ({ model } = panel);
});
afterEach(() => model.dispose());

const kept = () => (panel.metadata as RecipeBook | undefined)?.recipes;
const leaf = (target: string) => ({ kind: 'leaf', target }) as const;
const targets = () => model.state.recipe?.marks.map(m => m.target);

describe('marks', () => {
  beforeEach(() => connect());

  test('trace anew, are kept in the notebook, and can be undone and redone', async () => {
    expect(kept()).toBeUndefined();
    await model.mark(leaf('a'));
    await model.mark(leaf('b'));
    expect(targets()).toEqual(['a', 'b']);
    expect(kept()?.net?.marks).toHaveLength(2);
    expect([model.state.canUndo, model.state.canRedo]).toEqual([true, false]);

    await model.undo();
    expect([targets(), kept()?.net?.marks.length]).toEqual([['a'], 1]);
    await model.undo();
    await model.undo();
    expect([targets(), model.state.canUndo, model.state.canRedo]).toEqual([[], false, true]);
    await model.redo();
    await model.redo();
    await model.redo();
    expect([targets(), model.state.canRedo]).toEqual([['a', 'b'], false]);

    await model.undo();
    await model.mark(leaf('c'));
    expect([targets(), model.state.canRedo]).toEqual([['a', 'c'], false]);
    const traced = comm.asked.filter(a => a.method === 'model.trace');
    expect(traced.at(-1)?.params).toMatchObject({ recipe: { marks: [leaf('a'), leaf('c')] } });
  });

  test('undo leaves the data that was chosen', async () => {
    await model.mark(leaf('a'));
    const { recipe } = model.state;
    if (recipe) await model.setRecipe({ ...recipe, calibration: 'calib' }, { retrace: false });
    await model.undo();
    expect(model.state.recipe).toMatchObject({ marks: [], calibration: 'calib' });
  });

  test('each model has its own history', async () => {
    await model.mark(leaf('a'));
    await model.selectModel('other');
    expect([model.state.canUndo, targets()]).toEqual([false, []]);
    await model.selectModel('net');
    expect([model.state.canUndo, targets()]).toEqual([true, ['a']]);
  });
});

describe('what the notebook keeps', () => {
  test('is shown, and nothing is written before a person decides', async () => {
    panel.metadata = {
      version: 1,
      recipes: {
        net: {
          version: 1,
          model: 'net',
          exampleInputs: [],
          backend: 'qnnpack',
          mode: 'static',
          qconfigRows: [],
          marks: [leaf('a')]
        }
      }
    };
    const before = structuredClone(panel.metadata);
    await connect();
    expect(model.state.recipe).toMatchObject({ backend: 'qnnpack', marks: [leaf('a')] });
    expect(model.state.notice).toBeNull();
    expect(panel.metadata).toEqual(before);
  });

  test('damaged, it is used as far as it goes, and the panel says so', async () => {
    panel.metadata = { version: 1, recipes: { net: { marks: [leaf('a'), 5], backend: 'gpu' } } };
    await connect();
    expect(model.state.recipe).toMatchObject({ backend: 'x86', marks: [leaf('a')] });
    expect(model.state.notice).toContain('net.backend: expected one of');
    expect(model.state.graphs.float).toBeDefined();
  });
});

describe('results that come too late', () => {
  test('of an older trace are not shown', async () => {
    const first = deferred<Methods['model.trace']['result']>();
    const slow = documentOf('net', 'float');
    let calls = 0;
    await connect({
      ...goodAnswers(),
      'model.trace': () => (++calls === 1 ? first.promise : { graph: documentOf('net', 'float') })
    });
    await model.mark(leaf('a'));
    const shown = model.state.graphs.float;
    expect(shown).toBeDefined();
    first.resolve({ graph: { ...slow, className: 'Old' } });
    await settle();
    expect(model.state.graphs.float).toBe(shown);
  });

  test.each(['model.prepare', 'model.calibrate', 'model.convert', 'model.evaluate'] as const)(
    'of %s are not shown on another model',
    async method => {
      const good = goodAnswers([modelInfo('other'), modelInfo('net')]);
      const late = deferred<unknown>();
      await connect({ ...good, [method]: () => late.promise });
      const answer = await Promise.resolve(good[method]({ recipe: model.state.recipe } as never));
      const run = {
        'model.prepare': 'calibrate',
        'model.calibrate': 'calibrate',
        'model.convert': 'convert',
        'model.evaluate': 'evaluate'
      } as const;
      const running = model[run[method]]();
      await settle();
      expect(model.state.busy).toBe(true);
      await model.selectModel('other');
      late.resolve(answer);
      await running;
      expect(model.state).toMatchObject({ current: 'other', stage: 'float', busy: false, evaluation: null });
      expect(Object.keys(model.state.graphs)).toEqual(['float']);
      expect(model.state.graphs.float?.modelName).toBe('other');
      expect(model.state.stats.size).toBe(0);
    }
  );

  test('progress and statistics of others are not shown', async () => {
    const late = deferred<Methods['model.calibrate']['result']>();
    await connect({ ...goodAnswers(), 'model.calibrate': () => late.promise });
    const running = model.calibrate();
    await settle();
    const id = comm.asked.find(a => a.method === 'model.calibrate')?.id ?? 0;
    comm.emit('progress', { request: id + 1000, done: 9, text: 'another page' });
    expect(model.state.progress).toBeNull();
    comm.emit('progress', { request: id, done: 1, total: 2, text: 'mine' });
    expect(model.state.progress).toMatchObject({ done: 1, total: 2 });
    const stats = [{ id: 'obs:x', count: 1, batches: 1, spark: [] }];
    comm.emit('stats.changed', { model: 'other', stats });
    expect(model.state.stats.size).toBe(0);
    comm.emit('stats.changed', { model: 'net', stats });
    expect([...model.state.stats.keys()]).toEqual(['obs:x']);
    late.resolve({ graph: documentOf('net', 'calibrated'), stats, batches: 2, samples: 8 });
    await running;
    expect(model.state).toMatchObject({ stage: 'calibrated', samples: 8, busy: false, progress: null });
  });
});

describe('errors', () => {
  test('say what the kernel said, and what to do', async () => {
    await connect({
      ...goodAnswers(),
      'model.convert': () => {
        throw { code: -32004, message: 'not calibrated', data: { remedy: 'Calibrate it first.' } };
      }
    });
    await model.convert();
    expect(model.state.error).toEqual({ message: 'not calibrated', remedy: 'Calibrate it first.' });
    expect(model.state.announcement).toContain('not calibrated');
    expect(model.state.busy).toBe(false);
  });

  test('a damaged answer is an error, and the graph shown stays', async () => {
    await connect({ ...goodAnswers(), 'model.convert': () => ({ graph: { nodes: 5 } }) as never });
    const { graphs } = model.state;
    await model.convert();
    expect(model.state.error?.message).toContain('model.convert cannot be read: graph.version: expected 1');
    expect(model.state.graphs).toBe(graphs);
  });

  test('cancelling asks the kernel, and is no error', async () => {
    let end: () => void = () => undefined;
    await connect({
      ...goodAnswers(),
      'model.calibrate': () =>
        new Promise((_, fail) => {
          end = () =>
            fail({ code: -32000, message: 'calibration was cancelled after 1 batches' } as unknown as Error);
        })
    });
    const running = model.calibrate();
    await settle();
    await model.cancel();
    const [calibrate, cancel] = ['model.calibrate', 'cancel'].map(m => comm.asked.find(a => a.method === m));
    expect(cancel?.params).toEqual({ id: calibrate?.id });
    end();
    await running;
    expect(model.state).toMatchObject({ error: null, busy: false, stage: 'prepared' });
    expect(model.state.announcement).toContain('Cancelled.');
  });
});

describe('the kernel', () => {
  afterEach(() => void vi.useRealTimers());

  test('restarting ends what runs and empties the panel; the next import fills it again', async () => {
    await connect({ ...goodAnswers(), 'model.calibrate': () => new Promise(() => undefined) });
    await model.mark(leaf('a'));
    const running = model.calibrate();
    await settle();
    model.onKernelStatus('restarting');
    await running;
    expect(model.state).toMatchObject({
      link: 'not-imported',
      current: null,
      graphs: {},
      busy: false,
      progress: null
    });
    await connect();
    expect(model.state).toMatchObject({ link: 'connected', current: 'net', stage: 'float' });
    expect(targets()).toEqual(['a']);
    model.onKernelStatus('dead');
    expect(model.state.link).toBe('dead');
  });

  test('that does not answer for a while is said to be busy, until it answers', async () => {
    vi.useFakeTimers();
    const hello = deferred<Methods['hello']['result']>();
    await connect({ ...goodAnswers(), hello: () => hello.promise });
    expect(model.state.notice).toBeNull();
    vi.advanceTimersByTime(60_000);
    expect(model.state.notice).toContain('The kernel is busy');
    hello.resolve({ protocol: 1, library: '0', kernel: 'fake', limited: 'No progress in this kernel.' });
    await settle();
    expect(model.state).toMatchObject({ current: 'net', notice: 'No progress in this kernel.' });
  });

  test('with a new object under a name that is shown: it is traced anew', async () => {
    await connect();
    const traces = () => comm.methods().filter(m => m === 'model.trace').length;
    expect(traces()).toBe(1);
    comm.emit('models.changed', { models: [modelInfo('net')] });
    await settle();
    expect(traces()).toBe(1);
    comm.emit('models.changed', { models: [modelInfo('net', { revision: 2 })], cellId: 'c' });
    await settle();
    expect(traces()).toBe(2);
    comm.emit('models.changed', { models: [] });
    await settle();
    expect(model.state).toMatchObject({ current: null, graphs: {} });
  });

  test('code is put into the notebook', async () => {
    await connect();
    await model.insertCode();
    expect(panel.inserted).toEqual(['code']);
  });
});
