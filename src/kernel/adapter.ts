// What a kernel must offer for the panel to work in it. Everything that knows one kernel is behind this.

/** One open channel to a front end. */
export interface Channel {
  send(data: unknown, buffers?: readonly Uint8Array[]): void;
}

export interface KernelEvents {
  /** The panel sent a message. */
  onMessage(data: unknown, buffers: readonly Uint8Array[]): void;
  /** A cell is about to run; `cellId` is the notebook's. */
  onExecute(code: string, cellId: string | undefined): void;
  /** A cell has ended, well or badly. */
  onExecuted(cellId: string | undefined): void;
}

export interface KernelAdapter {
  readonly name: string;
  /** Begins to listen. Throws nothing: a kernel goes on without the panel. */
  start(events: KernelEvents): Channel;
  /** Variables of the notebook, by name. */
  variables(): Readonly<Record<string, unknown>>;
}
