import type { ChildProcess, SpawnOptions } from 'node:child_process';

export interface JupyterLabOptions {
  rootDir: string;
  open: string;
  port: number;
  token?: string;
  browser: boolean;
  home?: string;
  extra?: string[];
  spawn?: SpawnOptions;
}
export function startJupyterLab(options: JupyterLabOptions): ChildProcess;
