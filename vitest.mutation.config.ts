import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // For machines that are busy with something else: no test waits by itself.
    testTimeout: 30_000,
    // A worker for each file would take most of the time: a mutant meets the tests of many files.
    isolate: false,
    exclude: [
      // These run dist or a part of the sandbox, which no mutant of src reaches.
      'test/dist/**',
      'test/property/dist.test.ts',

      'test/unit/sandbox/**',
      'test/unit/tools/**',

      // These read src as text, which is not what they expect once it holds mutants.
      'test/unit/{architecture,readme}.test.ts',
      // Thousands of runs in one test, which would judge every mutant again.
      'test/property/invariants.test.ts',
      'test/property/rate-limit-throughput.test.ts',
      'test/injection/**',
    ],
  },
});
