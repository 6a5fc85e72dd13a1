// JSON-RPC 2.0 over a channel: checks every message, runs handlers one after the other (cancel at once), turns every
// error into an answer. Never throws, never prints.

import {
  ERROR_CODES,
  isObject,
  validateParams,
  type ValidationError,
  type ErrorCode,
  type ErrorData,
  type EventName,
  type Events,
  type MethodName,
  type Methods
} from '../protocol';
import { TraceError } from '../fx';
import { QuantizationError } from '../quantization';
import type { Channel } from './adapter';

/** An error with a code and what the panel can do about it. */
export class RpcFailure extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly data: ErrorData = {}
  ) {
    super(message);
  }
}

/** What a handler can do besides returning its result. */
export interface RequestContext {
  /** True once the panel has asked to stop. */
  readonly isCancelled: () => boolean;
  readonly progress: (done: number, total: number | undefined, text: string) => void;
  readonly emit: <E extends EventName>(event: E, params: Events[E]) => void;
  /** Sent as binary buffers beside the result. */
  readonly buffers: Uint8Array[];
}

export type Handler<M extends MethodName> = (
  params: Methods[M]['params'],
  context: RequestContext
) => Methods[M]['result'] | Promise<Methods[M]['result']>;

export type Handlers = { readonly [M in MethodName]: Handler<M> };

interface Request {
  readonly id: number;
  readonly method: MethodName;
  readonly params: object;
}

/** A message larger than this is refused unread. */
const MAX_MESSAGE_CHARACTERS = 5_000_000;

export class RpcServer {
  private readonly cancelled = new Set<number>();
  private readonly running = new Set<number>();
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly channel: Channel,
    private readonly handlers: Handlers
  ) {}

  emit<E extends EventName>(method: E, params: Events[E]): void {
    this.channel.send({ jsonrpc: '2.0', method, params });
  }

  /** Takes one message from the panel. */
  receive(message: unknown): void {
    const request = this.check(message);
    if (!request) {
      return;
    }
    if (request.method === 'cancel') {
      const { id } = request.params as Methods['cancel']['params'];
      const found = this.running.has(id);
      // Only what is there: another page may use the number again, and its request is not meant.
      if (found) {
        this.cancelled.add(id);
      }
      this.channel.send({ jsonrpc: '2.0', id: request.id, result: { cancelled: found } });
      return;
    }
    this.running.add(request.id);
    this.queue = this.queue.then(() => this.run(request));
  }

  private async run(request: Request): Promise<void> {
    const { id, method, params } = request;
    const buffers: Uint8Array[] = [];
    const context: RequestContext = {
      isCancelled: () => this.cancelled.has(id),
      progress: (done, total, text) =>
        this.emit('progress', { request: id, done, text, ...(total === undefined ? {} : { total }) }),
      emit: (event, data) => this.emit(event, data),
      buffers
    };
    try {
      const handler = this.handlers[method] as (p: unknown, c: RequestContext) => unknown;
      const result: unknown = await handler(params, context);
      this.channel.send({ jsonrpc: '2.0', id, result }, buffers);
    } catch (error) {
      this.fail(id, error);
    } finally {
      this.running.delete(id);
      this.cancelled.delete(id);
    }
  }

  private check(message: unknown): Request | undefined {
    const fail = (id: number | null, code: ErrorCode, text: string) => {
      this.channel.send({ jsonrpc: '2.0', id, error: { code, message: text } });
      return undefined;
    };
    if (!isObject(message)) {
      return fail(null, ERROR_CODES.invalidRequest, 'a message must be a JSON-RPC 2.0 request object');
    }
    const { jsonrpc, id, method, params } = message;
    if (jsonrpc !== '2.0' || typeof id !== 'number' || !Number.isSafeInteger(id)) {
      return fail(null, ERROR_CODES.invalidRequest, 'a request needs jsonrpc "2.0" and a whole number as id');
    }
    if (typeof method !== 'string' || !Object.hasOwn(this.handlers, method)) {
      return fail(id, ERROR_CODES.methodNotFound, `method ${JSON.stringify(method)} is unknown`);
    }
    if (isTooLarge(params)) {
      return fail(id, ERROR_CODES.tooLarge, `${method}: the request is too large`);
    }
    try {
      return { id, method: method as MethodName, params: validateParams(method as MethodName, params) };
    } catch (error) {
      return fail(id, ERROR_CODES.invalidParams, `${method}: ${(error as ValidationError).message}`);
    }
  }

  private fail(id: number, error: unknown): void {
    this.channel.send({ jsonrpc: '2.0', id, error: describeError(error) });
  }
}

function isTooLarge(params: unknown): boolean {
  try {
    return (JSON.stringify(params) ?? '').length > MAX_MESSAGE_CHARACTERS;
  } catch {
    // Nested deeper than the stack reaches.
    return true;
  }
}

function describeError(error: unknown): { code: ErrorCode; message: string; data?: ErrorData } {
  if (error instanceof RpcFailure) {
    return { code: error.code, message: error.message, data: error.data };
  }
  if (error instanceof TraceError) {
    const { modulePath, node } = error.details;
    return {
      code: ERROR_CODES.notTraceable,
      message: error.message,
      data: { modulePath, ...(node === undefined ? {} : { node }) }
    };
  }
  if (error instanceof QuantizationError) {
    return {
      code: ERROR_CODES.conversion,
      message: error.message,
      ...(error.about === undefined ? {} : { data: { modulePath: error.about } })
    };
  }
  return { code: ERROR_CODES.internal, message: error instanceof Error ? error.message : String(error) };
}
