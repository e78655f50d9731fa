import { expect, test } from 'vitest';
import { VirtualClock } from '../../../sandbox/virtual-clock.ts';
import { StopError } from '../../../src/cloudflare/errors.ts';
import { type SearchFailure, type SearchOptions, searchInvites } from '../../../src/invites/search.ts';

/** A search in an empty list whose request with this number throws; its result, and the failures it goes on without. */
async function searchWith(thrown: Error, request: number) {
  const clock = new VirtualClock();
  const optional: SearchFailure[] = [];
  let requests = 0;
  const client: SearchOptions['client'] = {
    listPage: async () => {
      requests += 1;
      if (requests === request) throw thrown;
      return { ok: true, value: { entries: [] } };
    },
    get: () => Promise.reject(new Error('There is nothing to read')),
  };
  const result = await searchInvites({
    ...{ client, clock, limiter: { wait: (ms) => clock.sleep(ms) }, serverClock: clock },
    ...{ kind: 'invite', filters: {}, desiredStatus: 'accepted', waitSeconds: 0 },
    onWait: () => undefined,
    onOptionalFailure: (failure) => optional.push(failure),
  });
  return { result, optional };
}

const STOP = new StopError({ kind: 'deadline', timeoutSeconds: 600 });

test.each([1, 2])('a defect in request %i of a search is thrown', async (request) => {
  await expect(searchWith(new RangeError('defect'), request)).rejects.toThrow('defect');
});

test('a search that a stop of the step interrupts has failed', async () => {
  expect(await searchWith(STOP, 1)).toMatchObject({ result: { ok: false, failure: { kind: 'stop', stop: STOP } } });
});

test('a search succeeds when a stop interrupts its request for the memberships', async () => {
  const { result, optional } = await searchWith(STOP, 2);
  expect(result).toMatchObject({ ok: true, value: { selected: [], otherList: [] } });
  expect(optional).toEqual([{ kind: 'stop', stop: STOP }]);
});
