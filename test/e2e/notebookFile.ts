// Notebooks written by the tests themselves: plain nbformat 4.5, one code cell per string.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface NotebookFile {
  cells: { id: string; cell_type: string; source: string | string[]; metadata: object }[];
  metadata: { [key: string]: unknown };
  nbformat: number;
  nbformat_minor: number;
}

export function writeNotebook(path: string, cells: string[], kernel = 'tslab'): void {
  const notebook: NotebookFile = {
    cells: cells.map((source, i) => ({
      id: `cell-${i}`,
      cell_type: 'code',
      source,
      metadata: {},
      execution_count: null,
      outputs: []
    })),
    metadata: {
      kernelspec: {
        name: kernel,
        display_name: kernel === 'tslab' ? 'TypeScript' : 'Python 3 (ipykernel)',
        language: kernel === 'tslab' ? 'typescript' : 'python'
      }
    },
    nbformat: 4,
    nbformat_minor: 5
  };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(notebook, null, 1));
}

export const readNotebook = (path: string): NotebookFile =>
  JSON.parse(readFileSync(path, 'utf8')) as NotebookFile;
