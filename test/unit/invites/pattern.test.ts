import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type ListMatch,
  MAX_PATTERN_LENGTH,
  matchList,
  type PatternList,
  parsePatternList,
} from '../../../src/invites/pattern.ts';

function listOf(...entries: readonly string[]): PatternList {
  const list = parsePatternList(entries, false);
  return 'kind' in list ? expect.fail(`the list is refused: ${list.kind}`) : list;
}

const match = (entries: readonly string[], value: string | undefined): ListMatch =>
  matchList(listOf(...entries), value);
const matches = (pattern: string, value: string): boolean => match([pattern], value) === 'included';

test.each([
  ['Acme', 'Acme'],
  ['acme', 'ACME'],
  ['AcMe*', 'aCmE, Inc.'],
  ['*', ''],
  ['*', 'anything at all'],
  ['a*', 'a'],
  ['*a', 'a'],
  ['a**a', 'aa'],
  ['a*b*c', 'abc'],
  ['a*b*c', 'a b b c b c'],
  ['*@acme.com', 'it@acme.com'],
  ['*ab*ab', 'abab'],
  ['*aab*', 'aaab'],
  ['*abab*c', 'abababc'],
  ['a*\nb', 'a\n\nb'],
  ['\\*', '*'],
  ['\\!a', '!a'],
  ['a!b', 'a!b'],
  ['\\\\', '\\'],
  ['\\a\\b', 'ab'],
  ['Müller*Söhne', 'müller & söhne'],
  ['*👍*', 'well 👍 done'],
])('the pattern %j matches %j', (pattern, text) => {
  expect(matches(pattern, text)).toBe(true);
});

test.each([
  ['Acme', 'Acme, Inc.'],
  ['Acme', 'The Acme'],
  ['Acme', ''],
  ['Acme*', 'Acm'],
  ['Acme*', 'The Acme'],
  ['*@acme.com', 'it@acme.com.evil.example'],
  ['*@acme.com', 'it@evilacme.com.'],
  ['*@acme.com', 'it@acmeXcom'],
  ['a*a', 'a'],
  ['ab*ba', 'aba'],
  ['*ab*b', 'ab'],
  ['a*b*c', 'acb'],
  ['*ab*ab*', 'aba'],
  ['a*bc*c', 'abc'],
  ['\\*', 'a'],
  ['\\*', ''],
  ['\\**', 'a*'],
  ['a\\\\*', 'a*'],
  ['Müller', 'MÜLLER'],
])('the pattern %j does not match %j', (pattern, text) => {
  expect(matches(pattern, text)).toBe(false);
});

test.each([...'.+?^$()[]{}|/-#&%@~`\'"<>=:;,_'])('the character %j stands for itself in a pattern', (character) => {
  expect(matches(character, character)).toBe(true);
  expect(matches(`a${character}b`, `a${character}b`)).toBe(true);
  expect(matches(`a${character}*`, 'ab')).toBe(false);
  expect(matches(`a${character}`, 'a')).toBe(false);
  expect(matches(`a${character}b`, `a${character}${character}b`)).toBe(false);
  expect(matches(character, 'x')).toBe(false);
});

test.each([
  ['[ab]', 'a'],
  ['a|b', 'a'],
  ['a?', 'a'],
  ['a+', 'aa'],
  ['.', 'a'],
  ['\\d', '1'],
  ['\\w\\s', 'a '],
  ['(a)', 'a'],
  ['a{2}', 'aa'],
  ['^a$', 'a'],
  ['{a,b}', 'a'],
  ['[!b]', 'a'],
])('the pattern %j is neither a regular expression nor a glob for %j', (pattern, text) => {
  expect(matches(pattern, text)).toBe(false);
});

test.each([
  ['s', 'ſ', 'the long s'],
  ['i', 'İ', 'the capital I with a dot'],
  ['i', 'ı', 'the dotless i'],
  ['ss', 'ß', 'the sharp s'],
  ['a', 'а', 'the Cyrillic a'],
  ['é', 'É', 'a capital outside ASCII'],
  ['fi', 'ﬁ', 'a ligature'],
  ['A', 'Ａ', 'a full-width letter'],
  ['[', '{', 'a character 32 places on that is not a letter'],
  ['@', '`', 'the character before A'],
])('the letter %j does not match %j, %s', (letter, lookalike) => {
  for (const [pattern, text] of [
    [letter, lookalike],
    [lookalike, letter],
    [letter.toUpperCase(), lookalike],
    [`*${letter}*`, `x${lookalike}x`],
  ] as const) {
    if (pattern === text) continue;
    expect(matches(pattern, text)).toBe(false);
  }
});

test.each([...'abcdefghijklmnopqrstuvwxyz'])('the case of %s is ignored in patterns and values', (letter) => {
  const upper = String.fromCharCode(letter.charCodeAt(0) - 32);
  expect(matches(letter, upper)).toBe(true);
  expect(matches(upper, letter)).toBe(true);
  expect(matches(`*${upper}*`, `1${letter}1`)).toBe(true);
});

test.each([
  [['Acme', 'Globex*'], 'Initech', 'unmatched'],
  [['Acme*', '!Acme Test'], 'Acme Test', 'excluded'],
  [['Acme*', '!Acme T*', 'acme test'], 'Acme Test', 'included'],
  [['Acme*', '!Acme T*', 'acme test'], 'Acme Trial', 'excluded'],
  [['Acme*', '!Globex'], 'Acme Test', 'included'],
  [['*', '!!a'], '!a', 'excluded'],
  [['*', '!!a'], 'a', 'included'],
  [['*', '!\\!a'], '!a', 'excluded'],
  [['?*'], '', 'unmatched'],
])('for the list %j, the value %j is %s', (entries, value, expected) => {
  expect(match(entries, value)).toBe(expected);
});

test('only the list "*" includes a missing value', () => {
  expect(match(['*'], undefined)).toBe('included');
  for (const entries of [['**'], ['*', '*'], ['*', '!a'], ['\\*'], ['a*'], ['undefined']]) {
    expect(match(entries, undefined)).toBe('unmatched');
  }
});

test.each([
  ['Acme', ' Acme\n'],
  ['Acme  Inc.', 'Acme\u00a0Inc.'],
  ['Acme Inc.', 'Acme \u2003\t Inc.'],
  ['é', 'e\u0301'],
  ['e\u0301', 'é'],
  ['K', '\u212A'],
])('the pattern %j matches %j: white space is folded, and text is in NFC', (pattern, value) => {
  expect(matches(pattern, value)).toBe(true);
});

test.each([
  ['!a', ['!a', '*'], false],
  ['!a*', ['b', '!a*', 'a*'], false],
  ['!Super*', ['!Super*', '*'], true],
  ['!Super Administrator', ['!Super Administrator', '**'], true],
])('an exclusion %s that a later entry undoes is refused in %j', (entry, entries, matchesWords) => {
  expect(parsePatternList(entries, matchesWords)).toMatchObject({ kind: 'dead-exclusion', entry });
});

test.each([[['*', '!Admin', 'Admin']], [['*', '!Admin', 'Admin*']], [['*', '!Admin', '*Admin']], [['!Admin', 'DNS']]])(
  'an exclusion of words is kept when a later entry undoes a part of it: %j',
  (entries) => {
    expect(parsePatternList(entries, true)).toMatchObject({ entries });
  },
);

test.each([
  [['!a'], false],
  [['!a', '!*'], false],
  [['*', '!*'], false],
  [['a', 'b*', '!a', '!b*'], false],
  [['Super Administrator', '!Super Administrator'], true],
  [['DNS Admin', '!Admin'], true],
])('a list that can match nothing is refused: %j', (entries, matchesWords) => {
  expect(parsePatternList(entries, matchesWords)).toEqual({ kind: 'nothing-included' });
});

test.each([
  ['Super Administrator', 'excluded'],
  ['Super Administrator - All Privileges', 'excluded'],
  ['All Privileges - Super Administrator', 'excluded'],
  ['Super Administrator (All Privileges)', 'excluded'],
  ['super  administrator', 'excluded'],
  ['Super Administrators', 'included'],
  ['XSuper Administrator', 'included'],
  ['Administrator', 'included'],
])('an exclusion of words says of %j that it is %s', (role, expected) => {
  for (const entry of ['!Super Administrator', '!super*administrator', "!Super Administrator'"]) {
    const list = parsePatternList(['*', entry], true);
    expect('kind' in list ? list : matchList(list, role)).toBe(expected);
  }
});

test('an entry may have 256 characters', () => {
  expect(MAX_PATTERN_LENGTH).toBe(256);
  expect(matches('a'.repeat(256), 'a'.repeat(256))).toBe(true);
});

/** The definition of a match, one character at a time: slow, but easy to check. */
const matchesByDefinition = (pattern: string, text: string): boolean => {
  const head = pattern.charAt(0);
  if (head === '') return text === '';
  if (head === '*') {
    return matchesByDefinition(pattern.slice(1), text) || (text !== '' && matchesByDefinition(pattern, text.slice(1)));
  }
  const literal = head === '\\' ? pattern.charAt(1) : head;
  const rest = pattern.slice(head === '\\' ? 2 : 1);
  return text !== '' && isSameLetter(literal, text.charAt(0)) && matchesByDefinition(rest, text.slice(1));
};

const isSameLetter = (one: string, other: string): boolean => {
  const distance = Math.abs(one.charCodeAt(0) - other.charCodeAt(0));
  return distance === 0 || (distance === 32 && /^[a-z]$/i.test(one) && /^[a-z]$/i.test(other));
};

const isSameText = (one: string, other: string): boolean =>
  one.length === other.length && one.split('').every((unit, index) => isSameLetter(unit, other.charAt(index)));

// Few characters, so that texts match often; each has a meaning somewhere.
const character = fc.constantFrom('a', 'a', 'b', 'A', 'B', '*', '!', '\\', '.', '[', 'ſ', 'k', 'S');
const text = fc.string({ unit: character, maxLength: 12 });
const piece = fc.constantFrom('a', 'a', 'b', 'aab', 'aba', 'A', '*', '*', '\\*', '\\\\', '\\!', '.', 'k', 'S');
const pattern = fc
  .array(piece, { minLength: 1, maxLength: 8 })
  .map((pieces) => pieces.join(''))
  .filter((entry) => !entry.startsWith('!'));

test('a match agrees with its definition for random patterns', () => {
  fc.assert(
    fc.property(pattern, text, (entry, value) => {
      fc.pre(value !== '');
      expect(matches(entry, value)).toBe(matchesByDefinition(entry, value));
    }),
    { numRuns: 20_000 },
  );
});

test('a pattern matches the texts that are made from it', () => {
  // Every "*" filled with something: such a text matches always, and random ones rarely do.
  const filled = fc.array(fc.tuple(piece, text), { minLength: 1, maxLength: 10 }).map((pieces) => ({
    entry: pieces.map(([part]) => part).join(''),
    value: pieces.map(([part, filling]) => (part === '*' ? filling : part.replace(/\\(.)/g, '$1'))).join(''),
  }));
  fc.assert(
    fc.property(filled, ({ entry, value }) => {
      fc.pre(value !== '');
      expect(matches(entry, value)).toBe(true);
    }),
    { numRuns: 5_000 },
  );
});

const anyText = fc.string({ unit: 'binary', maxLength: 20 });
/** A text in the form in which it is compared. */
const fold = (value: string): string =>
  value
    .normalize('NFC')
    .replace(/[\p{White_Space}\uFEFF]+/gu, ' ')
    .trim();
const escapeText = (value: string): string => value.replace(/[\\*!]/g, '\\$&');

test('an escaped text matches that text alone', () => {
  const likeAnother = fc
    .tuple(anyText, anyText, fc.nat(), fc.nat(3))
    .map(([value, part, at, length]) => [
      value,
      value.slice(0, at % (value.length + 1)) + part + value.slice((at % (value.length + 1)) + length),
    ]);
  const pair = fc.oneof(fc.tuple(anyText, anyText), likeAnother, fc.tuple(text, text));
  fc.assert(
    fc.property(pair, ([value = '', other = '']) => {
      fc.pre(fold(value) !== '');
      expect(matches(escapeText(value), value)).toBe(true);
      expect(matches(escapeText(value), other)).toBe(fold(other) !== '' && isSameText(fold(value), fold(other)));
    }),
    { numRuns: 5_000 },
  );
});

test('an escape changes nothing unless it precedes "*", or "!" in front', () => {
  fc.assert(
    fc.property(anyText, (value) => {
      fc.pre(value !== '');
      const escapedThroughout = value.split('').map((unit) => `\\${unit}`);
      const [{ entry: _, ...escaped } = {}] = listOf(escapedThroughout.join('')).patterns;
      expect(listOf(escapeText(value)).patterns).toMatchObject([escaped]);
    }),
  );
});

test('the last entry that matches decides', () => {
  // Without what only exclusions ignore: punctuation at the ends, and compatibility forms.
  const isStrict = (value: string): boolean => !/[.ſ]/.test(value);
  const entry = fc.record({ isExclusion: fc.boolean(), body: pattern.filter(isStrict) });
  const counts = { included: 0, excluded: 0, unmatched: 0 };
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 6 }), text.filter(isStrict), (entries, value) => {
      const written = entries.map(({ isExclusion, body }) => `${isExclusion ? '!' : ''}${body}`);
      const list = parsePatternList(written, false);
      fc.pre(!('kind' in list) && value !== '');
      let expected: ListMatch = 'unmatched';
      for (const { isExclusion, body } of entries) {
        if (matchesByDefinition(body, value)) expected = isExclusion ? 'excluded' : 'included';
      }
      counts[expected] += 1;
      expect(match(written, value)).toBe(expected);
    }),
    { numRuns: 5_000 },
  );
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(50);
});

const LENGTH = 1_000_000;
const half = 'a'.repeat(120);

test.each<[string, string, string, boolean]>([
  ['a segment that fails at its end everywhere', `*${half}b*`, 'a'.repeat(LENGTH), false],
  ['a segment that fails at its beginning everywhere', `*b${half}*`, 'a'.repeat(LENGTH), false],
  ['a segment that fails in its middle everywhere', `*${half}b${half}*`, 'a'.repeat(LENGTH), false],
  ['a segment that fails late, again and again', `*${half}b*`, `${half.slice(1)}c`.repeat(LENGTH / 120), false],
  ['a segment of a repeated pair', `*${'ab'.repeat(120)}c*`, 'ab'.repeat(LENGTH / 2), false],
  ['a segment that is found at the very end', `*${half}b*`, `${'a'.repeat(LENGTH)}b`, true],
  ['as many "*" as can be', 'a*'.repeat(128), 'a'.repeat(LENGTH), true],
  ['as many "*" as can be, which fail at the end', `${'a*'.repeat(127)}b`, 'a'.repeat(LENGTH), false],
  ['as many "*" as can be, which fail in between', `${'a*'.repeat(63)}b${'*a'.repeat(63)}`, 'a'.repeat(LENGTH), false],
  ['nothing but "*"', '*'.repeat(256), 'a'.repeat(LENGTH), true],
  ['as many segments as can be', `${'*aaaab'.repeat(42)}*`, 'aaaaaaab'.repeat(LENGTH / 8), true],
])('a match of a million characters is fast with %s', { timeout: 5_000 }, (_title, pattern, value, expected) => {
  expect(matches(pattern, value)).toBe(expected);
});

test.each([
  ['punctuation', '-'.repeat(100_000)],
  ['blanks and points', ' .'.repeat(50_000)],
  ['words', 'evils '.repeat(17_000)],
])('an exclusion is fast with 100,000 characters of %s inside', { timeout: 5_000 }, (_title, inside) => {
  for (const isOfWords of [false, true]) {
    const list = parsePatternList(['*', '!evil'], isOfWords);
    const match = (value: string): ListMatch => ('kind' in list ? expect.fail(list.kind) : matchList(list, value));
    expect(match(`x${inside}x`)).toBe('included');
    expect(match(`x${inside} evil`)).toBe(isOfWords ? 'excluded' : 'included');
  }
});

test('a match with 20,000 entries is fast', { timeout: 5_000 }, () => {
  const entries = Array.from({ length: 20_000 }, (_, index) => `*${index}b*`);
  expect(match(entries, 'a'.repeat(100))).toBe('unmatched');
  expect(match(entries, '19999b')).toBe('included');
});
