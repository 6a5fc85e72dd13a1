// Comms for tslab, which has none: its message handler is wrapped, found through Node's module cache. Whatever
// goes wrong in here is swallowed after being noted: a kernel is never broken for the panel's sake.

import { COMM_TARGET } from '../../protocol';
import type { Channel, KernelAdapter, KernelEvents } from '../adapter';
import { nodeModule } from '../node';
import {
  makeSigner,
  readMessage,
  utf8,
  writeMessage,
  type Frame,
  type JupyterHeader,
  type JupyterMessage,
  type Signer
} from './frames';

interface Socket {
  send(frames: readonly Frame[]): unknown;
}

/** The parts of tslab's ZmqServer that are used. */
interface Server {
  connInfo: { key: string };
  iopub: Socket;
}

interface ServerPrototype {
  handleShellMessage(this: Server, socket: Socket, ...frames: Frame[]): Promise<void>;
  publishStatus(this: Server, status: string, parent: unknown): void;
}

interface ModuleCache {
  _cache?: Record<string, { exports?: { ZmqServer?: { prototype: ServerPrototype } } } | undefined>;
}

const OWN_MESSAGES: ReadonlySet<string> = new Set([
  'comm_open',
  'comm_msg',
  'comm_close',
  'comm_info_request'
]);

/** The adapter, or undefined where this process is no tslab kernel of a version we know. */
export function tslabAdapter(): KernelAdapter | undefined {
  const cache = nodeModule<ModuleCache>('module')?._cache ?? {};
  const key = Object.keys(cache).find(path => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(path));
  const prototype = key === undefined ? undefined : cache[key]?.exports?.ZmqServer?.prototype;
  if (typeof prototype?.handleShellMessage !== 'function' || typeof prototype.publishStatus !== 'function') {
    return undefined;
  }
  return new TslabAdapter(prototype);
}

class TslabAdapter implements KernelAdapter {
  readonly name = 'tslab';
  private server: Server | undefined;
  private signer: Signer | undefined;
  private commId: string | undefined;
  private parent: JupyterHeader | undefined;
  private readonly waiting: { data: unknown; buffers: readonly Uint8Array[] }[] = [];

  constructor(private readonly prototype: ServerPrototype) {}

  variables(): Readonly<Record<string, unknown>> {
    const { __tslab__: tslab } = globalThis as { __tslab__?: { exports?: Record<string, unknown> } };
    return tslab?.exports ?? {};
  }

  start(events: KernelEvents): Channel {
    const { prototype } = this;
    const { handleShellMessage, publishStatus } = prototype;
    const attach = (server: Server) => this.attach(server);
    const handle = (server: Server, socket: Socket, message: JupyterMessage) =>
      this.handle(server, socket, message, events);
    const cells = new Map<string, string | undefined>();
    prototype.handleShellMessage = async function (socket, ...frames) {
      const message = quietly(() => readMessage(frames));
      if (message && OWN_MESSAGES.has(message.header.msg_type)) {
        quietly(() => handle(this, socket, message));
        return;
      }
      const isExecute = message?.header.msg_type === 'execute_request';
      if (message && isExecute) {
        const cellId = message.metadata.cellId;
        cells.set(message.header.msg_id, typeof cellId === 'string' ? cellId : undefined);
        quietly(() => events.onExecute(String(message.content.code ?? ''), cells.get(message.header.msg_id)));
      }
      try {
        await handleShellMessage.call(this, socket, ...frames);
      } finally {
        if (message && isExecute) {
          quietly(() => events.onExecuted(cells.get(message.header.msg_id)));
          cells.delete(message.header.msg_id);
        }
      }
    };
    prototype.publishStatus = function (status, parent) {
      publishStatus.call(this, status, parent);
      if (status === 'idle') {
        // The cell that imported the library ends here, so the panel hears of it at once.
        quietly(() => attach(this));
      }
    };
    return { send: (data, buffers = []) => this.send(data, buffers) };
  }

  private attach(server: Server): void {
    this.server = server;
    this.signer ??= makeSigner(server.connInfo.key);
    if (this.commId === undefined && this.signer) {
      this.commId = this.signer.id();
      this.publish('comm_open', { comm_id: this.commId, target_name: COMM_TARGET, data: {} });
    }
    for (const { data, buffers } of this.waiting.splice(0)) {
      this.send(data, buffers);
    }
  }

  private handle(server: Server, socket: Socket, message: JupyterMessage, events: KernelEvents): void {
    this.attach(server);
    const { header, content } = message;
    this.parent = header;
    this.publish('status', { execution_state: 'busy' });
    try {
      if (header.msg_type === 'comm_info_request') {
        this.replyCommInfo(socket, message);
      } else if (header.msg_type === 'comm_open') {
        this.commId = content.target_name === COMM_TARGET ? String(content.comm_id) : this.commId;
      } else if (header.msg_type === 'comm_msg' && content.comm_id === this.commId) {
        events.onMessage(content.data, message.buffers);
      }
    } finally {
      this.publish('status', { execution_state: 'idle' }, header);
    }
  }

  private replyCommInfo(socket: Socket, message: JupyterMessage): void {
    const wanted = message.content.target_name;
    const matches =
      this.commId !== undefined && (wanted === undefined || wanted === null || wanted === COMM_TARGET);
    const comms = matches && this.commId !== undefined ? { [this.commId]: { target_name: COMM_TARGET } } : {};
    if (this.signer) {
      socket.send(
        writeMessage(this.signer, message.identities, 'comm_info_reply', message.header, {
          status: 'ok',
          comms
        })
      );
    }
  }

  private send(data: unknown, buffers: readonly Uint8Array[]): void {
    if (this.commId === undefined || !this.server) {
      this.waiting.push({ data, buffers });
      return;
    }
    this.publish('comm_msg', { comm_id: this.commId, data }, this.parent, buffers);
  }

  private publish(
    type: string,
    content: unknown,
    parent = this.parent,
    buffers: readonly Uint8Array[] = []
  ): void {
    if (this.server && this.signer) {
      this.server.iopub.send(writeMessage(this.signer, [utf8(type)], type, parent, content, { buffers }));
    }
  }
}

/** Runs what must not disturb the kernel. */
function quietly<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
