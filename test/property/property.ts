import fc from 'fast-check';
import { type RunOptions, run, START_MS } from '../run.ts';
import { Tally } from './counts.ts';
import { checkInvariants, type InvariantName } from './invariants.ts';
import { observe } from './observed.ts';
import { policyInputs, type RandomStep, randomSteps } from './random-step.ts';

/** The inputs of the step that a case describes. */
export function stepInputs(step: RandomStep): Record<string, string> {
  return {
    status: step.status,
    ...(step.inviteIds.length > 0 && { 'invite-id': step.inviteIds.join('\n') }),
    ...policyInputs(step.policy),
    'dry-run': String(step.dryRun),
    retries: String(step.retries),
    'wait-seconds': String(step.waitSeconds),
    'timeout-seconds': String(step.timeoutSeconds),
  };
}

/** The options of a run of the step in this process. */
export function runOptions(step: RandomStep): RunOptions {
  return {
    inputs: stepInputs(step),
    world: { ...step.world, invites: step.invites },
    seed: step.seed,
    clockOffsetMs: step.clockOffsetMs,
    ...(step.cancelAt !== undefined && { cancelAt: step.cancelAt }),
  };
}

/** The property that every invariant holds; `only` names those to check instead of all. */
function keepsInvariants(tally: Tally, only?: readonly InvariantName[]) {
  return fc.asyncProperty(randomSteps, async (step) => {
    const result = await run(runOptions(step));
    tally.add(checkInvariants(step, observe(result, result.sandbox, START_MS), only));
  });
}

/**
 * Runs random steps and prints what they did.
 * @throws an Error with the seed and the smallest step that breaks an invariant, or if something happened too rarely
 */
export async function checkRandomSteps(
  options: fc.Parameters<[RandomStep]>,
  only?: readonly InvariantName[],
): Promise<void> {
  const tally = new Tally();
  await fc.assert(keepsInvariants(tally, only), options);
  console.log(String(tally));
  if (tally.tooRare.length > 0)
    throw new Error(`Too little happened in the random steps:\n${tally.tooRare.join('\n')}`);
}
