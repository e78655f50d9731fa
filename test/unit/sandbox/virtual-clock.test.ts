import { expect, test } from 'vitest';
import { VirtualClock } from '../../../sandbox/virtual-clock.ts';

test('sleepers wake in order of time and the clock shows their time', async () => {
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

test('gives the result or the error of the work', async () => {
  const clock = new VirtualClock();
  expect(await clock.run(clock.sleep(5).then(() => 'done'))).toBe('done');
  await expect(clock.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  await expect(
    clock.run(() => {
      throw new Error('at once');
    }),
  ).rejects.toThrow('at once');
});

test('an aborted sleep rejects with the reason, at once, and no longer moves time', async () => {
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

test('does not advance while something else happens', async () => {
  const clock = new VirtualClock(0);
  const steps = async (): Promise<number> => {
    for (let count = 0; count < 50; count += 1) await Promise.resolve();
    await new Response('a stream of its own').text();
    return clock.nowMs();
  };
  const [seen] = await clock.run(() => Promise.all([steps(), clock.sleep(60_000)]));
  expect(seen).toBe(0);
});

test('waits for files', async () => {
  const { readFile } = await import('node:fs/promises');
  const clock = new VirtualClock(0);
  const reading = async (): Promise<number> => {
    for (let count = 0; count < 5; count += 1) await readFile(import.meta.filename);
    return clock.nowMs();
  };
  const [seen] = await clock.run(() => Promise.all([reading(), clock.sleep(60_000)]));
  expect(seen).toBe(0);
});

test('work that waits for nothing is a deadlock', async () => {
  await expect(new VirtualClock().run(new Promise(() => undefined))).rejects.toThrow('deadlock');
});

test('an unrecorded view shares the time', async () => {
  const clock = new VirtualClock(0);
  await clock.run(() => clock.unrecorded().sleep(7));
  expect(clock.sleeps).toEqual([]);
  expect(clock.unrecorded().nowMs()).toBe(7);
});

test('a sleep that is not a number is an error, one beyond the longest timer ends with it', async () => {
  const clock = new VirtualClock(0);
  await expect(clock.sleep(Number.NaN)).rejects.toThrow(RangeError);
  await clock.run(() => clock.sleep(Number.POSITIVE_INFINITY));
  expect(clock.nowMs()).toBe(2_147_483_647);
});

test('is fast', async () => {
  const startedMs = performance.now();
  for (let run = 0; run < 500; run += 1) {
    const clock = new VirtualClock();
    await clock.run(async () => {
      for (let count = 0; count < 10; count += 1) await clock.sleep(1000);
    });
  }
  // Two orders of magnitude above what it takes, so that a busy machine does not fail it.
  expect(performance.now() - startedMs).toBeLessThan(10_000);
});
