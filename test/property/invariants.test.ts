import fc from 'fast-check';
import { test } from 'vitest';
import { keepsItsPromises } from './property.ts';

// The slow tests run many more, `npm run test:property` any number. A failure prints the seed and the shrunk case.
test('no sequence of faults makes the action break a promise', { timeout: 120_000 }, async () => {
  await fc.assert(keepsItsPromises, { numRuns: 500 });
});
