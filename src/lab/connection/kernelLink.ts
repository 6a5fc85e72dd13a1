// One notebook's line to its kernel: finds the comm the library opened, also after a page reload, and tells when it
// comes and goes.

import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { COMM_TARGET } from '../../protocol';
import { RpcClient, type EventHandler } from './rpcClient';

export type LinkState = 'no-kernel' | 'wrong-kernel' | 'not-imported' | 'connected' | 'dead';

export interface LinkEvents {
  onState(state: LinkState, kernelName: string): void;
  onEvent: EventHandler;
}

/** Kernel languages in which the library can be imported. */
const LANGUAGES: ReadonlySet<string> = new Set(['typescript', 'javascript']);

export class KernelLink {
  private client: RpcClient | null = null;
  private kernel: Kernel.IKernelConnection | null = null;
  private comm: Kernel.IComm | null = null;
  private disposed = false;

  constructor(private readonly events: LinkEvents) {}

  get rpc(): RpcClient | null {
    return this.client;
  }

  /** Follows another kernel, or none. */
  async attach(kernel: Kernel.IKernelConnection | null): Promise<void> {
    this.detach('the kernel was changed');
    this.kernel = kernel;
    if (!kernel) {
      this.events.onState('no-kernel', '');
      return;
    }
    kernel.registerCommTarget(COMM_TARGET, this.onCommOpen);
    const language = (await kernel.info.catch(() => undefined))?.language_info.name ?? '';
    if (this.disposed || this.kernel !== kernel) {
      return;
    }
    if (!LANGUAGES.has(language.toLowerCase())) {
      this.events.onState('wrong-kernel', language);
      return;
    }
    if (!this.comm) {
      this.events.onState('not-imported', language);
      await this.findOpenComm(kernel);
    }
  }

  /** The comm died with the kernel's process. */
  kernelRestarted(): void {
    this.dropComm('the kernel was restarted');
    this.events.onState('not-imported', '');
  }

  kernelDied(): void {
    this.dropComm('the kernel died');
    this.events.onState('dead', '');
  }

  dispose(): void {
    this.disposed = true;
    this.detach('the notebook was closed');
  }

  private readonly onCommOpen = (comm: Kernel.IComm, _message: KernelMessage.ICommOpenMsg): void => {
    this.useComm(comm);
  };

  private async findOpenComm(kernel: Kernel.IKernelConnection): Promise<void> {
    const reply = await kernel.requestCommInfo({ target_name: COMM_TARGET }).catch(() => undefined);
    const comms = reply?.content && 'comms' in reply.content ? Object.keys(reply.content.comms) : [];
    const id = comms.at(-1);
    if (id !== undefined && !this.comm && this.kernel === kernel && !this.disposed) {
      this.useComm(kernel.createComm(COMM_TARGET, id));
    }
  }

  private useComm(comm: Kernel.IComm): void {
    this.dropComm('the library was loaded again');
    this.comm = comm;
    const client = new RpcClient(message => {
      comm.send(message as never);
    }, this.events.onEvent);
    this.client = client;
    comm.onMsg = message => client.receive(message.content.data, message.buffers);
    comm.onClose = () => {
      if (this.comm === comm) {
        this.kernelRestarted();
      }
    };
    this.events.onState('connected', '');
  }

  private dropComm(reason: string): void {
    this.client?.close(reason);
    this.client = null;
    if (this.comm && !this.comm.isDisposed) {
      // It may still speak: of a kernel, or a load of the library, that is not this notebook's any more.
      this.comm.onMsg = () => undefined;
      this.comm.onClose = () => undefined;
    }
    this.comm = null;
  }

  private detach(reason: string): void {
    if (this.kernel && !this.kernel.isDisposed) {
      this.kernel.removeCommTarget(COMM_TARGET, this.onCommOpen);
    }
    this.kernel = null;
    this.dropComm(reason);
  }
}
