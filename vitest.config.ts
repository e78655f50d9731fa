import { defineConfig } from 'vitest/config';

/** Tests of many processes or of many thousand runs. */
const SLOW = 'test/**/*.slow.test.ts';

// A project is a set of tests: `npm test` runs unit and dist, `npm run test:slow` runs slow. See test/README.md.
export default defineConfig({
  test: {
    // All cores. Vitest leaves one of them unused by default.
    maxWorkers: '100%',
    // For busy machines: no test waits for time to pass.
    testTimeout: 30_000,
    coverage: {
      // Only with --coverage, so that a single test can pass by itself.
      include: ['src/**'],
      thresholds: { lines: 95, branches: 95 },
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/{unit,cases,injection,property}/**/*.test.ts'],
          exclude: [SLOW],
          // Modules are loaded once for all files, which takes a quarter off the time.
          pool: 'threads',
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: 'dist', include: ['test/dist/**/*.test.ts'], exclude: [SLOW] },
      },
      {
        extends: true,
        test: { name: 'slow', include: [SLOW] },
      },
      {
        extends: true,
        test: { name: 'openapi', include: ['test/openapi/**/*.check.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'workflows',
          include: ['test/workflows/**/*.check.ts'],
          // What an example did is printed for people to read.
          disableConsoleIntercept: true,
          testTimeout: 120_000,
          maxConcurrency: 4,
          server: {
            // Their published modules import JSON without the attribute that Node asks for.
            deps: { inline: [/@actions\/(?:languageservice|workflow-parser|expressions)/] },
          },
        },
      },
    ],
  },
});
