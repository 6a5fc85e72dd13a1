import { defineConfig } from 'vitest/config';

// Suites that need an installed JupyterLab, run by `npm test` one after the other: `test/e2e` in a real browser,
// `test/notebooks` in a real kernel, `test/package` on what would be published. One worker: they share the machine.
export default defineConfig({
  test: {
    include: ['test/{e2e,notebooks,package}/**/*.e2e.ts'],
    environment: 'node',
    fileParallelism: false,
    maxWorkers: 1,
    testTimeout: 180_000,
    hookTimeout: 180_000
  }
});
