import fc from 'fast-check';
import { run } from '../run.ts';
import { Tally } from './counts.ts';
import { checkInvariants, type InvariantName } from './invariants.ts';
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

/** The property that every invariant holds; `only` names those to check instead of all. */
function keepsInvariants(tally: Tally, only?: readonly InvariantName[]) {
  return fc.asyncProperty(randomSteps, async (step) => {
    const result = await run({
      inputs: stepInputs(step),
      world: { ...step.world, invites: step.invites },
      seed: step.seed,
      clockOffsetMs: step.clockOffsetMs,
      ...(step.cancelAt !== undefined && { cancelAt: step.cancelAt }),
    });
    const { sandbox, elapsedMs, annotations, log, debug, summary, outputs, exitCode } = result;
    const end = sandbox.invitations.now();
    // A change after the end of the step can also contradict what the step said.
    sandbox.invitations.settle();
    const observed = {
      exitCode,
      outputs,
      errors: annotations.filter(({ level }) => level === 'error'),
      summary,
      shown: JSON.stringify([annotations, log, debug, summary, outputs]),
      requests: sandbox.requests,
      maxConcurrent: sandbox.maxConcurrent,
      invitations: sandbox.invitations,
      startMs: end.atMs - elapsedMs,
      end,
    };
    tally.add(checkInvariants(step, observed, only));
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
