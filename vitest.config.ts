import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    coverage: {
      include: ['src/**'],
      // The entry runs in dist alone, as a child process.
      exclude: ['src/index.ts'],
      thresholds: { lines: 95, branches: 95 },
    },
  },
});
