// Mutation testing: `npm run mutation`, about two hours on two cores. `npm run mutation -- --mutate src/ascii.ts` takes
// the mutants of one file. Stryker runs in the folder above, to which these paths belong.
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'mutation/vitest.config.ts' },
  // The entry runs in a process of its own only, where test/dist proves it.
  mutate: ['src/**/*.ts', '!src/index.ts'],
  coverageAnalysis: 'perTest',
  // Constants of a module are made once, before any test: each of their mutants would need all tests.
  ignoreStatic: true,
  // Stryker would rewrite tsconfig.json with an API that TypeScript 7 does not have.
  tsconfigFile: 'none',
  timeoutMS: 5_000,
  concurrency: 2,
  // The coverage of each test is kept in memory: some thousand tests, each with thousands of mutants.
  testRunnerNodeArgs: ['--max-old-space-size=8192'],
  clearTextReporter: { logTests: false },
  reporters: ['clear-text', 'progress-append-only', 'json'],
  jsonReporter: { fileName: 'coverage/mutation.json' },
  tempDirName: 'coverage/stryker',
  thresholds: { high: 95, low: 95, break: 95 },
};
