import { expect, test } from 'vitest';
import { StopError } from '../../../src/cloudflare/errors.ts';
import { type RespondOptions, respondToInvite } from '../../../src/invites/respond.ts';
import { respondToAll } from '../../../src/invites/respond-all.ts';
import { createRedactor } from '../../../src/redact.ts';
import { invite } from '../../run.ts';

const INVITE = invite(1);
const { id: ID } = INVITE;

const broken = (error: unknown): RespondOptions['client'] => {
  const fail = async (): Promise<never> => {
    throw error;
  };
  return { respond: fail, get: fail, decideRetry: fail, isLimited: false };
};
const OPTIONS = {
  desiredStatus: 'accepted',
  dryRun: false,
  filters: {},
  serverNowMs: () => 0,
  redact: createRedactor(['hunter2hunter2']),
} as const;

test('a defect is a failed outcome of unknown state', async () => {
  const outcome = await respondToInvite(
    { id: ID, invite: INVITE },
    { ...OPTIONS, client: broken(new TypeError('hunter2hunter2 is undefined')) },
  );
  expect(outcome).toMatchObject({ kind: 'failed', causedByStop: false, state: 'unknown' });
  expect(outcome.invite.status).toBeUndefined();
  expect(outcome).toMatchObject({
    cause: { kind: 'defect', description: expect.stringContaining('TypeError: *** is undefined') },
  });
});

test('a defect that throws a text is a failed outcome', async () => {
  const outcome = await respondToInvite({ id: ID }, { ...OPTIONS, dryRun: true, client: broken('text') });
  expect(outcome).toMatchObject({ kind: 'failed', cause: { kind: 'defect', description: 'text' } });
});

test('an invite is not attempted after the step was stopped', async () => {
  const stop = new StopError({ kind: 'deadline', timeoutSeconds: 600 });
  const outcome = await respondToInvite({ id: ID }, { ...OPTIONS, client: broken(stop) });
  expect(outcome).toMatchObject({ kind: 'not_attempted', causedByStop: true });
});

test('an outcome that cannot be logged is not lost', async () => {
  const stop = new StopError({ kind: 'deadline', timeoutSeconds: 600 });
  const outcomes = await respondToAll([{ id: ID }, { id: 'b' }], { ...OPTIONS, client: broken(stop) }, () => {
    throw new Error('a reporter that fails');
  });
  expect(outcomes.map(({ id }) => id)).toEqual([ID, 'b']);
});
