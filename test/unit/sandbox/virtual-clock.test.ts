import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../../sandbox/virtual-clock.ts';

test('sleepers wake in the order of time, and the clock shows their time', async () => {
  const clock = new VirtualClock(1000);
  const seen: [string, number][] = [];
  const sleeper = async (name: string, ms: number): Promise<void> => {
    await clock.sleep(ms);
    seen.push([name, clock.nowMs()]);
  };
  await clock.run(() => Promise.all([sleeper('late', 3_600_000), sleeper('early', 5), sleeper('at once', 0)]));
  expect(seen).toEqual([
    ['at once', 1000],
    ['early', 1005],
    ['late', 3_601_000],
  ]);
  expect(clock.sleeps).toEqual([3_600_000, 5, 0]);
});

test('run settles with the result or the error of the work', async () => {
  const clock = new VirtualClock();
  expect(await clock.run(clock.sleep(5).then(() => 'done'))).toBe('done');
  await expect(clock.run(() => Promise.reject(new Error('later')))).rejects.toThrow('later');
  const fail = (): never => {
    throw new Error('at once');
  };
  await expect(clock.run(fail)).rejects.toThrow('at once');
});

test('an aborted sleep rejects at once with the reason, and does not advance the time', async () => {
  const clock = new VirtualClock(0);
  const controller = new AbortController();
  const work = async (): Promise<unknown> => {
    const sleeping = clock.sleep(1000, controller.signal).catch((error: unknown) => error);
    await clock.sleep(10);
    controller.abort('because');
    return sleeping;
  };
  expect(await clock.run(work)).toBe('because');
  expect(clock.nowMs()).toBe(10);
  await expect(clock.sleep(1, AbortSignal.abort('before'))).rejects.toBe('before');
});

test.each<[string, () => Promise<unknown>]>([
  ['microtasks', () => Promise.resolve()],
  ['a stream', () => new Response('text').text()],
  ['a file', () => readFile(import.meta.filename)],
])('time does not advance while the work waits for %s', async (_what, wait) => {
  const clock = new VirtualClock(0);
  const steps = async (): Promise<number> => {
    for (let count = 0; count < 50; count += 1) await wait();
    return clock.nowMs();
  };
  const [seen] = await clock.run(() => Promise.all([steps(), clock.sleep(60_000)]));
  expect(seen).toBe(0);
});

test('run throws for a deadlock', async () => {
  await expect(new VirtualClock(0, 0).run(new Promise(() => undefined))).rejects.toThrow('deadlock');
});

test('unrecorded() shares the time and records no sleep', async () => {
  const clock = new VirtualClock(0);
  await clock.run(() => clock.unrecorded().sleep(7));
  expect(clock.sleeps).toEqual([]);
  expect(clock.unrecorded().nowMs()).toBe(7);
});

test('offBy() shows another time, and its sleeps are those of the clock', async () => {
  const clock = new VirtualClock(1_000);
  const behind = clock.offBy(-400);
  await clock.run(() => behind.sleep(7));
  expect([behind.nowMs(), clock.nowMs(), clock.sleeps]).toEqual([607, 1_007, [7]]);
});

test('sleep throws for NaN and is limited to the longest timer', async () => {
  const clock = new VirtualClock(0);
  await expect(clock.sleep(Number.NaN)).rejects.toThrow(RangeError);
  await clock.run(() => clock.sleep(Number.POSITIVE_INFINITY));
  expect(clock.nowMs()).toBe(2_147_483_647);
});

test('VirtualClock is fast', async () => {
  const startedMs = performance.now();
  for (let run = 0; run < 500; run += 1) {
    const clock = new VirtualClock();
    await clock.run(async () => {
      for (let count = 0; count < 10; count += 1) await clock.sleep(1000);
    });
  }
  // 100 times the usual duration, so that the test passes on a busy machine.
  expect(performance.now() - startedMs).toBeLessThan(10_000);
});
