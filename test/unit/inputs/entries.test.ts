import { expect, test } from 'vitest';
import { hidesExclusion, parseJson, splitList } from '../../../src/inputs/entries.ts';

test.each([
  ['a\n# b\r\n\n  c  \rd, e', ['a', 'c', 'd, e'], ['# b']],
  ['a # b', ['a # b'], []],
  ['\ufeff!a\u00a0', ['!a'], []],
])('a list of lines splits %j', (text, entries, comments) => {
  expect(splitList(text, 'lines')).toEqual({ entries, comments });
});

test.each([
  ['a, b\tc\u2003d\ne', ['a', 'b', 'c', 'd', 'e'], []],
  ['a # b, c\nd', ['a', 'd'], ['# b, c']],
  ['# a\nb#c', ['b#c'], ['# a']],
])('a list of words splits %j', (text, entries, comments) => {
  expect(splitList(text, 'words')).toEqual({ entries, comments });
});

test.each(['# !a', '#!a', '# a !b', '# a,!b', '# ！a', '# (!a)'])('the comment %j hides an exclusion', (comment) => {
  expect(hidesExclusion(comment)).toBe(true);
});

test.each(['# a', '# Important!', '# What?! No.', '# Yahoo! Inc.'])('the comment %j hides no exclusion', (comment) => {
  expect(hidesExclusion(comment)).toBe(false);
});

test.each([
  ['["a"]', true],
  ['{}', true],
  ['[PROD] Acme', false],
  ['"a"', false],
  ['12', false],
])('the text %j is JSON: %j', (text, expected) => {
  expect(parseJson(text) !== undefined).toBe(expected);
});
