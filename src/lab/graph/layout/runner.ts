// Runs the layout in a worker that a newer request, or time, ends; where there is no worker or it fails, here.

import { runLayout } from './index';
import type { LayoutRequest, LayoutResult } from './types';

/** Small graphs are laid out at once: a worker's answer would come a frame late. */
const SMALL = 1500;
const TIME_LIMIT = 8000;

export interface LayoutRunner {
  /** Calls back at most once, and not at all when a newer request came meanwhile. */
  run(request: LayoutRequest, done: (result: LayoutResult) => void, failed: (reason: Error) => void): void;
  dispose(): void;
}

export type WorkerFactory = () => Worker;

const defaultWorker: WorkerFactory = () =>
  new Worker(new URL('./layout.worker.js', import.meta.url), { type: 'module' });

export function createLayoutRunner(makeWorker: WorkerFactory | null = defaultWorker): LayoutRunner {
  let worker: Worker | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let canUseWorker = makeWorker !== null && typeof Worker !== 'undefined';

  const stop = (): void => {
    worker?.terminate();
    worker = undefined;
    clearTimeout(timer);
  };
  const here = (
    request: LayoutRequest,
    done: (result: LayoutResult) => void,
    failed: (reason: Error) => void
  ) => {
    let result: LayoutResult;
    try {
      result = runLayout(request);
    } catch (error) {
      failed(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    done(result);
  };
  return {
    run(request, done, failed) {
      stop();
      if (!canUseWorker || !makeWorker || request.nodes.length <= SMALL) return here(request, done, failed);
      try {
        worker = makeWorker();
      } catch {
        canUseWorker = false;
        return here(request, done, failed);
      }
      worker.onmessage = (event: MessageEvent<LayoutResult>) => {
        stop();
        done(event.data);
      };
      // A worker that cannot be loaded (a strict content policy) is not tried again.
      worker.onerror = () => {
        stop();
        canUseWorker = false;
        here(request, done, failed);
      };
      timer = setTimeout(() => {
        stop();
        failed(new Error(`layout of ${request.nodes.length} nodes took longer than ${TIME_LIMIT / 1000} s`));
      }, TIME_LIMIT);
      worker.postMessage(request);
    },
    dispose: stop
  };
}
