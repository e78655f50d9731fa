// Many random steps: `npm run test:property -- --runs 100000 --seed 1 --only 'exit 1 has a reason'`.
import { parseArgs } from 'node:util';
import { INVARIANTS, type InvariantName } from './invariants.ts';
import { checkRandomSteps } from './property.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '100000' }, seed: { type: 'string' }, only: { type: 'string' } },
});
function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) fail(`--runs takes a number from 1, not "${values.runs}".`);
if (values.only !== undefined && !Object.hasOwn(INVARIANTS, values.only)) {
  fail(`There is no invariant "${values.only}". The invariants:\n  ${Object.keys(INVARIANTS).join('\n  ')}`);
}
const seed = values.seed === undefined ? Date.now() : Number(values.seed);
const startMs = performance.now();
await checkRandomSteps({ numRuns: runs, seed }, values.only === undefined ? undefined : [values.only as InvariantName]);
const seconds = Math.round((performance.now() - startMs) / 1_000);
console.log(`${runs} random steps kept every invariant in ${seconds} s (seed ${seed}).`);
