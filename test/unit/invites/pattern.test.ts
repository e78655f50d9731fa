import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, PatternError, parsePatternList } from '../../../src/invites/pattern.ts';

const decideBy = (entries: readonly string[], text: string | undefined) => decide(parsePatternList(entries), text);
const matches = (pattern: string, text: string): boolean => decideBy([pattern], text) === 'included';

describe('one pattern', () => {
  test.each([
    ['Acme', 'Acme'],
    ['acme', 'ACME'],
    ['AcMe*', 'aCmE, Inc.'],
    ['*', ''],
    ['*', 'anything at all'],
    ['**', ''],
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
  ])('%j lets in %j', (pattern, text) => {
    expect(matches(pattern, text)).toBe(true);
  });

  test.each([
    ['Acme', 'Acme, Inc.'],
    ['Acme', 'The Acme'],
    ['Acme', ' Acme'],
    ['Acme', 'Acme\n'],
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
  ])('%j keeps out %j', (pattern, text) => {
    expect(matches(pattern, text)).toBe(false);
  });

  test.each([...'.+?^$()[]{}|/-#&%@~`\'"<>=:;, \t_'])('%j has no meaning of its own', (character) => {
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
  ])('%j is no regular expression and no glob for %j', (pattern, text) => {
    expect(matches(pattern, text)).toBe(false);
  });

  test.each([
    ['s', 'ſ', 'the long s'],
    ['k', '\u212A', 'the Kelvin sign'],
    ['å', '\u212B', 'the Ångström sign'],
    ['i', 'İ', 'the capital I with a dot'],
    ['i\u0307', 'İ', 'the capital I with a dot, decomposed'],
    ['i', 'ı', 'the dotless i'],
    ['ss', 'ß', 'the sharp s'],
    ['a', 'а', 'the Cyrillic a'],
    ['é', 'e\u0301', 'a decomposed é'],
    ['é', 'É', 'a capital outside ASCII'],
    ['fi', 'ﬁ', 'a ligature'],
    ['A', 'Ａ', 'a full-width letter'],
    ['[', '{', 'a character 32 places on that is no letter'],
    ['@', '`', 'the character before A'],
  ])('%j is not %j, %s', (letter, lookalike) => {
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

  test.each([...'abcdefghijklmnopqrstuvwxyz'])('the case of %s is ignored on both sides', (letter) => {
    const upper = String.fromCharCode(letter.charCodeAt(0) - 32);
    expect(matches(letter, upper)).toBe(true);
    expect(matches(upper, letter)).toBe(true);
    expect(matches(`*${upper}*`, `1${letter}1`)).toBe(true);
  });
});

describe('a list', () => {
  test('without a match says so', () => {
    expect(decideBy(['Acme', 'Globex*'], 'Initech')).toBe('unmatched');
  });

  test('lets the last entry that matches decide', () => {
    expect(decideBy(['Acme*', '!Acme Test'], 'Acme Test')).toBe('excluded');
    expect(decideBy(['!Acme Test', 'Acme*'], 'Acme Test')).toBe('included');
    expect(decideBy(['Acme*', '!Acme T*', 'acme test'], 'Acme Test')).toBe('included');
    expect(decideBy(['Acme*', '!Acme T*', 'acme test'], 'Acme Trial')).toBe('excluded');
    expect(decideBy(['Acme*', '!Globex'], 'Acme Test')).toBe('included');
  });

  test('excludes by the first character alone', () => {
    expect(decideBy(['*', '!!a'], '!a')).toBe('excluded');
    expect(decideBy(['*', '!!a'], 'a')).toBe('included');
    expect(decideBy(['*', '!\\!a'], '!a')).toBe('excluded');
  });

  test.each([[['!a']], [['!a', '!*']], [[]]])('of nothing but exclusions, %j, is refused', (entries) => {
    expect(() => parsePatternList(entries)).toThrow(PatternError);
    expect(() => parsePatternList(entries)).toThrow('nothing but exclusions');
  });

  test.each(['a\\', '\\', '!a\\', 'a\\\\\\'])('with an entry that escapes nothing, %j, is refused', (entry) => {
    expect(() => parsePatternList(['a', entry])).toThrow(PatternError);
    expect(() => parsePatternList(['a', entry])).toThrow('escapes nothing');
  });

  test.each(['!', ''])('with the entry %j is refused', (entry) => {
    expect(() => parsePatternList(['a', entry])).toThrow(PatternError);
  });

  test('that is exactly "*" matches what lacks the text, and no other list does', () => {
    expect(decideBy(['*'], undefined)).toBe('included');
    for (const entries of [['**'], ['*', '*'], ['*', '!a'], ['!a', '*'], ['\\*'], ['a*'], ['undefined']]) {
      expect(decideBy(entries, undefined)).toBe('unmatched');
    }
  });

  test('takes a text that is empty for a text', () => {
    expect(decideBy(['**'], '')).toBe('included');
    expect(decideBy(['*', '!*'], '')).toBe('excluded');
    expect(decideBy(['?*'], '')).toBe('unmatched');
  });
});

describe('for any pattern and text', () => {
  /** The definition of a match, one character at a time, as slow and as plain as can be. */
  const matchesByDefinition = (pattern: string, text: string): boolean => {
    const head = pattern.charAt(0);
    if (head === '') return text === '';
    if (head === '*') {
      return (
        matchesByDefinition(pattern.slice(1), text) || (text !== '' && matchesByDefinition(pattern, text.slice(1)))
      );
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
  const character = fc.constantFrom('a', 'a', 'b', 'A', 'B', '*', '!', '\\', '.', '[', '\n', 'ſ', '\u212A', 'k', 'S');
  const text = fc.string({ unit: character, maxLength: 12 });
  const piece = fc.constantFrom('a', 'a', 'b', 'aab', 'aba', 'A', '*', '*', '\\*', '\\\\', '\\!', '.', 'k', 'S', '\n');
  const pattern = fc
    .array(piece, { minLength: 1, maxLength: 8 })
    .map((pieces) => pieces.join(''))
    .filter((entry) => !entry.startsWith('!'));

  test('the matcher says what the definition says', () => {
    fc.assert(
      fc.property(pattern, text, (entry, value) => {
        expect(matches(entry, value)).toBe(matchesByDefinition(entry, value));
      }),
      { numRuns: 20_000 },
    );
  });

  test('the matcher finds the texts that a pattern was made for', () => {
    // Every "*" filled with something: such a text matches always, and random ones rarely do.
    const filled = fc.array(fc.tuple(piece, text), { minLength: 1, maxLength: 10 }).map((pieces) => ({
      entry: pieces.map(([part]) => part).join(''),
      value: pieces.map(([part, filling]) => (part === '*' ? filling : part.replace(/\\(.)/g, '$1'))).join(''),
    }));
    fc.assert(
      fc.property(filled, ({ entry, value }) => {
        expect(matches(entry, value)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  const anyText = fc.string({ unit: 'binary', maxLength: 20 });
  const escapeText = (value: string): string => value.replace(/[\\*!]/g, '\\$&');

  test('an escaped text matches that text and no other', () => {
    const likeAnother = fc
      .tuple(anyText, anyText, fc.nat(), fc.nat(3))
      .map(([value, part, at, length]) => [
        value,
        value.slice(0, at % (value.length + 1)) + part + value.slice((at % (value.length + 1)) + length),
      ]);
    const pair = fc.oneof(fc.tuple(anyText, anyText), likeAnother, fc.tuple(text, text));
    fc.assert(
      fc.property(pair, ([value = '', other = '']) => {
        fc.pre(value !== '');
        expect(matches(escapeText(value), value)).toBe(true);
        expect(matches(escapeText(value), other)).toBe(isSameText(value, other));
      }),
      { numRuns: 5_000 },
    );
  });

  test('escaping any character changes nothing unless it is a "*" or a "!" in front', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        fc.pre(value !== '');
        const escapedThroughout = value.split('').map((unit) => `\\${unit}`);
        expect(parsePatternList([escapedThroughout.join('')])).toEqual(parsePatternList([escapeText(value)]));
      }),
    );
  });

  test('the list decides as its last matching entry does', () => {
    const entry = fc.record({ isExclusion: fc.boolean(), body: pattern });
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 6 }), text, (entries, value) => {
        fc.pre(entries.some(({ isExclusion }) => !isExclusion));
        let expected = 'unmatched';
        for (const { isExclusion, body } of entries) {
          if (matchesByDefinition(body, value)) expected = isExclusion ? 'excluded' : 'included';
        }
        const written = entries.map(({ isExclusion, body }) => `${isExclusion ? '!' : ''}${body}`);
        expect(decideBy(written, value)).toBe(expected);
      }),
      { numRuns: 5_000 },
    );
  });
});

// Sizes at which a quadratic matcher needs minutes and a backtracking one years; a linear one needs milliseconds.
describe('time stays linear', { timeout: 20_000 }, () => {
  const LENGTH = 1_000_000;
  const half = 'a'.repeat(LENGTH / 2);
  const quarter = 'a'.repeat(LENGTH / 4);
  const all = 'a'.repeat(LENGTH);

  test.each<[string, string, string, boolean]>([
    ['a segment that fails at its end everywhere', `*${half}b*`, all, false],
    ['a segment that fails at its beginning everywhere', `*b${half}*`, all, false],
    ['a segment that fails in its middle everywhere', `*${quarter}b${quarter}*`, all, false],
    ['a segment that fails late, again and again', `*${half}b*`, `${half.slice(1)}c`.repeat(3), false],
    ['a segment of a repeated pair', `*${'ab'.repeat(LENGTH / 4)}c*`, 'ab'.repeat(LENGTH / 2), false],
    ['a segment that is found at the very end', `*${half}b*`, `${all}b`, true],
    ['very many "*"', 'a*'.repeat(LENGTH / 2), all, true],
    ['very many "*" that fail at the end', `${'a*'.repeat(LENGTH / 2)}b`, all, false],
    ['very many "*" that fail in between', `${'a*'.repeat(LENGTH / 4)}b${'*a'.repeat(LENGTH / 4)}`, all, false],
    ['nothing but "*"', '*'.repeat(LENGTH), all, true],
    ['very many segments of some length', `${'*aaaab'.repeat(LENGTH / 8)}*`, 'aaaaaaab'.repeat(LENGTH / 8), true],
    ['very many escapes', '\\*'.repeat(LENGTH), '*'.repeat(LENGTH), true],
    ['case', `*${half}B*`, `${all.toUpperCase()}b`, true],
  ])('with %s', (_case, pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  test('with very many entries, each is looked at once', () => {
    const entries = Array.from({ length: 20_000 }, (_, index) => `*${index}b*`);
    expect(decideBy(entries, 'a'.repeat(100))).toBe('unmatched');
    expect(decideBy(entries, '19999b')).toBe('included');
  });
});
