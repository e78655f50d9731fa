import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { error500, type Fault } from '../../../sandbox/cloudflare.ts';
import { sandboxFetch, sandboxWasSent } from '../../../sandbox/fetch.ts';
import { InvitesClient } from '../../../src/cloudflare/client.ts';
import { RequestLimiter } from '../../../src/cloudflare/limiter.ts';
import { ServerClock } from '../../../src/cloudflare/server-clock.ts';
import { CREDENTIALS, createVirtualWorld, invite, inviteId } from '../../run.ts';

const ID = inviteId(1);

function setUp(faults: readonly Fault[], random = (): number => 0) {
  const { sandbox, clock } = createVirtualWorld({ invites: [invite(1), { id: 'a/b?c#d', status: 'pending' }], faults });
  const limiter = new RequestLimiter({
    clock,
    timeoutSeconds: 600,
    cancelled: new AbortController().signal,
    onPause: () => undefined,
  });
  const client = new InvitesClient({
    baseUrl: 'https://api.cloudflare.example/client/v4',
    credentials: { scheme: 'api-token', token: CREDENTIALS.token },
    retries: 5,
    fetch: sandboxFetch(sandbox, clock.unrecorded()),
    wasSent: sandboxWasSent(sandbox),
    clock,
    random,
    limiter,
    serverClock: new ServerClock(clock, () => undefined),
    redact: (text) => text,
    onRetry: () => undefined,
    onDebug: () => undefined,
  });
  return { client, clock, sandbox };
}

test('an id is encoded as one segment of the path', async () => {
  const { client, clock, sandbox } = setUp([]);
  await clock.run(client.get({ id: 'a/b?c#d' }));
  expect(sandbox.requests[0]?.path).toBe('/client/v4/user/invites/a%2Fb%3Fc%23d');
});

test.each<[string, Fault[]]>([
  ['success', []],
  ['failure', [error500()]],
  ['connection that drops', [{ drop: 'before' }]],
])('a %s leaves no timer that keeps the process alive', async (_case, faults) => {
  const { client, clock } = setUp(faults);
  const sleep = vi.spyOn(clock, 'sleep');
  await clock.run(client.respond({ id: ID }, 'accepted'));
  expect(sleep.mock.calls.map(([ms, signal]) => [ms, signal?.aborted])).toEqual([[30_000, true]]);
});

test('jitter shortens the wait after a failure by at most a quarter', async () => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const chances = fc.oneof(fc.constant([0.999_999]), fc.array(chance, { minLength: 1, maxLength: 5 }));
  await fc.assert(
    fc.asyncProperty(chances, async (values) => {
      let drawn = 0;
      const nth = (index: number): number => values[index % values.length] ?? 0;
      const { client, clock, sandbox } = setUp([{ ...error500(), times: 5 }], () => nth(drawn++));
      await clock.run(client.get({ id: ID }));
      const arrivals = sandbox.requests.map(({ atMs }) => atMs);
      const gaps = arrivals.slice(1).map((ms, index) => ms - (arrivals[index] ?? 0));
      expect(gaps).toHaveLength(5);
      for (const [index, gap] of gaps.entries()) {
        expect(gap).toBeCloseTo(500 * 2 ** index * (1 - 0.25 * nth(index)), 2);
      }
    }),
    { numRuns: 10 },
  );
});
