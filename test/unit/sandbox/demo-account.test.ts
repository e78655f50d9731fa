import { expect, test } from 'vitest';
import { CloudflareSandbox } from '../../../sandbox/cloudflare.ts';
import { DEMO_IDS, demoAccount } from '../../../sandbox/demo-account.ts';
import { VirtualClock } from '../../../sandbox/virtual-clock.ts';

const clock = new VirtualClock();
const world = demoAccount(clock.nowMs());
const sandbox = new CloudflareSandbox({ clock, ...world });

test('holds invites of every kind, with ids and dates as Cloudflare has them', () => {
  expect(new Set(Object.values(DEMO_IDS))).toEqual(new Set(world.invites.map((invite) => invite.id)));
  for (const invite of world.invites) {
    expect(invite.id).toMatch(/^[0-9a-f]{32}$/);
    expect(invite.expires_on).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  }
  const statuses = sandbox.invites().map((invite) => invite.status);
  expect(statuses.filter((status) => status === 'pending')).toHaveLength(5);
  expect(sandbox.invite(DEMO_IDS.expired)?.status).toBe('expired');
  expect(sandbox.invite(DEMO_IDS.accepted)?.status).toBe('accepted');
  const leftMs = Date.parse(sandbox.invite(DEMO_IDS.expiresSoon)?.expires_on ?? '') - clock.nowMs();
  expect(leftMs).toBe(5 * 3_600_000);
});
