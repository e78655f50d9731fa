import { test } from 'vitest';
import { checkRandomSteps } from './property.ts';

// A failure prints the seed and the smallest step that fails.
test('a step keeps every invariant in 500 random worlds', { timeout: 120_000 }, () =>
  checkRandomSteps({ numRuns: 500 }),
);
