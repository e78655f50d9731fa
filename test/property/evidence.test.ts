import { expect, test } from 'vitest';
import { BASE_PATH, envelopeFailure, error500, type Fault, text504 } from '../../sandbox/cloudflare.ts';
import { CREDENTIALS, createVirtualWorld, invite, inviteId } from '../run.ts';
import { exchangesOf, knownOf } from './evidence.ts';

const ID = inviteId(0xabc);
const on = (method: string, fault: Fault): Fault => ({ ...fault, on: { method } });

test('knownOf drops the last read after a PATCH that may have had an effect or was refused', async () => {
  const { sandbox, clock } = createVirtualWorld({
    invites: [invite(0xabc)],
    idCase: 'upper',
    faults: [
      on('PATCH', { ...text504(), applied: true, appliedAfterMs: 60_000 }),
      on('PATCH', { ...envelopeFailure(400, { code: 1001, message: 'Invalid request' }) }),
      { ...on('GET', error500()), skip: 1 },
    ],
  });
  const known = async (method: string) => {
    const headers = { authorization: `Bearer ${CREDENTIALS.token}` };
    const path = `${BASE_PATH}/user/invites/${ID}`;
    await sandbox.handle({ method, path, headers, body: '{"status":"accepted"}' });
    const { read, mayTakeEffect } = knownOf(exchangesOf(sandbox.requests, ID, 'accepted'));
    return [read?.shown?.status, mayTakeEffect];
  };
  expect(await known('PATCH')).toEqual([undefined, true]);
  expect(await known('GET')).toEqual(['pending', true]);
  expect(await known('PATCH')).toEqual([undefined, true]);
  expect(await known('GET')).toEqual([undefined, true]);
  await clock.run(clock.sleep(60_000));
  expect(await known('GET')).toEqual(['accepted', false]);
});
