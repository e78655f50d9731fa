import { test } from 'vitest';
import { checkRandomSteps } from './property.ts';

// The slow tests run many more, `npm run test:property` any number. A failure prints the seed and the shrunk case.
test('a step keeps every invariant in random worlds that live', { timeout: 120_000 }, () =>
  checkRandomSteps({ numRuns: 500 }),
);
