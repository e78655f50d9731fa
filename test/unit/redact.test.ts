import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRedactor } from '../../src/redact.ts';
import { toHtml, toLine } from '../../src/report/text.ts';
import { substringsOf } from '../substrings.ts';
import { runAside } from './aside.ts';
import { hostileText, textOf } from './hostile-text.ts';

const SECRET = 'fake-AbCdEfGhIj';

test.each([
  ['the whole of a secret', `key ${SECRET}.`, 'key ***.'],
  ['a secret twice', `${SECRET} and ${SECRET}`, '*** and ***'],
  ['the first half of a secret', 'key fake-AbCdE…', 'key ***…'],
  ['the last half of a secret', 'key …CdEfGhIj', 'key …***'],
  ['eight characters from the middle of a secret', '>bCdEfGhI<', '>***<'],
  ['overlapping parts as one', 'xfake-AbCdEfGhIjx', 'x***x'],
  ['adjacent parts one by one', 'fake-AbCdEfCdEfGhIj', '******'],
  ['a secret in another case', 'FAKE-ABCDEFGHIJ, fake-abcdefghij', '***, ***'],
  ['a text that is a secret', SECRET, '***'],
  ['a secret behind letters whose lower case is longer', `İİİ ${SECRET} İ`, 'İİİ *** İ'],
])('the redactor hides %s', (_title, text, expected) => {
  expect(createRedactor([SECRET])(text)).toBe(expected);
});

test.each(['', 'key fake-Ab', 'fake AbC dEf', 'İstanbul <b>\n::error::', 'a \t b', '***'])(
  'the redactor does not change %j',
  (text) => {
    expect(createRedactor([SECRET])(text)).toBe(text);
  },
);

test('the redactor ignores secrets of fewer than eight characters', () => {
  expect(createRedactor(['true', 'e', '1234567', ''])('true: e 1234567')).toBe('true: e 1234567');
  expect(createRedactor([])('abc abc')).toBe('abc abc');
});

test('the redactor hides a secret of eight characters', () => {
  expect(createRedactor(['fake-key'])('a fake-key, a fake-ke')).toBe('a ***, a fake-ke');
});

test('the redactor hides each of several secrets, and overlapping ones as one', () => {
  const redact = createRedactor(['fake-first', 'first-second']);
  expect(redact('fake-first; first-second; fake-first-second')).toBe('***; ***; ***');
});

test('the redactor takes no character of a secret for a pattern', () => {
  const redact = createRedactor(['a.b*c+(d)[e]\\f$']);
  expect(redact('<a.b*c+(d)[e]\\f$>')).toBe('<***>');
  expect(redact('aXbbc+(d)[e]\\fX')).toBe('aXbb***X');
});

test('the redactor hides a secret with characters of two UTF-16 units', () => {
  expect(createRedactor(['😀😀😀😀'])('a 😀😀😀😀 b')).toBe('a *** b');
  expect(createRedactor(['fake-😀-key'])('ake-😀-ke')).toBe('***');
});

test('a mask does not complete a secret that holds asterisks', () => {
  const redact = createRedactor(['fake***tail', 'other-secret']);
  expect(redact('fakeother-secrettail')).not.toContain('fake***tail');
});

test('white space that a line shows as one blank does not complete a secret', () => {
  for (const secret of ['fake correct horse', 'fake  correct  horse']) {
    for (const space of ['\n', ' \t', '\r\n', '\v\f', '\u0085', '\u2028 \u2029']) {
      const line = toLine(createRedactor([secret])(`fake${space}correct${space}horse`));
      expect(substringsOf(secret).filter((part) => line.includes(part))).toEqual([]);
    }
  }
});

/** Redacts in a process of its own: a text of `length` characters that repeats `unit`. */
async function redactAside(secret: string, unit: string, length: number): Promise<string> {
  const script =
    'process.stdout.write(module.createRedactor([input.secret])(input.unit.repeat(Math.ceil(input.length / input.unit.length))));';
  return (await runAside('redact.ts', script, { input: { secret, unit, length } })).stdout;
}

test('the redactor ends for a secret with letters beyond ASCII in another case', async () => {
  expect(await redactAside('fäke-pässwört', 'x FÄKE-PÄSSWÖRT y', 1)).not.toBe('');
});

test('no eight characters in a row of a secret pass the redactor, in any text', () => {
  // Without the asterisk, which the mask consists of.
  const secrets = fc.array(fc.stringMatching(/^[!-)+-~]{8,40}$/), { minLength: 1, maxLength: 3 });
  const part = fc.record({ which: fc.nat(), from: fc.nat(), length: fc.nat(20), isUpper: fc.boolean() });
  fc.assert(
    fc.property(secrets, fc.array(fc.tuple(hostileText, part)), hostileText, (values, parts, end) => {
      const pieces = parts.map(([before, { which, from, length, isUpper }]) => {
        const value = values[which % values.length] ?? '';
        const start = from % (value.length - 7);
        const piece = value.slice(start, start + 8 + length);
        return before + (isUpper ? piece.toUpperCase() : piece);
      });
      const redacted = createRedactor(values)(pieces.join('') + end);
      for (const shown of [redacted, toLine(redacted), toLine(redacted, 20), textOf(toHtml(redacted))]) {
        for (const secret of values.flatMap(substringsOf)) {
          expect(shown.toLowerCase()).not.toContain(secret.toLowerCase());
        }
      }
    }),
    { numRuns: 300 },
  );
});

const LONG_SECRET = Array.from({ length: 20_000 }, (_, index) => index.toString(36)).join('');

test.concurrent.each([
  ['one letter repeated', 'a'.repeat(100_000), 'a'],
  ['one letter repeated, in a text that is almost it', 'aaaaaaaa', 'aaaaaaab'],
  ['a pattern that backtracks', '(a+)+$|(.*)*[^x]{9}', 'a'],
  ['a secret as long as a variable can be', LONG_SECRET, LONG_SECRET],
  ['asterisks', '*'.repeat(20), '*'],
  ['a secret that holds a mask and blanks', 'x*** *** ', 'x\n***\t*** '],
])('the redactor takes linear time for %s', async (_what, secret, unit) => {
  // In quadratic time, a million characters would take many minutes.
  const redacted = await redactAside(secret, unit, 1024 * 1024);
  for (const part of substringsOf(secret).slice(0, 100)) expect(redacted.includes(part)).toBe(false);
});

test('masks that complete a secret with each other are masked in linear time', () => {
  const count = 50_000;
  const redacted = createRedactor(['x***yyyy'])(`${'x'.repeat(count)}x***yyyy${'yyyy'.repeat(count)}`);
  expect(redacted).toBe('***');
});
