import { expect, test } from 'vitest';
import { StopError } from '../../../src/cloudflare/errors.ts';
import { isFailed, problemLine } from '../../../src/invites/outcome.ts';
import { type RespondOptions, respondToInvite } from '../../../src/invites/respond.ts';
import { invite } from '../../run.ts';

const INVITE = invite(1);
const { id: ID } = INVITE;

const broken = (error: unknown): RespondOptions['client'] => {
  const fail = async (): Promise<never> => {
    throw error;
  };
  return { answer: fail, readBack: fail, readPatiently: fail, backOff: fail };
};
const task = { wanted: 'accepted', dryRun: false, scheme: 'api-token' } as const;

test('a defect is an outcome of unknown state that asks for a report', async () => {
  const outcome = await respondToInvite(
    { id: ID, invite: INVITE },
    { ...task, client: broken(new TypeError('x is undefined')) },
  );
  expect(outcome).toMatchObject({ kind: 'failed', causedByStop: false });
  expect(outcome.invite.status).toBeUndefined();
  const text = isFailed(outcome) ? problemLine(outcome.problem) : '';
  expect(text).toContain('State unknown: this action has a defect.');
  expect(text).toContain('TypeError: x is undefined');
  expect(isFailed(outcome) && outcome.problem.hint).toContain('report it');
});

test('a defect that is no error is an outcome as well', async () => {
  const outcome = await respondToInvite({ id: ID }, { ...task, dryRun: true, client: broken('text') });
  expect(isFailed(outcome) && outcome.problem.message).toContain('text');
});

test('the end of the step is no defect', async () => {
  const stop = new StopError('deadline', 'The time is up.');
  const outcome = await respondToInvite({ id: ID }, { ...task, client: broken(stop) });
  expect(outcome).toMatchObject({ kind: 'not_attempted', causedByStop: true });
});
