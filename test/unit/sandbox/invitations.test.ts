import { expect, test } from 'vitest';
import { Invitations } from '../../../sandbox/invitations.ts';
import { VirtualClock } from '../../../sandbox/virtual-clock.ts';
import { START_MS } from '../../run.ts';

const at = (ms: number): string => new Date(START_MS + ms).toISOString();

function open(pastExpiry: 'expired' | 'pending' | 'open' = 'expired') {
  const clock = new VirtualClock(START_MS);
  const invitations = new Invitations(clock, pastExpiry);
  invitations.add({ id: 'A1', status: 'pending', roles: ['DNS'], expires_on: at(10_000) });
  const sleep = (ms: number): Promise<void> => clock.run(() => clock.sleep(ms));
  return { invitations, sleep };
}

test('the history names every change of an invite with its time and its cause', async () => {
  const { invitations, sleep } = open();
  invitations.planMove({ afterMs: 30, id: 'a1', change: { roles: ['Billing'] } });
  invitations.respond('a1', 'accepted', { request: 7 }, 20, () => undefined);
  invitations.planMove({ afterMs: 40, id: 'a1', change: 'removed' });
  await sleep(1_000);
  expect(invitations.find('a1')).toBeUndefined();
  expect(invitations.history).toMatchObject([
    { atMs: START_MS, id: 'a1', invite: { status: 'pending' }, cause: 'test' },
    { atMs: START_MS + 20, invite: { status: 'accepted', roles: ['DNS'] }, cause: { request: 7 } },
    { atMs: START_MS + 30, invite: { status: 'accepted', roles: ['Billing'] }, cause: 'second actor' },
    { atMs: START_MS + 40, invite: undefined, cause: 'second actor' },
  ]);
});

test('only the first response to an invite counts, whoever gives it', async () => {
  const { invitations, sleep } = open();
  invitations.respond('a1', 'accepted', { request: 0 }, 50, () => expect.unreachable());
  invitations.planMove({ afterMs: 20, id: 'a1', change: { status: 'rejected' } });
  invitations.planMove({ afterMs: 30, id: 'a1', change: { status: 'canceled' } });
  invitations.planMove({ afterMs: 30, id: 'unknown', change: 'removed' });
  await sleep(1_000);
  expect(invitations.find('a1')?.status).toBe('rejected');
  expect(invitations.history).toHaveLength(2);
});

test('statesBetween gives what was true between two moments, and nothing else', async () => {
  const { invitations, sleep } = open();
  invitations.planMove({ afterMs: 20, id: 'a1', change: { roles: ['Billing'] } });
  const start = invitations.now();
  await sleep(10);
  const before = invitations.now();
  await sleep(20);
  const after = invitations.now();
  await sleep(10_000);
  const expired = invitations.now();
  const between = (...moments: [typeof start, typeof start]) =>
    invitations.statesBetween('A1', ...moments).map((invite) => `${invite?.status} ${invite?.roles}`);
  expect(new Set(between(start, before))).toEqual(new Set(['pending DNS']));
  expect(new Set(between(before, after))).toEqual(new Set(['pending DNS', 'pending Billing']));
  expect(new Set(between(after, expired))).toEqual(new Set(['pending Billing', 'expired Billing']));
  expect(invitations.statesBetween('b2', start, after)).toEqual([undefined]);
});

test.each([
  ['expired', 'expired', 'expired'],
  ['pending', 'pending', 'pending'],
  ['open', 'pending', 'accepted'],
] as const)(
  'with pastExpiry %s an expired invite shows %s, and after a response %s',
  async (pastExpiry, shown, stored) => {
    const { invitations, sleep } = open(pastExpiry);
    await sleep(10_000);
    expect(invitations.find('a1')?.status).toBe(shown);
    invitations.respond('a1', 'accepted', { request: 0 }, 0, () => undefined);
    expect(invitations.find('a1')?.status).toBe(stored);
  },
);

test('settle makes every planned change, with its own time', () => {
  const { invitations } = open();
  invitations.respond('a1', 'rejected', { request: 0 }, 5_000, () => undefined);
  expect(invitations.find('a1')?.status).toBe('pending');
  invitations.settle();
  expect(invitations.history.at(-1)).toMatchObject({ atMs: START_MS + 5_000, invite: { status: 'rejected' } });
});
