import { expect, test } from 'vitest';
import { CloudflareSandbox } from '../../../sandbox/cloudflare.ts';
import { DEMO_IDS, demoAccount } from '../../../sandbox/demo-account.ts';
import { VirtualClock } from '../../../sandbox/virtual-clock.ts';

test('the demo account has invites of every kind, with the ids and dates of Cloudflare', () => {
  const clock = new VirtualClock();
  const account = demoAccount(clock.nowMs());
  const sandbox = new CloudflareSandbox({ clock, ...account });
  expect(new Set(account.invites.map(({ id }) => id))).toEqual(new Set(Object.values(DEMO_IDS)));
  for (const invite of account.invites) {
    expect(invite.id).toMatch(/^[0-9a-f]{32}$/);
    expect(invite.expires_on).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  }
  expect(sandbox.invites().filter(({ status }) => status === 'pending')).toHaveLength(5);
  expect(sandbox.invite(DEMO_IDS.expired)?.status).toBe('expired');
  expect(sandbox.invite(DEMO_IDS.accepted)?.status).toBe('accepted');
  const leftMs = Date.parse(sandbox.invite(DEMO_IDS.expiresSoon)?.expires_on ?? '') - clock.nowMs();
  expect(leftMs).toBe(5 * 3_600_000);
});
