import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../sandbox/virtual-clock.ts';
import { StopError } from '../../../src/cloudflare/errors.ts';
import type { Outcome } from '../../../src/invites/outcome.ts';
import type { RespondOptions } from '../../../src/invites/respond.ts';
import { respondToAll } from '../../../src/invites/respond-all.ts';

const targets = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `i${index + 1}` }));

/** Answers invites through a client that takes as long as `answerOf` says, and keeps a record. */
async function setUp(count: number, concurrency: number, answerOf: (id: string, sleep: Sleep) => Promise<void>) {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const asked: string[] = [];
  let underWay = 0;
  let mostUnderWay = 0;
  const never = async (): Promise<never> => {
    throw new Error('not expected');
  };
  const client: RespondOptions['client'] = {
    answer: async (id, status) => {
      asked.push(id);
      underWay += 1;
      mostUnderWay = Math.max(mostUnderWay, underWay);
      try {
        await answerOf(id, (ms) => clock.sleep(ms));
      } finally {
        underWay -= 1;
      }
      return { id, status };
    },
    readBack: never,
    readPatiently: never,
    backOff: never,
  };
  const task: RespondOptions = { client, wanted: 'accepted', dryRun: false, scheme: 'api-token' };
  const onOutcome = ({ id }: Outcome, position: number): void => void seen.push(`${position} ${id}`);
  const outcomes = await clock.run(() => respondToAll(targets(count), task, concurrency, onOutcome));
  return { outcomes, seen, asked, mostUnderWay };
}

type Sleep = (ms: number) => Promise<void>;

describe('answering many invites', () => {
  test('keeps to the number that may be under way, and uses it', async () => {
    const { mostUnderWay, outcomes } = await setUp(9, 4, (_id, sleep) => sleep(10));
    expect(mostUnderWay).toBe(4);
    expect(outcomes).toHaveLength(9);
  });

  test('goes on with the next one as soon as one is done, not when all of a batch are', async () => {
    const { seen } = await setUp(4, 2, (id, sleep) => sleep(id === 'i1' ? 100 : 10));
    expect(seen).toEqual(['1 i2', '2 i3', '3 i4', '4 i1']);
  });

  test('asks once for each, in the order of the targets', async () => {
    const { asked } = await setUp(7, 3, (_id, sleep) => sleep(10));
    expect(asked).toEqual(targets(7).map(({ id }) => id));
  });

  test('tells of outcomes as they come and resolves with them in the order of the targets', async () => {
    const { outcomes, seen } = await setUp(3, 3, (id, sleep) => sleep(40 - 10 * Number(id.slice(1))));
    expect(seen).toEqual(['1 i3', '2 i2', '3 i1']);
    expect(outcomes.map(({ id, kind }) => `${id} ${kind}`)).toEqual(['i1 changed', 'i2 changed', 'i3 changed']);
  });

  test('is not ended by a failure or a defect', async () => {
    const { outcomes } = await setUp(5, 2, async (id) => {
      if (id === 'i2') throw new Error('broken');
    });
    expect(outcomes.map(({ kind }) => kind)).toEqual(['changed', 'failed', 'changed', 'changed', 'changed']);
  });

  test('leaves those not attempted that the client refuses to send', async () => {
    let left = 2;
    const { outcomes } = await setUp(5, 1, async () => {
      left -= 1;
      if (left < 0) throw new StopError('deadline', 'The time is up.');
    });
    expect(outcomes.map(({ kind }) => kind)).toEqual([
      'changed',
      'changed',
      'not_attempted',
      'not_attempted',
      'not_attempted',
    ]);
  });

  test('is done at once when there are none', async () => {
    expect(await setUp(0, 4, async () => undefined)).toMatchObject({ outcomes: [], seen: [], asked: [] });
  });
});
