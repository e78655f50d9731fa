import fc from 'fast-check';
import { test } from 'vitest';
import { keepsItsPromises } from './property.ts';

// `npm run test:faults` runs many more. A failure prints the seed and the shrunk case.
test('no sequence of faults makes the action break a promise', { timeout: 120_000 }, async () => {
  await fc.assert(keepsItsPromises, { numRuns: 3_000 });
});
