// Many random fault sequences: `npm run test:property -- --runs 100000 --seed 1`.
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { keepsItsPromises } from './property.ts';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '100000' }, seed: { type: 'string' } } });
const seed = values.seed === undefined ? Date.now() : Number(values.seed);
const startMs = performance.now();
const details = await fc.check(keepsItsPromises, { numRuns: Number(values.runs), seed });
if (details.failed) {
  console.error(fc.defaultReportMessage(details));
  process.exitCode = 1;
} else {
  const seconds = Math.round((performance.now() - startMs) / 1_000);
  console.log(`${details.numRuns} fault sequences without a false word in ${seconds} s (seed ${seed}).`);
}
