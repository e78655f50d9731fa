import { test } from 'vitest';
import { checkRandomSteps } from './property.ts';

test('a step keeps every invariant in many random worlds that live', { timeout: 600_000 }, () =>
  checkRandomSteps({ numRuns: 20_000 }),
);
