import fc from 'fast-check';
import { test } from 'vitest';
import { keepsItsPromises } from './property.ts';

test('none of many sequences of faults makes the action break a promise', { timeout: 300_000 }, async () => {
  await fc.assert(keepsItsPromises, { numRuns: 10_000 });
});
