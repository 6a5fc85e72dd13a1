// Runs beside the user's code: finds models, answers the panel. A no-op outside a kernel.

import type { KernelAdapter } from './adapter';
import { makeHandlers } from './handlers';
import { RpcServer } from './rpc';
import { Session } from './session';
import { tslabAdapter } from './tslab/adapter';

const STARTED: unique symbol = Symbol.for('fxquant.kernelSupport') as never;

/** Starts once per process, even if the library is loaded twice. Never throws. */
export function startKernelSupport(): void {
  const holder = globalThis as { [STARTED]?: true };
  if (holder[STARTED]) {
    return;
  }
  try {
    const adapter = tslabAdapter();
    if (adapter) {
      holder[STARTED] = true;
      serve(adapter);
    }
  } catch {
    // Without the panel the library works as before.
  }
}

/** Connects a session to an adapter. */
export function serve(adapter: KernelAdapter): void {
  const session = new Session(adapter);
  const channel = adapter.start({
    onMessage: data => server.receive(data),
    onExecute: (code, cellId) => session.cells.add(code, cellId),
    onExecuted: cellId => {
      if (session.refresh(cellId)) {
        server.emit('models.changed', {
          models: session.models(),
          ...(cellId === undefined ? {} : { cellId })
        });
      }
    }
  });
  const server: RpcServer = new RpcServer(channel, makeHandlers(session, adapter));
}
