// Waiting for a state, in tests and in their hooks (vitest's own `expect.poll` works in tests only).

import { expect, vi, type Assertion } from 'vitest';

export interface Patience {
  readonly timeout?: number;
  readonly interval?: number;
}

type Waiting<T> = {
  [M in keyof Assertion<T>]: Assertion<T>[M] extends (...args: infer A) => unknown
    ? (...args: A) => Promise<void>
    : never;
};

/** `await poll(() => count()).toBe(3)`: reads again until the assertion holds, or fails with its message. */
export function poll<T>(
  read: () => T | Promise<T>,
  { timeout = 60_000, interval = 50 }: Patience = {}
): Waiting<T> {
  return new Proxy({} as Waiting<T>, {
    get:
      (_, matcher: string) =>
      (...args: unknown[]) =>
        vi.waitFor(
          async () => {
            const assertion = expect(await read()) as unknown as Record<string, (...args: unknown[]) => void>;
            assertion[matcher]?.(...args);
          },
          { timeout, interval }
        )
  });
}
