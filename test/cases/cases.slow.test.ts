import { test } from 'vitest';
import { CASES } from './all.ts';
import { check } from './check.ts';
import { isForDist, movedToNow, playThroughDist } from './play.ts';

for (const testCase of CASES) {
  if (!(await isForDist(testCase))) continue;
  test.concurrent(`dist: ${testCase.name}`, async () => {
    const moved = movedToNow(testCase);
    check(moved, await playThroughDist(moved));
  });
}
