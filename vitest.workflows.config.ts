import { defineConfig } from 'vitest/config';

/** Runs every example with act, a real workflow runner, and checks every workflow against GitHub's own grammar. */
export default defineConfig({
  test: {
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
});
