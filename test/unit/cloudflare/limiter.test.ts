import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../sandbox/virtual-clock.ts';
import { ApiError, StopError } from '../../../src/cloudflare/errors.ts';
import { type Pause, RequestLimiter } from '../../../src/cloudflare/limiter.ts';

function setUp({ timeoutSeconds = 600, isCancelled = false } = {}) {
  const clock = new VirtualClock();
  const startMs = clock.nowMs();
  const job = new AbortController();
  if (isCancelled) job.abort();
  const pauses: Pause[] = [];
  const gate = new RequestLimiter({
    clock,
    timeoutSeconds,
    cancelled: job.signal,
    onPause: (pause) => pauses.push(pause),
  });
  return { clock, gate, job, pauses, startMs, elapsedMs: () => clock.nowMs() - startMs };
}

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.fail('it was let through'),
    (reason: unknown) => reason,
  );

const TOO_MANY = {
  method: 'GET',
  path: '/',
  reason: 'HTTP 429',
  effect: 'none',
  retryable: true,
  status: 429,
} as const;
const tooMany = new ApiError(TOO_MANY);

describe('an open gate', () => {
  test('lets a request through at once', async () => {
    const { clock, gate, elapsedMs, pauses } = setUp();
    await clock.run(gate.enter());
    expect(elapsedMs()).toBe(0);
    expect(gate.isPaused).toBe(false);
    expect(gate.stopped).toBeUndefined();
    expect(pauses).toEqual([]);
  });

  test('counts the budget from its making', async () => {
    const { clock, gate, startMs } = setUp({ timeoutSeconds: 10 });
    expect(gate.deadlineMs).toBe(startMs + 10_000);
    await clock.run(clock.sleep(4_000));
    expect(gate.remainingMs).toBe(6_000);
  });

  test('takes a wait for fitting only if there is time left after it', async () => {
    const { clock, gate } = setUp({ timeoutSeconds: 10 });
    await clock.run(clock.sleep(4_000));
    expect(gate.fits(5_999)).toBe(true);
    expect(gate.fits(6_000)).toBe(false);
    expect(gate.fits(Number.POSITIVE_INFINITY)).toBe(false);
  });
});

describe('a pause', () => {
  test('holds back every request until it is over, and is announced once', async () => {
    const { clock, gate, pauses, elapsedMs, startMs } = setUp();
    gate.pause(5_000, 'too many');
    expect(gate.isPaused).toBe(true);
    expect(pauses).toEqual([]);
    const enteredMs = await clock.run(
      Promise.all(
        [0, 1_000, 4_999].map(async (ms) => {
          await clock.sleep(ms);
          await gate.enter();
          return elapsedMs();
        }),
      ),
    );
    expect(enteredMs).toEqual([5_000, 5_000, 5_000]);
    expect(gate.isPaused).toBe(false);
    expect(pauses).toEqual([{ reason: 'too many', untilMs: startMs + 5_000, durationMs: 5_000 }]);
  });

  test.each([
    ['made longer by a longer one', 9_000, 10_000],
    ['not made shorter by a shorter one', 2_000, 5_000],
  ])('is %s, for those who wait already too', async (_case, laterMs, enteredMs) => {
    const { clock, gate, elapsedMs } = setUp();
    gate.pause(5_000, 'first');
    const work = async (): Promise<number[]> => {
      const entered = async (): Promise<number> => {
        await gate.enter();
        return elapsedMs();
      };
      const early = entered();
      await clock.sleep(1_000);
      gate.pause(laterMs, 'second');
      return Promise.all([early, entered()]);
    };
    expect(await clock.run(work)).toEqual([enteredMs, enteredMs]);
  });

  test('after another one is announced again', async () => {
    const { clock, gate, pauses } = setUp();
    for (const reason of ['first', 'second']) {
      gate.pause(1_000, reason);
      await clock.run(gate.enter());
    }
    expect(pauses.map(({ reason }) => reason)).toEqual(['first', 'second']);
  });

  test('of no length does not hold back anything', async () => {
    const { clock, gate, pauses, elapsedMs } = setUp();
    gate.pause(0, 'none');
    expect(gate.isPaused).toBe(false);
    await clock.run(gate.enter());
    expect(elapsedMs()).toBe(0);
    expect(pauses).toEqual([]);
  });

  test.each([
    [10, '10 s'],
    [290, '290 s'],
    [Number.POSITIVE_INFINITY, 'Infinity s'],
  ])('of %d s that does not fit stops the step at once and says how long it is', async (pauseSeconds, named) => {
    const { clock, gate, elapsedMs, pauses } = setUp({ timeoutSeconds: 10 });
    gate.pause(pauseSeconds * 1_000, 'HTTP 429', tooMany);
    const stop = await clock.run(rejection(gate.enter()));
    expect(stop).toBeInstanceOf(StopError);
    expect(stop).toMatchObject({
      reason: 'rate-limit',
      message: `A pause of ${named} is needed (HTTP 429), and the step has 10 s of its 10 s left.`,
      error: tooMany,
    });
    expect(elapsedMs()).toBe(0);
    expect(pauses).toEqual([]);
    expect(gate.stopped).toBe(stop);
  });

  test('that has become too long stops also those who wait already', async () => {
    const { clock, gate, elapsedMs } = setUp({ timeoutSeconds: 10 });
    gate.pause(5_000, 'first');
    const work = async (): Promise<unknown> => {
      const entering = rejection(gate.enter());
      await clock.sleep(1_000);
      gate.pause(60_000, 'second');
      return entering;
    };
    expect(await clock.run(work)).toMatchObject({ reason: 'rate-limit', message: expect.stringContaining('60 s') });
    expect(elapsedMs()).toBe(5_000);
  });

  test('does not carry over the answer that led to another one', async () => {
    const { clock, gate } = setUp({ timeoutSeconds: 10 });
    gate.pause(1_000, 'HTTP 429', tooMany);
    await clock.run(gate.enter());
    gate.pause(60_000, 'no request left');
    expect(await clock.run(rejection(gate.enter()))).toMatchObject({ reason: 'rate-limit', error: undefined });
  });
});

test('a shorter pause of the same kind explains nothing better', async () => {
  const { clock, gate } = setUp({ timeoutSeconds: 10 });
  gate.pause(60_000, 'first');
  gate.pause(30_000, 'second');
  expect(await clock.run(rejection(gate.enter()))).toMatchObject({ message: expect.stringContaining('(first)') });
});

test('of two refusals, the one that asks for the longer pause is kept', async () => {
  const { clock, gate } = setUp({ timeoutSeconds: 10 });
  gate.pause(60_000, 'HTTP 429', tooMany);
  gate.pause(30_000, 'HTTP 429', new ApiError(TOO_MANY));
  const stop = await clock.run(rejection(gate.enter()));
  expect((stop as StopError).error).toBe(tooMany);
});

describe('the deadline', () => {
  test('lets a request through until it has come, and no longer', async () => {
    const { clock, gate } = setUp({ timeoutSeconds: 10 });
    await clock.run(clock.sleep(9_999));
    await clock.run(gate.enter());
    await clock.run(clock.sleep(1));
    const stop = await clock.run(rejection(gate.enter()));
    expect(stop).toBeInstanceOf(StopError);
    expect(stop).toMatchObject({ reason: 'deadline', message: 'The step’s budget of 10 s is used up.' });
    expect(gate.stopped).toBe(stop);
  });
});

describe('a stop', () => {
  const reason = new StopError('credentials', 'refused');

  test('keeps out every further request, for its first reason', async () => {
    const { clock, gate } = setUp();
    gate.stop(reason);
    gate.stop(new StopError('deadline', 'later'));
    expect(gate.stopped).toBe(reason);
    expect(await clock.run(rejection(gate.enter()))).toBe(reason);
    expect(await clock.run(rejection(gate.wait(1_000)))).toBe(reason);
  });

  test('announces no pause any more', async () => {
    const { clock, gate, pauses } = setUp();
    gate.pause(5_000, 'too many');
    gate.stop(reason);
    expect(await clock.run(rejection(gate.enter()))).toBe(reason);
    expect(pauses).toEqual([]);
  });

  test.each<[string, (gate: RequestLimiter) => Promise<void>]>([
    ['a pause', (gate) => gate.enter()],
    ['a wait between attempts', (gate) => gate.wait(5_000)],
  ])('ends %s at once', async (_case, waitFor) => {
    const { clock, gate, elapsedMs } = setUp();
    gate.pause(5_000, 'too many');
    const work = async (): Promise<unknown> => {
      const waiting = rejection(waitFor(gate));
      await clock.sleep(1_000);
      gate.stop(reason);
      return waiting;
    };
    expect(await clock.run(work)).toBe(reason);
    expect(elapsedMs()).toBe(1_000);
  });

  test('leaves alone what is under way, unless the job was cancelled', async () => {
    const { clock, gate } = setUp();
    gate.stop(reason);
    await clock.run(clock.sleep(60_000));
    expect(gate.abortSignal.aborted).toBe(false);
  });
});

test('a wait between attempts takes its time', async () => {
  const { clock, gate, elapsedMs } = setUp();
  await clock.run(gate.wait(1_500));
  expect(elapsedMs()).toBe(1_500);
});

describe('cancelling the job', () => {
  test('ends waiting at once, and what is under way after a second', async () => {
    const { clock, gate, job, elapsedMs } = setUp();
    const work = async (): Promise<unknown> => {
      const waiting = rejection(gate.wait(60_000));
      await clock.sleep(5_000);
      job.abort();
      return waiting;
    };
    const stop = await clock.run(work);
    expect(stop).toBeInstanceOf(StopError);
    expect(stop).toMatchObject({ reason: 'cancelled', message: 'The job was cancelled.' });
    expect(elapsedMs()).toBe(5_000);
    expect(await clock.run(rejection(gate.enter()))).toBe(stop);
    await clock.run(clock.sleep(999));
    expect(gate.abortSignal.aborted).toBe(false);
    await clock.run(clock.sleep(1));
    expect(gate.abortSignal.reason).toBe(stop);
  });

  test('before the start keeps out everything', async () => {
    const { clock, gate } = setUp({ isCancelled: true });
    expect(await clock.run(rejection(gate.enter()))).toMatchObject({ reason: 'cancelled' });
    await clock.run(clock.sleep(1_000));
    expect(gate.abortSignal.aborted).toBe(true);
  });

  test('of a step that was stopped before still ends what is under way', async () => {
    const { clock, gate, job } = setUp();
    gate.stop(new StopError('credentials', 'refused'));
    job.abort();
    await clock.run(clock.sleep(1_000));
    expect(gate.stopped).toMatchObject({ reason: 'credentials' });
    expect(gate.abortSignal.aborted).toBe(true);
  });
});

describe('a pause that is asked for again', () => {
  test('is announced again only if it becomes much longer', async () => {
    const { clock, gate, pauses } = setUp();
    gate.pause(1_000, 'first');
    const entered = [0, 500, 900].map(async (ms) => {
      await clock.sleep(ms);
      if (ms === 500) gate.pause(1_200, 'much the same');
      if (ms === 900) gate.pause(60_000, 'much longer');
      await gate.enter();
    });
    await clock.run(Promise.all(entered));
    expect(pauses.map(({ reason }) => reason)).toEqual(['first', 'much longer']);
  });

  test('is explained by the refusal, whichever came first, and the refusal is kept', async () => {
    for (const pauseTwice of [
      (gate: RequestLimiter) => {
        gate.pause(900_000, 'counted');
        gate.pause(800_000, 'refused', tooMany);
      },
      (gate: RequestLimiter) => {
        gate.pause(900_000, 'refused', tooMany);
        gate.pause(800_000, 'counted');
      },
    ]) {
      const { clock, gate } = setUp();
      pauseTwice(gate);
      const stop = await rejection(clock.run(gate.enter()));
      expect(stop).toMatchObject({ reason: 'rate-limit', error: tooMany });
      expect((stop as StopError).message).toContain('A pause of 900 s is needed (refused)');
    }
  });
});
