import fc from 'fast-check';
import { run } from '../run.ts';
import { checkInvariants } from './invariants.ts';
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

/** Every promise of the action holds in every world. */
export const keepsItsPromises = fc.asyncProperty(cases, async (given) => {
  const result = await run({
    inputs: stepInputs(given),
    world: { ...given.world, invites: given.invites },
    seed: given.seed,
    ...(given.cancelAt !== undefined && { cancelAt: given.cancelAt }),
  });
  const { sandbox, clock, elapsedMs, annotations, log, debug, summary, outputs, exitCode } = result;
  checkInvariants(given, {
    exitCode,
    outputs,
    errors: annotations.filter(({ level }) => level === 'error'),
    shown: JSON.stringify([annotations, log, debug, summary, outputs]),
    requests: sandbox.requests,
    maxConcurrent: sandbox.maxConcurrent,
    invite: (id) => sandbox.invite(id),
    startMs: clock.nowMs() - elapsedMs,
    endMs: clock.nowMs(),
  });
});
