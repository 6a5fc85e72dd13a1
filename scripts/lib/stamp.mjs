// Makes a build step run only when what it reads has changed: a hash of the inputs is kept beside the result.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { at, root } from './paths.mjs';
import { seconds, step } from './say.mjs';

/**
 * @param {string} name shown, and the stamp's file name
 * @param {object} task
 * @param {string[]} task.inputs files and folders below the checkout, read by content; missing ones count as empty
 * @param {string} [task.salt] what else the result depends on
 * @param {string[]} task.outputs paths that have to exist for the step to be skipped
 * @param {string} task.doing shown while it runs
 * @param {() => Promise<unknown>} task.run
 * @returns {Promise<boolean>} whether it ran
 */
export async function once(name, { inputs, salt = '', outputs, doing, run }) {
  const stamp = at('.cache', 'stamps', name);
  const hash = hashOf(inputs, salt);
  const fresh = existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
  if (fresh && outputs.every(path => existsSync(path))) {
    step(name, 'up to date');
    return false;
  }
  step(name, doing);
  const begin = Date.now();
  rmSync(stamp, { force: true });
  await run();
  mkdirSync(at('.cache', 'stamps'), { recursive: true });
  writeFileSync(stamp, hash);
  step('', `done in ${seconds(Date.now() - begin)}`);
  return true;
}

function hashOf(inputs, salt) {
  const hash = createHash('sha256').update(salt);
  for (const file of inputs.flatMap(input => filesBelow(at(input)))) {
    hash.update(`\0${relative(root, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** All files at or below a path, in a stable order. */
export function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap(name => filesBelow(join(path, name)));
}
