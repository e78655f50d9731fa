import { expect, test } from 'vitest';
import { CASES } from './all.ts';
import { check } from './check.ts';
import { playInProcess } from './play.ts';

test('names of cases are unique', () => {
  const names = CASES.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

for (const testCase of CASES) {
  test(testCase.name, async () => check(testCase, await playInProcess(testCase)));
}
