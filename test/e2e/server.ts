// One JupyterLab server for a scenario file: on a free port, with settings, workspaces and notebooks of its own
// below `.cache/e2e` (below the checkout, so that notebooks resolve `fxquant`).

import { once } from 'node:events';
import { createWriteStream, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePortFrom } from '../../scripts/lib/checks.mjs';
import { startJupyterLab } from '../../scripts/lib/jupyter.mjs';
import { artifacts, at, cache } from '../../scripts/lib/paths.mjs';

export interface Server {
  /** Folder the file browser shows. */
  rootDir: string;
  /** Address of a path of the server, token included. */
  url(path: string): string;
  stop(): Promise<void>;
}

/** Settings a test needs: nothing that covers the notebook or makes the pictures differ from run to run. */
const settings = {
  '@jupyterlab/apputils-extension/notification.jupyterlab-settings': { doNotDisturbMode: true },
  // Every edit reaches the file only when the test saves.
  '@jupyterlab/docmanager-extension/plugin.jupyterlab-settings': { autosave: false }
};

export async function startServer(name: string): Promise<Server> {
  const folder = join(cache, 'e2e', name);
  rmSync(folder, { recursive: true, force: true });
  const rootDir = join(folder, 'work');
  cpSync(at('notebooks'), join(rootDir, 'notebooks'), { recursive: true });
  for (const [file, value] of Object.entries(settings)) {
    const path = join(folder, 'home', 'settings', file);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, JSON.stringify(value));
  }
  mkdirSync(join(artifacts, 'e2e'), { recursive: true });
  const log = createWriteStream(join(artifacts, 'e2e', `${name}.server.log`));
  await once(log, 'open');

  // Several checkouts may test on one machine: start looking at a port that differs between runs.
  const port = await freePortFrom(20000 + (process.pid % 20000));
  const token = randomBytes(16).toString('hex');
  const child = startJupyterLab({
    rootDir,
    open: '',
    port,
    token,
    browser: false,
    home: join(folder, 'home'),
    // For what no click can do: sending a message that the panel would never send.
    extra: ['--LabApp.expose_app_in_browser=True'],
    // In this process's group: whoever ends the tests ends the server, and the server ends its kernels.
    spawn: { stdio: ['ignore', log, log], detached: false }
  });
  const closed = once(child, 'close');
  const url = (path: string) =>
    `http://127.0.0.1:${port}/${path}${path.includes('?') ? '&' : '?'}token=${token}`;
  await answered(url('api/status'), closed, log.path.toString());
  return {
    rootDir,
    url,
    async stop() {
      // The server's own shutdown ends the kernels too, which sit in sessions of their own.
      await fetch(url('api/shutdown'), { method: 'POST' }).catch(() => child.kill('SIGTERM'));
      await closed;
      log.close();
    }
  };
}

/** Resolves when the server answers; rejects when it has ended instead. */
async function answered(url: string, closed: Promise<unknown>, log: string): Promise<void> {
  let ended = false;
  void closed.then(() => (ended = true));
  while (!ended) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error(`JupyterLab ended before it answered; see ${log}`);
}
