// Test helper: a kernel connection as JupyterLab gives one, with a kernel behind it that answers as a test says.

import type { Kernel } from '@jupyterlab/services';
import type { EventName, Events, GraphDocument, MethodName, Methods, ModelInfo } from '../../src/protocol';
import { goldenDocument } from './graph/fixtures';

type Answer<M extends MethodName> = (
  params: Methods[M]['params']
) => Methods[M]['result'] | Promise<Methods[M]['result']>;
export type Answers = { [M in MethodName]?: Answer<M> };

export interface Asked {
  readonly id: number;
  readonly method: MethodName;
  readonly params: unknown;
}

/** One end of a comm; messages are copied as JSON and arrive later, as on the wire. */
export class FakeComm {
  isDisposed = false;
  readonly asked: Asked[] = [];
  onMsg: (message: object) => void = () => undefined;
  onClose: (message: object) => void = () => undefined;

  constructor(readonly answers: Answers) {}

  send(message: Asked): void {
    const asked = JSON.parse(JSON.stringify(message)) as Asked;
    this.asked.push(asked);
    const { id, method, params } = asked;
    const answer = this.answers[method] as ((params: unknown) => unknown) | undefined;
    void Promise.resolve()
      .then(() => answer?.(params))
      .then(
        result => (result === undefined ? undefined : this.deliver({ jsonrpc: '2.0', id, result })),
        (error: unknown) => this.deliver({ jsonrpc: '2.0', id, error })
      );
  }

  deliver(data: unknown, buffers: ArrayBuffer[] = []): void {
    this.onMsg({ content: { data: JSON.parse(JSON.stringify(data)) as unknown }, buffers });
  }

  emit<E extends EventName>(method: E, params: Events[E]): void {
    this.deliver({ jsonrpc: '2.0', method, params });
  }

  methods(): MethodName[] {
    return this.asked.map(a => a.method);
  }
}

export class FakeConnection {
  isDisposed = false;
  readonly targets = new Map<string, (comm: FakeComm, message: object) => void>();
  /** Comms that are open before the panel looks, by id. */
  readonly open = new Map<string, FakeComm>();
  readonly info: Promise<object>;

  constructor(language = 'typescript') {
    this.info = Promise.resolve({ language_info: { name: language } });
  }

  registerCommTarget(name: string, take: (comm: FakeComm, message: object) => void): void {
    this.targets.set(name, take);
  }

  removeCommTarget(name: string): void {
    this.targets.delete(name);
  }

  requestCommInfo(): Promise<object> {
    const comms = Object.fromEntries([...this.open.keys()].map(id => [id, { target_name: 'fxquant' }]));
    return Promise.resolve({ content: { status: 'ok', comms } });
  }

  createComm(_target: string, id: string): FakeComm {
    return this.open.get(id) as FakeComm;
  }

  /** The library is imported: the kernel opens a comm. */
  opens(comm: FakeComm): FakeComm {
    this.targets.get('fxquant')?.(comm, {});
    return comm;
  }

  asKernel(): Kernel.IKernelConnection {
    return this as unknown as Kernel.IKernelConnection;
  }
}

export const modelInfo = (name: string, more: Partial<ModelInfo> = {}): ModelInfo => ({
  name,
  className: 'Net',
  parameterCount: 10,
  stage: 'float',
  revision: 1,
  ...more
});

/** A document of the model and stage asked for. */
export function documentOf(modelName: string, stage: GraphDocument['stage']): GraphDocument {
  const drawn = stage === 'float' || stage === 'converted' ? stage : 'prepared';
  return { ...goldenDocument('mobile_block', drawn), modelName, stage };
}

/** Answers of a kernel in which everything works. */
export function goodAnswers(models: ModelInfo[] = [modelInfo('net')]): Required<Answers> {
  const statsOf = (document: GraphDocument) =>
    document.nodes
      .filter(n => n.role === 'observer')
      .map(n => ({ id: n.id, count: 8, batches: 1, min: 0, max: 1, spark: [] }));
  return {
    hello: () => ({ protocol: 1, library: '0', kernel: 'fake' }),
    'models.list': () => ({ models }),
    'model.trace': ({ recipe }) => ({ graph: documentOf(recipe.model, 'float') }),
    'model.graph': ({ model, stage }) => ({ graph: documentOf(model, stage) }),
    'model.prepare': ({ recipe }) => ({
      fused: documentOf(recipe.model, 'fused'),
      prepared: documentOf(recipe.model, 'prepared')
    }),
    'model.calibrate': ({ recipe }) => {
      const graph = documentOf(recipe.model, 'calibrated');
      return { graph, stats: statsOf(graph), batches: 1, samples: 8 };
    },
    'model.convert': ({ recipe }) => ({ graph: documentOf(recipe.model, 'converted') }),
    'model.evaluate': () => ({
      samples: 8,
      outputSqnr: 30,
      floatBytes: 40,
      quantizedBytes: 10,
      floatLatency: 1,
      quantizedLatency: 1
    }),
    'node.stats': () => ({ stats: [] }),
    'node.histogram': ({ id }) => ({
      histogram: { id, min: 0, max: 1, counts: [], clippedBelow: 0, clippedAbove: 0 }
    }),
    'node.weights': ({ path }) => ({ weights: { path, axis: 0, min: [], max: [] } }),
    'variables.list': () => ({ variables: [] }),
    'recipe.code': () => ({ code: 'code' }),
    cancel: () => ({ cancelled: true })
  };
}

/** A promise and what ends it. */
export function deferred<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>(r => (resolve = r));
  return { promise, resolve };
}

/** Until everything that is under way without waiting for anything has happened. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}
