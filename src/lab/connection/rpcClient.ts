// JSON-RPC 2.0 to the kernel: typed requests, events, and answers that are checked before anybody sees them. Knows no
// comm and no JupyterLab; `send` is given.

import {
  ERROR_CODES,
  type ErrorData,
  type EventName,
  type Events,
  type MethodName,
  type Methods
} from '../../protocol';

/** An error the kernel answered with, or the loss of the kernel. */
export class RpcFailure extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly data: ErrorData = {}
  ) {
    super(message);
  }
}

export type EventHandler = <E extends EventName>(event: E, params: Events[E]) => void;

interface Pending {
  resolve(result: unknown): void;
  reject(error: RpcFailure): void;
}

export interface RequestHandle<M extends MethodName> {
  readonly id: number;
  readonly result: Promise<Methods[M]['result']>;
}

/** A missing event is a type error. */
const EVENTS: { readonly [E in EventName]: true } = {
  'models.changed': true,
  progress: true,
  'stats.changed': true,
  'variables.changed': true,
  'stage.changed': true,
  log: true
};

export class RpcClient {
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;

  constructor(
    private readonly send: (message: object) => void,
    private readonly onEvent: EventHandler
  ) {}

  request<M extends MethodName>(method: M, params: Methods[M]['params']): RequestHandle<M> {
    const id = this.nextId++;
    const result = new Promise<Methods[M]['result']>((resolve, reject) => {
      this.pending.set(id, { resolve: value => resolve(value as Methods[M]['result']), reject });
      try {
        this.send({ jsonrpc: '2.0', id, method, params });
      } catch (error) {
        this.pending.delete(id);
        reject(new RpcFailure(ERROR_CODES.internal, `the kernel could not be reached: ${String(error)}`));
      }
    });
    return { id, result };
  }

  /** Takes a message from the kernel; what is no message of the protocol is dropped. */
  receive(message: unknown, buffers: readonly (ArrayBuffer | ArrayBufferView)[] = []): void {
    if (typeof message !== 'object' || message === null) {
      return;
    }
    const { id, method, params, result, error } = message as Record<string, unknown>;
    if (typeof method === 'string') {
      if (Object.hasOwn(EVENTS, method) && typeof params === 'object' && params !== null) {
        this.onEvent(method as EventName, params as Events[EventName]);
      }
      return;
    }
    const pending = typeof id === 'number' ? this.pending.get(id) : undefined;
    if (!pending) {
      return;
    }
    this.pending.delete(id as number);
    if (typeof error === 'object' && error !== null) {
      const { code, message: text, data } = error as { code?: number; message?: string; data?: ErrorData };
      pending.reject(
        new RpcFailure(code ?? ERROR_CODES.internal, text ?? 'the kernel answered with an error', data ?? {})
      );
    } else {
      pending.resolve(withBuffers(result, buffers));
    }
  }

  /** Rejects whatever still waits for an answer. */
  close(reason: string): void {
    for (const { reject } of this.pending.values()) {
      reject(new RpcFailure(ERROR_CODES.internal, reason));
    }
    this.pending.clear();
  }
}

/** Histogram counts travel as float32 beside the JSON. */
function withBuffers(result: unknown, buffers: readonly (ArrayBuffer | ArrayBufferView)[]): unknown {
  const [first] = buffers;
  const holder = result as { histogram?: { counts: number[] } } | undefined;
  if (first === undefined || !holder?.histogram) {
    return result;
  }
  const bytes =
    first instanceof ArrayBuffer
      ? new Uint8Array(first)
      : new Uint8Array(first.buffer, first.byteOffset, first.byteLength);
  const counts = Array.from(new Float32Array(bytes.slice().buffer));
  return { ...holder, histogram: { ...holder.histogram, counts } };
}
