// Runs beside the user's code: finds models, answers the panel. A no-op outside a kernel.

import type { KernelAdapter } from './adapter';
import { makeHandlers } from './handlers';
import { RpcServer } from './rpc';
import { Session, type PanelModels } from './session';
import { tslabAdapter } from './tslab/adapter';

const STARTED: unique symbol = Symbol.for('fxquant.kernelSupport') as never;

interface Holder {
  [STARTED]?: Session;
}

/** Starts once per process, even if the library is loaded twice. Never throws. */
export function startKernelSupport(): void {
  const holder = globalThis as Holder;
  if (holder[STARTED]) {
    return;
  }
  try {
    const adapter = tslabAdapter();
    if (adapter) {
      holder[STARTED] = serve(adapter);
    }
  } catch {
    // Without the panel the library works as before.
  }
}

/**
 * The models the panel holds for a variable, to go on with in a cell what was begun with clicks.
 * @param variable name of the float model's variable.
 * @throws Error outside a notebook, for an unknown variable, and before the panel has prepared the model.
 */
export function panelModel(variable: string): PanelModels {
  const session = (globalThis as Holder)[STARTED];
  if (!session) {
    throw new Error('panelModel: there is no panel here; it works in a notebook with the tslab kernel.');
  }
  return session.panelModels(variable);
}

/** Connects a session to an adapter. */
export function serve(adapter: KernelAdapter): Session {
  const session = new Session(adapter);
  const channel = adapter.start({
    onMessage: data => server.receive(data),
    onExecute: (code, cellId) => session.cells.add(code, cellId),
    onExecuted: cellId => {
      const changed = session.refresh(cellId);
      const followed = session.follow();
      if (changed) {
        server.emit('models.changed', {
          models: session.models(),
          ...(cellId === undefined ? {} : { cellId })
        });
      }
      server.emit('variables.changed', {});
      followed.forEach(model => server.emit('stage.changed', { model, stages: session.stages(model) }));
    }
  });
  const server: RpcServer = new RpcServer(channel, makeHandlers(session, adapter));
  return session;
}
