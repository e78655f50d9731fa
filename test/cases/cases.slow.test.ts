import { test } from 'vitest';
import { CASES } from './all.ts';
import { check } from './check.ts';
import { isForDist, movedToNow, playThroughDist } from './play.ts';

for (const given of CASES) {
  if (!(await isForDist(given))) continue;
  test.concurrent(`dist: ${given.name}`, async () => {
    const moved = movedToNow(given);
    check(moved, await playThroughDist(moved));
  });
}
