import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCommand } from '../../../sandbox/runner.ts';
import { toHtml, toLine } from '../../../src/report/text.ts';
import { hostileText, textOf } from '../hostile-text.ts';

/** Commands with the characters that .NET trims at the start of a line, or ignores when it compares. */
const OLD_COMMAND = /#\p{DI}*#\p{DI}*\[/u;
const NEW_COMMAND = /^[\s\u0085\p{DI}]*:\p{DI}*:/u;

test.each([
  ['plain text', 'Müller & Søn, Inc. (日本) 😀'],
  ['colons inside a line', 'a :: b ::error::'],
  ['a single colon in front', ': a'],
  ['hashes and brackets', '## [error] #[1]'],
  ['markup', '<b>&amp;</b>'],
  ['an emoji with a variation selector', 'Acme \u2764\ufe0f'],
  ['keycaps', '1\ufe0f\u20e3 #\ufe0f\u20e3 *\ufe0f\u20e3'],
  ['the empty text', ''],
])('a line keeps %s', (_title, text) => {
  expect(toLine(text)).toBe(text);
});

test.each([
  ['a command', '::error::forged', ': :error::forged'],
  ['a command behind white space', ' \t\u00a0\u3000::error::x', '  \u00a0\u3000: :error::x'],
  ['a command of nothing but colons', '::::', ': :::'],
  ['a command of the old form', 'Acme ##[error]x', 'Acme # #[error]x'],
  ['a command of the old form behind more hashes', '####[error]x', '### #[error]x'],
  ['a command of the old form behind an ignorable character', '#\ufe0f#[error]x', '# \ufffd#[error]x'],
  ['a command of the old form before an ignorable character', '##\ufe0f[error]x', '# #\ufffd[error]x'],
  ['a command around an ignorable character', '\ufe0f:\ufe0f:error::x', '\ufffd: \ufffd:error::x'],
  ['every command of the old form', '##[a]##[b]', '# #[a]# #[b]'],
  ['a command behind a line break', 'Acme\n::error::x', 'Acme ::error::x'],
  ['a run of line breaks of all kinds', 'a\r\n\u0085\u2028\u2029\v\f\tb', 'a b'],
  ['escape sequences of a terminal', 'a\u001b[31mb', 'a\ufffd[31mb'],
  ['a bidirectional override', 'a\u202egnp.exe', 'a\ufffdgnp.exe'],
  ['a zero-width space', 'Ac\u200bme', 'Ac\ufffdme'],
  ['a byte order mark before a command', '\ufeff::error::x', '\ufffd: :error::x'],
  ['a grapheme joiner', 'Ac\u034fme', 'Ac\ufffdme'],
  ['a Hangul filler', '\u3164\ufe0f', '\ufffd\ufffd'],
  ['a variation selector behind a letter', 'Acme\ufe0f', 'Acme\ufffd'],
  ['a variation selector behind a digit', 'Acme 1\ufe0f', 'Acme 1\ufffd'],
  ['a variation selector of plane 14', 'Acme\u{e0100}', 'Acme\ufffd'],
  ['a private-use character', 'a\ue000', 'a\ufffd'],
  ['half a surrogate pair', 'a\ud83d', 'a\ufffd'],
])('a line makes %s harmless', (_title, text, expected) => {
  expect(toLine(text)).toBe(expected);
});

const maxLength = fc.integer({ min: 1, max: 60 });

test('a line of any text starts no command', () => {
  fc.assert(
    fc.property(hostileText, maxLength, (text, max) => {
      for (const line of [toLine(text), toLine(text, max)]) {
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(line.isWellFormed()).toBe(true);
        expect(line).not.toMatch(OLD_COMMAND);
        expect(line).not.toMatch(NEW_COMMAND);
        expect(parseCommand(line)).toBeUndefined();
      }
    }),
    { numRuns: 1_000 },
  );
});

test('a line is truncated only if it exceeds its maximum, which the ellipsis counts towards', () => {
  fc.assert(
    fc.property(hostileText, maxLength, (text, max) => {
      const whole = toLine(text);
      const line = toLine(text, max);
      expect(line.length).toBeLessThanOrEqual(max);
      if (whole.length <= max) expect(line).toBe(whole);
      else expect(whole.startsWith(line.slice(0, -1)) && line.endsWith('…')).toBe(true);
    }),
  );
});

test('a line has at most 1,000 characters by default', () => {
  expect(toLine('x'.repeat(1_000))).toBe('x'.repeat(1_000));
  expect(toLine('x'.repeat(1_001))).toBe(`${'x'.repeat(999)}…`);
});

test('HTML escapes each character that has a meaning in HTML once', () => {
  expect(toHtml(`<a href="x" title='y'>&amp;</a>`)).toBe(
    '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;',
  );
});

test('HTML shows the line of its text, without any markup', () => {
  fc.assert(
    fc.property(hostileText, maxLength, (text, max) => {
      const html = toHtml(text, max);
      expect(html).not.toMatch(/[<>"'\r\n]/);
      expect(html.replace(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
      expect(textOf(html)).toBe(toLine(text, max));
    }),
    { numRuns: 500 },
  );
});

test('HTML is truncated before it is escaped, so that no character reference is cut', () => {
  expect(toHtml('<<<<', 3)).toBe('&lt;&lt;…');
});
