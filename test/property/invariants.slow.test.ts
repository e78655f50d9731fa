import { test } from 'vitest';
import { checkRandomSteps } from './property.ts';

test('a step keeps every invariant in 20,000 random worlds', { timeout: 600_000 }, () =>
  checkRandomSteps({ numRuns: 20_000 }),
);
