import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLayoutRunner } from '../../../../src/lab/graph/layout/runner';
import { runLayout, type LayoutRequest, type LayoutResult } from '../../../../src/lab/graph/layout';
import { request } from './helpers';

/** A worker whose answers the test gives. */
class FakeWorker {
  static made: FakeWorker[] = [];
  onmessage: ((event: { data: LayoutResult }) => void) | null = null;
  onerror: (() => void) | null = null;
  isTerminated = false;
  posted: LayoutRequest[] = [];
  constructor() {
    FakeWorker.made.push(this);
  }
  postMessage(data: LayoutRequest): void {
    this.posted.push(data);
  }
  terminate(): void {
    this.isTerminated = true;
  }
}

const large = request(Array.from({ length: 1600 }, (_, i) => `n${i}`).join(';'));
const small = request('x; a<x');

describe('layout runner', () => {
  beforeEach(() => {
    FakeWorker.made = [];
    vi.stubGlobal('Worker', FakeWorker);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
  const runner = () => createLayoutRunner(() => new Worker('unused'));
  const made = (): FakeWorker => FakeWorker.made.at(-1)!;

  test('a small graph is laid out at once, without a worker', () => {
    const done = vi.fn();
    runner().run(small, done, vi.fn());
    expect(done).toHaveBeenCalledOnce();
    expect(FakeWorker.made).toHaveLength(0);
  });

  test('a large one goes to a worker, which ends with its answer', () => {
    const done = vi.fn();
    runner().run(large, done, vi.fn());
    expect(done).not.toHaveBeenCalled();
    const result = runLayout(small);
    made().onmessage?.({ data: result });
    expect(done).toHaveBeenCalledWith(result);
    expect(made().isTerminated).toBe(true);
  });

  test('a newer request ends the older one', () => {
    const [first, second] = [vi.fn(), vi.fn()];
    const each = runner();
    each.run(large, first, vi.fn());
    const old = made();
    each.run(small, second, vi.fn());
    expect(old.isTerminated).toBe(true);
    expect(second).toHaveBeenCalledOnce();
    expect(first).not.toHaveBeenCalled();
  });

  test('a worker that cannot be loaded is replaced by this thread, for good', () => {
    const done = vi.fn();
    const each = runner();
    each.run(large, done, vi.fn());
    made().onerror?.();
    expect(done).toHaveBeenCalledOnce();
    each.run(large, done, vi.fn());
    expect(FakeWorker.made).toHaveLength(1);
    expect(done).toHaveBeenCalledTimes(2);
  });

  test('one that takes too long is ended, and the reason told', () => {
    vi.useFakeTimers();
    const failed = vi.fn();
    runner().run(large, vi.fn(), failed);
    vi.advanceTimersByTime(60_000);
    expect(made().isTerminated).toBe(true);
    expect(String(failed.mock.calls[0]?.[0])).toContain('1600 nodes');
  });

  test('without workers everything happens here', () => {
    vi.stubGlobal('Worker', undefined);
    const done = vi.fn();
    createLayoutRunner().run(large, done, vi.fn());
    expect(done).toHaveBeenCalledOnce();
  });
});
