// Child processes: each in a process group of its own, so that whatever a child starts (a server, its kernels,
// a browser) ends with it, also on failure and on Ctrl-C.
import { spawn } from 'node:child_process';
import { Failure } from './say.mjs';
import { root } from './paths.mjs';

const windows = process.platform === 'win32';
const running = new Set();

/** Starts a program without waiting for it. */
export function start(command, args, options = {}) {
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: !windows,
    shell: windows && command === 'npm',
    ...options,
    env: { ...process.env, ...options.env }
  });
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
}

/**
 * Runs a program to its end. With `capture` its output is returned and shown only on failure.
 * @returns {Promise<{code: number, output: string}>}
 */
export function run(command, args, { capture = false, onData, ...options } = {}) {
  const piped = capture || onData !== undefined;
  const child = start(command, args, piped ? { stdio: ['ignore', 'pipe', 'pipe'], ...options } : options);
  let output = '';
  for (const stream of piped ? [child.stdout, child.stderr] : []) {
    stream.setEncoding('utf8');
    stream.on('data', text => {
      output += text;
      onData?.(text);
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', error => {
      running.delete(child);
      reject(new Failure(`\`${command}\` could not be started: ${error.message}`));
    });
    child.once('close', (code, signal) => resolve({ code: code ?? (signal ? 1 : 0), output }));
  });
}

/** Runs a program that has to succeed; `problem` says what failed where it does not. */
export async function must(problem, command, args, options = {}) {
  const { code, output } = await run(command, args, { capture: true, ...options });
  if (code !== 0) {
    throw new Failure(
      `${problem} (\`${[command, ...args].join(' ')}\` ended with code ${code})`,
      tail(output, 30)
    );
  }
  return output;
}

const tail = (text, lines) => text.trimEnd().split('\n').slice(-lines).join('\n');

/** Ends one program and everything it started. */
export function stop(child) {
  if (!running.has(child)) return Promise.resolve();
  const ended = new Promise(resolve => child.once('close', resolve));
  signalGroup(child, 'SIGTERM');
  const hard = setTimeout(() => signalGroup(child, 'SIGKILL'), 5000);
  return ended.then(() => clearTimeout(hard));
}

export async function stopAll() {
  await Promise.all([...running].map(stop));
}

function signalGroup(child, signal) {
  try {
    if (windows) spawn('taskkill', ['/pid', String(child.pid), '/T', '/F']);
    else process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // gone by itself
  }
}

// A last resort for an exit nobody planned: signals sent synchronously, nothing awaited.
process.once('exit', () => {
  for (const child of running) signalGroup(child, 'SIGKILL');
});
