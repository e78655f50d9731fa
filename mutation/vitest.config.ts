import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,cases,property}/**/*.test.ts'],
    setupFiles: ['mutation/setup.ts'],
    // A worker per file would take most of the time: a mutant is tested by many files.
    isolate: false,
    testTimeout: 30_000,
    exclude: [
      // Thousands of runs in one test would run for every mutant.
      'test/**/*.slow.test.ts',
      'test/property/invariants.test.ts',
      // No mutant of src reaches these.
      'test/unit/{sandbox,tools}/**',
      'test/unit/readme.test.ts',
    ],
  },
});
