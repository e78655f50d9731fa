import { expect, test } from 'vitest';
import { countOf, firstOf, truncate } from '../../src/words.ts';

test.each([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab…'],
  ['abcd', 1, '…'],
  ['', 1, ''],
  ['abc😀def', 5, 'abc…'],
  ['abc😀def', 6, 'abc😀…'],
  ['abc😀', 5, 'abc😀'],
])('%j is truncated to %d characters as %j', (text, maxLength, expected) => {
  expect(truncate(text, maxLength)).toBe(expected);
});

test.each([
  [countOf(0, 'invite'), '0 invites'],
  [countOf(1, 'invite'), '1 invite'],
  [countOf(2, 'invite'), '2 invites'],
  [countOf(1, 'entry', 'entries'), '1 entry'],
  [countOf(2, 'entry', 'entries'), '2 entries'],
])('a number and its noun are written as %j', (text, expected) => {
  expect(text).toBe(expected);
});

test.each([
  [[], 2, []],
  [['a', 'b'], 2, ['a', 'b']],
  [['a', 'b', 'c'], 2, ['a', 'b', 'and 1 more']],
  [['a', 'b', 'c', 'd'], 2, ['a', 'b', 'and 2 more']],
])('the first of %j up to %d are %j', (items, max, expected) => {
  expect(firstOf(items, max)).toEqual(expected);
});
