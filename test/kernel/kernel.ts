// Test helper: the kernel side in this process, with a notebook that is a plain object. Messages go through JSON, as on
// the wire.

import '../../src';
import type { Channel, KernelAdapter, KernelEvents } from '../../src/kernel/adapter';
import { serve } from '../../src/kernel';
import type { EventName, Events, MethodName, Methods, RpcError } from '../../src/protocol';
import { validateEvent, validateResult } from '../../src/protocol';

interface Message {
  id?: number | null;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: RpcError['error'];
}

export class FakeKernel implements KernelAdapter {
  readonly name = 'fake';
  readonly sent: Message[] = [];
  readonly buffers = new Map<number, readonly Uint8Array[]>();
  private events: KernelEvents | undefined;
  private readonly waiting = new Map<number, (message: Message) => void>();
  private nextId = 1;
  /** Called for every event. */
  onEvent: (method: string) => void = () => undefined;

  constructor(private readonly notebook: Record<string, unknown>) {
    serve(this);
  }

  start(events: KernelEvents): Channel {
    this.events = events;
    return { send: (data, buffers = []) => this.take(data, buffers) };
  }

  variables(): Readonly<Record<string, unknown>> {
    return this.notebook;
  }

  /** A cell with this code ran, and set these variables. */
  runCell(code: string, cellId: string | undefined, sets: Record<string, unknown> = {}): void {
    this.events?.onExecute(code, cellId);
    Object.assign(this.notebook, sets);
    this.events?.onExecuted(cellId);
  }

  /** Sends anything. */
  say(message: unknown): void {
    this.events?.onMessage(message === undefined ? undefined : JSON.parse(JSON.stringify(message)), []);
  }

  /** Sends anything, and gives the next message that is no event. */
  answerTo(message: unknown): Message | undefined {
    const before = this.sent.length;
    this.say(message);
    return this.sent.slice(before).find(m => m.method === undefined);
  }

  begin<M extends MethodName>(method: M, params: Methods[M]['params']) {
    const id = this.nextId++;
    const answer = new Promise<Message>(resolve => this.waiting.set(id, resolve));
    this.say({ jsonrpc: '2.0', id, method, params });
    return { id, answer };
  }

  /** The result, found to be valid. */
  async ask<M extends MethodName>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']> {
    const { error, result } = await this.begin(method, params).answer;
    if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return validateResult(method, result);
  }

  /** The error a request ends with. */
  async refused<M extends MethodName>(method: M, params: unknown): Promise<RpcError['error']> {
    const { error } = await this.begin(method, params as Methods[M]['params']).answer;
    if (!error) throw new Error(`${method} was not refused`);
    return error;
  }

  eventsOf<E extends EventName>(method: E): Events[E][] {
    return this.sent.filter(m => m.method === method).map(m => m.params as Events[E]);
  }

  private take(data: unknown, buffers: readonly Uint8Array[]): void {
    const message = JSON.parse(JSON.stringify(data)) as Message;
    this.sent.push(message);
    if (message.method !== undefined) {
      validateEvent(message);
      this.onEvent(message.method);
    } else if (typeof message.id === 'number') {
      this.buffers.set(message.id, buffers);
      this.waiting.get(message.id)?.(message);
    }
  }
}
