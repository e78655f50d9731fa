// Many random steps: `npm run test:property -- --runs 100000 --seed 1 --only 'exit 1 has a reason'`.
import { parseArgs } from 'node:util';
import { INVARIANTS, type InvariantName } from './invariants.ts';
import { checkRandomSteps } from './property.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '100000' }, seed: { type: 'string' }, only: { type: 'string' } },
});
if (values.only !== undefined && !(values.only in INVARIANTS)) throw new Error(`no invariant "${values.only}"`);
const seed = values.seed === undefined ? Date.now() : Number(values.seed);
const startMs = performance.now();
await checkRandomSteps(
  { numRuns: Number(values.runs), seed },
  values.only === undefined ? undefined : [values.only as InvariantName],
);
const seconds = Math.round((performance.now() - startMs) / 1_000);
console.log(`${values.runs} random steps kept every invariant in ${seconds} s (seed ${seed}).`);
