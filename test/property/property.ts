import fc from 'fast-check';
import { run } from '../run.ts';
import { Tally } from './counts.ts';
import { checkInvariants, type InvariantName } from './invariants.ts';
import { type Case, cases, policyInputs } from './random-step.ts';

/** The inputs of the step that a case describes. */
export function stepInputs(given: Case): Record<string, string> {
  return {
    status: given.status,
    ...(given.inviteIds.length > 0 && { 'invite-id': given.inviteIds.join('\n') }),
    ...policyInputs(given.policy),
    'dry-run': String(given.dryRun),
    retries: String(given.retries),
    'wait-seconds': String(given.waitSeconds),
    'timeout-seconds': String(given.timeoutSeconds),
  };
}

/** Every invariant holds in every world; `only` names the ones to check instead of all. */
export function keepsInvariants(tally: Tally, only?: readonly InvariantName[]) {
  return fc.asyncProperty(cases, async (given) => {
    const result = await run({
      inputs: stepInputs(given),
      world: { ...given.world, invites: given.invites },
      seed: given.seed,
      clockOffsetMs: given.clockOffsetMs,
      ...(given.cancelAt !== undefined && { cancelAt: given.cancelAt }),
    });
    const { sandbox, elapsedMs, annotations, log, debug, summary, outputs, exitCode } = result;
    const end = sandbox.invitations.now();
    // What an attempt does after the end of the step proves words wrong as well.
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
    tally.add(checkInvariants(given, observed, only));
  });
}

/**
 * Runs random steps and prints what they did.
 * @throws an Error with the seed and the smallest step that breaks an invariant, or if something happened too rarely
 */
export async function checkRandomSteps(options: fc.Parameters<[Case]>, only?: readonly InvariantName[]): Promise<void> {
  const tally = new Tally();
  await fc.assert(keepsInvariants(tally, only), options);
  console.log(String(tally));
  if (tally.tooRare.length > 0) throw new Error(`The worlds are too tame:\n${tally.tooRare.join('\n')}`);
}
