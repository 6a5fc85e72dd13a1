// Starts the JupyterLab of `.venv`. Used by `npm start` and by the end-to-end tests.
import { join } from 'node:path';
import { cache, venv, venvPython } from './paths.mjs';
import { start } from './run.mjs';

/**
 * @param {object} options
 * @param {string} options.rootDir what the file browser shows
 * @param {string} options.open path below it, opened at the start
 * @param {number} options.port a free port
 * @param {string} [options.token] chosen by the server if absent
 * @param {boolean} options.browser open the system's browser
 * @param {string} [options.home] folder for all settings, workspaces and runtime files; the user's own if absent
 * @param {string[]} [options.extra] further command-line arguments
 * @param {object} [options.spawn] options of the child process
 */
export function startJupyterLab({ rootDir, open, port, token, browser, home, extra = [], spawn = {} }) {
  const args = [
    ...['-m', 'jupyterlab', `--ServerApp.root_dir=${rootDir}`, `--LabApp.default_url=/lab/tree/${open}`],
    ...[`--ServerApp.port=${port}`, '--ServerApp.port_retries=0'],
    '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate'
  ];
  if (token !== undefined) args.push(`--IdentityProvider.token=${token}`);
  if (!browser) args.push('--no-browser');
  // Containers run as root; Jupyter asks for the flag, and everything listens on this machine only.
  if (process.getuid?.() === 0) args.push('--allow-root');
  return start(venvPython, [...args, ...extra], { ...spawn, env: { ...environment(home), ...spawn.env } });
}

function environment(home) {
  const env = {
    VIRTUAL_ENV: venv,
    // This environment's kernels and extensions win over those of the user's account.
    JUPYTER_PREFER_ENV_PATH: '1',
    JUPYTERLAB_WORKSPACES_DIR: join(cache, 'jupyterlab', 'workspaces')
  };
  if (home === undefined) return env;
  return {
    ...env,
    JUPYTERLAB_WORKSPACES_DIR: join(home, 'workspaces'),
    JUPYTERLAB_SETTINGS_DIR: join(home, 'settings'),
    JUPYTER_CONFIG_DIR: join(home, 'config'),
    JUPYTER_DATA_DIR: join(home, 'data'),
    JUPYTER_RUNTIME_DIR: join(home, 'runtime'),
    IPYTHONDIR: join(home, 'ipython')
  };
}
