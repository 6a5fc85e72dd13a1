import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/e2e/**', 'node_modules/**'],
    // Views ask for jsdom with a `@vitest-environment jsdom` line; everything else needs no DOM.
    environment: 'node',
    testTimeout: 60_000,
    maxWorkers: 2
  }
});
