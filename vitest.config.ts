import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // For machines that are busy with something else: no test waits by itself.
    testTimeout: 30_000,
    coverage: {
      include: ['src/**'],
      thresholds: { lines: 95, branches: 95 },
    },
  },
});
