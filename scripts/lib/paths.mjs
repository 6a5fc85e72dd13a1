// Where things are. Everything the scripts make lies below the checkout and is ignored by git.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const at = (...parts) => join(root, ...parts);

const windows = process.platform === 'win32';
export const venv = at('.venv');
export const venvPython = windows ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python');
export const cache = at('.cache');
export const artifacts = at('artifacts');
export const quickstart = 'notebooks/00-quickstart-digits.ipynb';
