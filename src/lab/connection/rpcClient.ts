// JSON-RPC 2.0 to the kernel: typed requests, events, and answers that are checked before anybody sees them. Knows no
// comm and no JupyterLab; `send` is given.

import {
  ERROR_CODES,
  isObject,
  salvageError,
  validateEvent,
  validateResult,
  ValidationError,
  type ErrorData,
  type EventName,
  type Events,
  type MethodName,
  type Methods,
  type RpcEvent
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
  readonly method: MethodName;
  resolve(result: unknown): void;
  reject(error: RpcFailure): void;
}

export interface RequestHandle<M extends MethodName> {
  readonly id: number;
  readonly result: Promise<Methods[M]['result']>;
}

export class RpcClient {
  private readonly pending = new Map<number, Pending>();
  /** Not from 1: after a page reload the kernel still answers what the page before it asked. */
  private nextId = 1 + Math.floor(Math.random() * 2 ** 40);

  constructor(
    private readonly send: (message: object) => void,
    private readonly onEvent: EventHandler
  ) {}

  request<M extends MethodName>(method: M, params: Methods[M]['params']): RequestHandle<M> {
    const id = this.nextId++;
    const result = new Promise<Methods[M]['result']>((resolve, reject) => {
      this.pending.set(id, { method, resolve: value => resolve(value as Methods[M]['result']), reject });
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
    if (!isObject(message)) {
      return;
    }
    const { id, method, result, error } = message;
    if (method !== undefined) {
      this.receiveEvent(message);
      return;
    }
    const pending = typeof id === 'number' ? this.pending.get(id) : undefined;
    if (!pending) {
      return;
    }
    this.pending.delete(id as number);
    if (error !== undefined && error !== null) {
      const { code, message: text, data } = salvageError(error);
      pending.reject(new RpcFailure(code, text, data));
      return;
    }
    try {
      pending.resolve(validateResult(pending.method, withBuffers(result, buffers)));
    } catch (problem) {
      pending.reject(unreadable(pending.method, problem as Error));
    }
  }

  private receiveEvent(message: object): void {
    let event: RpcEvent;
    try {
      event = validateEvent(message);
    } catch (problem) {
      if (problem instanceof ValidationError) {
        return;
      }
      throw problem;
    }
    this.onEvent(event.method, event.params);
  }

  /** Rejects whatever still waits for an answer. */
  close(reason: string): void {
    for (const { reject } of this.pending.values()) {
      reject(new RpcFailure(ERROR_CODES.internal, reason));
    }
    this.pending.clear();
  }
}

function unreadable(method: MethodName, problem: Error): RpcFailure {
  return new RpcFailure(
    ERROR_CODES.internal,
    `the kernel's answer to ${method} cannot be read: ${problem.message}`,
    {
      remedy:
        'The library in the kernel may be of another version than this panel: update it, restart the kernel.'
    }
  );
}

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** Histogram counts travel as float32 beside the JSON. */
function withBuffers(result: unknown, buffers: readonly (ArrayBuffer | ArrayBufferView)[]): unknown {
  const [first] = buffers;
  const histogram = isObject(result) ? result.histogram : undefined;
  if (first === undefined || !isObject(histogram)) {
    return result;
  }
  const bytes =
    first instanceof ArrayBuffer
      ? new Uint8Array(first)
      : new Uint8Array(first.buffer, first.byteOffset, first.byteLength);
  // A copy: the bytes may stand where no float32 may begin.
  const whole = bytes.slice(0, bytes.length - (bytes.length % FLOAT_BYTES));
  return { histogram: { ...histogram, counts: Array.from(new Float32Array(whole.buffer)) } };
}
