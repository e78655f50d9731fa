// Mutation testing: `npm run mutation`. Takes some 40 minutes on two cores, so it is no part of `npm test`.
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts' },
  // The entry works in a process of its own alone, where test/dist proves it.
  mutate: ['src/**/*.ts', '!src/index.ts'],
  coverageAnalysis: 'perTest',
  // Constants of a module are made once, before any test: each of their mutants would need all tests.
  ignoreStatic: true,
  // Stryker rewrites this file with TypeScript's old API, which TypeScript 7 has no more; nothing needs it rewritten.
  tsconfigFile: 'none',
  timeoutMS: 5_000,
  concurrency: 2,
  reporters: ['clear-text', 'progress-append-only', 'json'],
  jsonReporter: { fileName: 'coverage/mutation.json' },
  tempDirName: 'coverage/stryker',
  thresholds: { high: 95, low: 90, break: 90 },
};
