import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCommand } from '../../../sandbox/runner.ts';
import { createSafeText } from '../../../src/report/text.ts';
import { substringsOf } from '../../substrings.ts';

const TOKEN = 'fake-token-0123456789';

/** Text that a stranger would write, with everything that the runner, a terminal or a browser gives a meaning to. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...['::', ':', '##[', '##', '#', '[', ']', '::error::', '##[error]', '::add-mask::x', 'stop-commands'],
        ...[' ', '\t', '\n', '\r\n', '\r', '\v', '\f', '\u0085', '\u00a0', '\u2028', '\u2029', '\u3000', '%0A'],
        ...['\u0000', '\u001b[31m', '\u007f', '\u200b', '\u202e', '\u2066', '\ufeff', '\ue000', '\ufe0f', '\u{e0001}'],
        ...['<b>', '</code>', '<', '>', '"', "'", '&', '&lt;', '`', '😀', '\ud83d', '\ude00', '***'],
      ),
      fc.string({ unit: 'binary', maxLength: 10 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

/** What .NET takes for white space at the start of a line, and what it skips when it compares. */
const OLD_COMMAND = /#\p{DI}*#\p{DI}*\[/u;
const NEW_COMMAND = /^[\s\u0085\p{DI}]*:\p{DI}*:/u;

const HTML_ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

/** What a browser shows of escaped text. */
function unescapeHtml(html: string): string {
  return html.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => HTML_ENTITIES[entity] ?? '');
}

describe('redact', () => {
  const secret = 'fake-AbCdEfGhIj';

  test.each([
    ['the whole of a secret', `key ${secret}.`, 'key ***.'],
    ['a secret twice', `${secret} and ${secret}`, '*** and ***'],
    ['its first half', 'key fake-AbCdE…', 'key ***…'],
    ['its last half', 'key …CdEfGhIj', 'key …***'],
    ['eight characters of its middle', '>bCdEfGhI<', '>***<'],
    ['a stretch together with what belongs to it', 'xfake-AbCdEfGhIjx', 'x***x'],
    ['two stretches side by side', 'fake-AbCdEfCdEfGhIj', '******'],
    ['a secret in another case', 'FAKE-ABCDEFGHIJ, fake-abcdefghij', '***, ***'],
    ['a secret that is all there is', secret, '***'],
  ])('hides %s', (_what, text, expected) => {
    expect(createSafeText([secret]).redact(text)).toBe(expected);
  });

  test.each(['', 'key fake-Ab', 'fake AbC dEf', 'İstanbul <b>\n::error::', '***'])('leaves %j alone', (text) => {
    expect(createSafeText([secret]).redact(text)).toBe(text);
  });

  test('positions hold behind characters whose lower case is longer', () => {
    expect(createSafeText([secret]).redact(`İİİ ${secret} İ`)).toBe('İİİ *** İ');
  });

  test('a secret of four to seven characters is hidden as a whole only', () => {
    const { redact } = createSafeText(['pass', 'fake-7x']);
    expect(redact('a pass, a fake-7x, a fake-7')).toBe('a ***, a ***, a fake-7');
  });

  test('a secret of three characters or none hides nothing', () => {
    expect(createSafeText(['abc', '']).redact('abc abc')).toBe('abc abc');
    expect(createSafeText([]).redact('abc')).toBe('abc');
  });

  test('each of several secrets is hidden, also where they overlap', () => {
    const { redact } = createSafeText(['fake-first', 'first-second', 'four']);
    expect(redact('fake-first; first-second; four; fake-first-second; fourfake-first')).toBe(
      '***; ***; ***; ***; ******',
    );
  });

  test('a secret with letters outside ASCII, met in another case, does not keep it from ending', async () => {
    // In a process of its own, which can be ended if it does not end by itself.
    const script = `
      const { createSafeText } = await import(${JSON.stringify(new URL('../../../src/report/text.ts', import.meta.url).href)});
      createSafeText(['fäke-pässwört']).redact('x FÄKE-PÄSSWÖRT y');
      console.log('ended');`;
    const arguments_ = ['--input-type=module', '--eval', script];
    const child = promisify(execFile)(process.execPath, arguments_, { timeout: 15_000 });
    await expect(child).resolves.toMatchObject({ stdout: 'ended\n' });
  }, 20_000);

  test('a short secret inside a long one does not end the mask early', () => {
    expect(createSafeText(['fake-first', 'e-fi']).redact('a fake-first b')).toBe('a *** b');
  });

  test('characters with a meaning in patterns are taken as they are', () => {
    const { redact } = createSafeText(['a.b*c+(d)[e]\\f$']);
    expect(redact('<a.b*c+(d)[e]\\f$>')).toBe('<***>');
    expect(redact('aXbbc+(d)[e]\\fX')).toBe('aXbb***X');
  });

  test('no eight characters in a row of a secret survive, whatever surrounds them', () => {
    // Without the asterisk, of which the mask consists; a test of its own is below.
    const secrets = fc.array(fc.stringMatching(/^[!-)+-~]{8,40}$/), { minLength: 1, maxLength: 3 });
    const stretch = fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.boolean());
    fc.assert(
      fc.property(secrets, fc.array(fc.tuple(hostile, stretch)), hostile, (values, parts, end) => {
        const text = parts
          .map(([before, [which, from, length, isUpper]]) => {
            const value = values[which % values.length] ?? '';
            const start = from % (value.length - 7);
            const part = value.slice(start, start + 8 + (length % 20));
            return before + (isUpper ? part.toUpperCase() : part);
          })
          .join('');
        const safe = createSafeText(values);
        const results = [
          safe.redact(text + end),
          safe.line(text + end),
          safe.line(text + end, 20),
          unescapeHtml(safe.html(text + end)),
        ];
        for (const result of results) {
          for (const part of values.flatMap(substringsOf))
            expect(result.toLowerCase()).not.toContain(part.toLowerCase());
        }
      }),
      { numRuns: 300 },
    );
  });

  test('the mask itself does not complete a secret that holds asterisks', () => {
    const value = 'fake***tail';
    const { redact } = createSafeText([value, 'other-secret']);
    expect(redact('fakeother-secrettail')).not.toContain(value);
  });
});

describe('line', () => {
  const { line } = createSafeText([TOKEN]);

  test.each([
    ['plain text as it is', 'Müller & Søn, Inc. (日本) 😀', 'Müller & Søn, Inc. (日本) 😀'],
    ['colons inside a line', 'a :: b ::error::', 'a :: b ::error::'],
    ['a single colon in front', ': a', ': a'],
    ['hashes and brackets', '## [error] #[1]', '## [error] #[1]'],
    ['markup, which is for html to escape', '<b>&amp;</b>', '<b>&amp;</b>'],
    ['the empty text', '', ''],
  ])('keeps %s', (_what, text, expected) => {
    expect(line(text)).toBe(expected);
  });

  test.each([
    ['a command', '::error::forged', ': :error::forged'],
    ['a command behind white space', ' \t\u00a0\u3000::error::x', '  \u00a0\u3000: :error::x'],
    ['a command of nothing but colons', '::::', ': :::'],
    ['a command of the old form', 'Acme ##[error]x', 'Acme # #[error]x'],
    ['a command of the old form behind more hashes', '####[error]x', '### #[error]x'],
    ['a command of the old form behind an ignorable character', '#\ufe0f#[error]x', '# \ufe0f#[error]x'],
    ['a command of the old form before an ignorable character', '##\ufe0f[error]x', '# #\ufe0f[error]x'],
    ['a command around an ignorable character', '\ufe0f:\ufe0f:error::x', '\ufe0f: \ufe0f:error::x'],
    ['every command of the old form', '##[a]##[b]', '# #[a]# #[b]'],
    ['a command behind a line break', 'Acme\n::error::x', 'Acme ::error::x'],
    ['a run of line breaks of all kinds', 'a\r\n\u0085\u2028\u2029\v\f\tb', 'a b'],
    ['escape sequences of a terminal', 'a\u001b[31mb', 'a\ufffd[31mb'],
    ['a bidirectional override', 'a\u202egnp.exe', 'a\ufffdgnp.exe'],
    ['a zero-width space', 'Ac\u200bme', 'Ac\ufffdme'],
    ['a byte order mark before a command', '\ufeff::error::x', '\ufffd: :error::x'],
    ['a private-use character', 'a\ue000', 'a\ufffd'],
    ['half a surrogate pair', 'a\ud83d', 'a\ufffd'],
    ['a secret', `token=${TOKEN}`, 'token=***'],
  ])('disarms %s', (_what, text, expected) => {
    expect(line(text)).toBe(expected);
  });

  test('is one line that starts no command, whatever it is made of', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 60 }), (text, maxLength) => {
        for (const result of [line(text), line(text, maxLength)]) {
          expect(result).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
          expect(result.isWellFormed()).toBe(true);
          expect(result).not.toMatch(OLD_COMMAND);
          expect(result).not.toMatch(NEW_COMMAND);
          expect(parseCommand(result)).toBeUndefined();
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('is never longer than it may be, and is cut only if it must be', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 60 }), (text, maxLength) => {
        const whole = line(text);
        const result = line(text, maxLength);
        expect(result.length).toBeLessThanOrEqual(maxLength);
        if (whole.length <= maxLength) expect(result).toBe(whole);
        else expect(whole.startsWith(result.slice(0, -1)) && result.endsWith('…')).toBe(true);
      }),
    );
  });

  test('holds 1,000 characters unless told otherwise', () => {
    expect(line('x'.repeat(1_000))).toBe('x'.repeat(1_000));
    expect(line('x'.repeat(1_001))).toBe(`${'x'.repeat(999)}…`);
  });

  test('a cut leaves no half of a surrogate pair, and no secret', () => {
    expect(line('abc😀def', 5)).toBe('abc…');
    expect(line('abc😀def', 6)).toBe('abc😀…');
    expect(line(`x ${TOKEN}`, 12)).toBe('x ***');
  });

  test('white space made alike does not complete a secret', () => {
    const safe = createSafeText(['fake correct horse']);
    expect(safe.line('fake\ncorrect\thorse')).not.toContain('fake correct horse');
    expect(safe.html('fake\ncorrect\thorse')).not.toContain('fake correct horse');
  });
});

describe('html', () => {
  const { html, line } = createSafeText([TOKEN]);

  test('escapes what has a meaning in HTML, once', () => {
    expect(html(`<a href="x" title='y'>&amp;</a>`)).toBe(
      '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;',
    );
  });

  test('shows what line shows, without any markup', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 60 }), (text, maxLength) => {
        const result = html(text, maxLength);
        expect(result).not.toMatch(/[<>"'\r\n]/);
        expect(result.replace(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
        expect(unescapeHtml(result)).toBe(line(text, maxLength));
      }),
      { numRuns: 500 },
    );
  });

  test('is cut before it is escaped, so that no entity is', () => {
    expect(html('<<<<', 3)).toBe('&lt;&lt;…');
  });

  test('hides a secret whose characters must be escaped', () => {
    const value = `fake<&>"'key`;
    expect(createSafeText([value]).html(`a ${value} b`)).toBe('a *** b');
  });
});
