// Installs, builds, and opens JupyterLab on the quickstart. Ends when JupyterLab does, or with Ctrl-C.
import { freePortFrom, isPortFree } from '../lib/checks.mjs';
import { parse } from '../lib/args.mjs';
import { startJupyterLab } from '../lib/jupyter.mjs';
import { quickstart, root } from '../lib/paths.mjs';
import { Failure, bold, say } from '../lib/say.mjs';
import { setup } from '../lib/setup.mjs';

const usage = 'npm start -- [--no-browser] [--port N]';

export async function main(args) {
  const { options } = parse(args, { 'no-browser': 'flag', port: 'value' }, usage);
  const port = await choosePort(options.port);
  say(bold('Preparing fxquant'));
  await setup();
  say(`\n${bold('Starting JupyterLab')} on port ${port}, notebook ${quickstart}. Stop it with Ctrl-C.\n`);
  const server = startJupyterLab({ rootDir: root, open: quickstart, port, browser: !options['no-browser'] });
  return new Promise(resolve => server.once('close', code => resolve(code ?? 0)));
}

/** Checked before anything is installed: a taken port should not be news after five minutes. */
async function choosePort(wanted) {
  if (wanted === undefined) {
    const port = await freePortFrom(8888);
    if (port !== 8888) say(`Port 8888 is taken; using ${port}.`);
    return port;
  }
  const port = Number(wanted);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Failure(`\`${wanted}\` is not a port number.`, `Usage:  ${usage}`);
  }
  if (!(await isPortFree(port))) {
    throw new Failure(
      `Port ${port} is taken by another program, perhaps a JupyterLab that still runs.`,
      'Stop that program, choose another port, or leave --port out and a free one is found.'
    );
  }
  return port;
}
