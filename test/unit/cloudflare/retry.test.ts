import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limitPauseMs, rateLimitPauseMs, retryDelayMs, serverDelayMs } from '../../../src/cloudflare/retry.ts';

const NOW_MS = Date.parse('2026-11-23T09:00:00Z');

test.each([
  [1, 500],
  [2, 1_000],
  [3, 2_000],
  [4, 4_000],
  [5, 8_000],
  [6, 8_000],
  [50, 8_000],
])('the backoff after failure %d is at most %d ms', (failures, maxMs) => {
  expect(retryDelayMs(failures, undefined, () => 0)).toBe(maxMs);
});

test('jitter shortens a backoff by at most a quarter', () => {
  expect(retryDelayMs(1, undefined, () => 0.5)).toBe(437.5);
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), random, (failures, chance) => {
      const maxMs = Math.min(500 * 2 ** (failures - 1), 8_000);
      const delayMs = retryDelayMs(failures, undefined, () => chance);
      expect(delayMs).toBeGreaterThanOrEqual(0.75 * maxMs);
      expect(delayMs).toBeLessThanOrEqual(maxMs);
    }),
  );
});

test.each([0, 1, 250, 300_000, Number.POSITIVE_INFINITY])(
  'a delay of %d ms that the server asks for has no jitter',
  (askedMs) => {
    expect(retryDelayMs(3, askedMs, () => 0.9)).toBe(askedMs);
  },
);

test.each([
  [1, undefined, 5_000],
  [2, undefined, 10_000],
  [3, undefined, 20_000],
  [4, undefined, 40_000],
  [5, undefined, 80_000],
  [6, undefined, 160_000],
  [7, undefined, 300_000],
  [50, undefined, 300_000],
  [1, 1, 1],
  [2, 1, 10_000],
  [2, 10_001, 10_001],
])('pause %d in a row, for which the server asks for %s ms, takes %d ms', (inRow, askedMs, pauseMs) => {
  expect(limitPauseMs(inRow, askedMs)).toBe(pauseMs);
});

test.each<[string, Record<string, string>, unknown, number | undefined]>([
  ['no header', {}, undefined, undefined],
  ['seconds', { 'retry-after': '7' }, undefined, 7_000],
  ['zero seconds', { 'retry-after': '0' }, undefined, undefined],
  ['zero seconds beside a delay in the body', { 'retry-after': '0' }, 12, 12_000],
  ['a fraction of a second', { 'retry-after': '1.5' }, undefined, 1_500],
  ['hundredths of a second', { 'retry-after': '1.25' }, undefined, 1_250],
  ['blanks around the number', { 'retry-after': '\t 7 ' }, undefined, 7_000],
  ['milliseconds', { 'retry-after-ms': '250' }, undefined, 250],
  ['the longer one of seconds and milliseconds', { 'retry-after': '7', 'retry-after-ms': '250' }, undefined, 7_000],
  ['the longer one of milliseconds and seconds', { 'retry-after': '7', 'retry-after-ms': '9000' }, undefined, 9_000],
  ['seconds beside unusable milliseconds', { 'retry-after': '7', 'retry-after-ms': 'soon' }, undefined, 7_000],
  ['a date', { 'retry-after': 'Mon, 23 Nov 2026 09:02:30 GMT' }, undefined, 150_000],
  ['a date of RFC 850', { 'retry-after': 'Monday, 23-Nov-26 09:02:30 GMT' }, undefined, 150_000],
  ['a date of asctime', { 'retry-after': 'Mon Nov 23 09:02:30 2026' }, undefined, 150_000],
  ['a date of asctime, one-digit day', { 'retry-after': 'Tue Dec  1 09:00:00 2026' }, undefined, 8 * 86_400_000],
  ['a date in the past', { 'retry-after': 'Mon, 23 Nov 2026 08:59:59 GMT' }, undefined, undefined],
  [
    'a date by the clock of the server',
    { 'retry-after': 'Mon, 23 Nov 2026 08:02:30 GMT', date: 'Mon, 23 Nov 2026 08:00:00 GMT' },
    undefined,
    150_000,
  ],
  [
    'a date beside a time of the server that cannot be read',
    { 'retry-after': 'Mon, 23 Nov 2026 09:02:30 GMT', date: 'today' },
    undefined,
    150_000,
  ],
  ['a date in another form', { 'retry-after': '2026-11-23T09:02:30Z' }, undefined, undefined],
  ['a date in another zone', { 'retry-after': 'Mon, 23 Nov 2026 09:02:30 EST' }, undefined, undefined],
  ['words before a date', { 'retry-after': 'after Mon, 23 Nov 2026 09:02:30 GMT' }, undefined, undefined],
  ['words after a date', { 'retry-after': 'Mon, 23 Nov 2026 09:02:30 GMT (soon)' }, undefined, undefined],
  ['words before a date of RFC 850', { 'retry-after': 'x Monday, 23-Nov-26 09:02:30 GMT' }, undefined, undefined],
  ['words after a date of RFC 850', { 'retry-after': 'Monday, 23-Nov-26 09:02:30 GMT (x)' }, undefined, undefined],
  ['words before a date of asctime', { 'retry-after': 'x Mon Nov 23 09:02:30 2026' }, undefined, undefined],
  ['words after a date of asctime', { 'retry-after': 'Mon Nov 23 09:02:30 2026 (x)' }, undefined, undefined],
  ['a date that does not exist', { 'retry-after': 'Mon, 99 Foo 2026 09:02:30 GMT' }, undefined, undefined],
  ['a negative number', { 'retry-after': '-5' }, undefined, undefined],
  ['two numbers', { 'retry-after': '5, 10' }, undefined, undefined],
  ['a number in another notation', { 'retry-after': '1e3' }, undefined, undefined],
  ['a word', { 'retry-after': 'soon' }, undefined, undefined],
  ['an empty value', { 'retry-after': '' }, undefined, undefined],
  ['seconds in the body', {}, 12, 12_000],
  ['seconds in the body, as text', {}, '12', 12_000],
  ['seconds in the body, with blanks around them', {}, ' 12 ', 12_000],
  ['the longer one of header and body', { 'retry-after': '7' }, 12, 12_000],
  ['the longer one of body and header', { 'retry-after': '12' }, 7, 12_000],
  ['a date before the body', { 'retry-after': 'Mon, 23 Nov 2026 09:02:30 GMT' }, 12, 150_000],
  ['a negative number in the body', {}, -1, undefined],
  ['an object in the body', {}, { seconds: 12 }, undefined],
  ['null in the body', {}, null, undefined],
])('the delay for %s is parsed', (_title, headers, bodyRetryAfter, delayMs) => {
  expect(serverDelayMs(new Headers(headers), [bodyRetryAfter], NOW_MS)).toBe(delayMs);
});

test('a whole number of seconds is the same delay in the header and in the body', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), (seconds) => {
      expect(serverDelayMs(new Headers({ 'retry-after': String(seconds) }), [], NOW_MS)).toBe(seconds * 1_000);
      expect(serverDelayMs(new Headers(), [seconds], NOW_MS)).toBe(seconds * 1_000);
    }),
  );
});

test('a date is the delay until then', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e8 }), (seconds) => {
      const date = new Date(NOW_MS + seconds * 1_000).toUTCString();
      expect(serverDelayMs(new Headers({ 'retry-after': date }), [], NOW_MS)).toBe(seconds * 1_000);
    }),
  );
});

test('a server delay is never negative and never NaN, whatever the server sends', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[-+.\d e]{1,8}$/));
  fc.assert(
    fc.property(text, text, fc.anything(), (retryAfter, retryAfterMs, body) => {
      const headers = new Headers({ 'retry-after': retryAfter, 'retry-after-ms': retryAfterMs });
      expect(serverDelayMs(headers, [body], NOW_MS) ?? 0).toBeGreaterThanOrEqual(0);
    }),
  );
});

test.each<[string | null, number | undefined]>([
  [null, undefined],
  ['', undefined],
  ['"default";r=50;t=30', undefined],
  ['"default";r=1;t=30', undefined],
  ['"default";r=10;t=30', undefined],
  ['"default";r=0;t=30', 30_000],
  ['"default";r=00;t=30', 30_000],
  ['"default";t=30;r=0', 30_000],
  ['"default"; r=0; t=30', 30_000],
  ['"default" ; r=0 ;t=30', 30_000],
  ['"default";q=100;r=0;w=60;t=30', 30_000],
  ['"default";quota=100;r=0;t=30', 30_000],
  ['"default";r=0;pk="two words";t=30', 30_000],
  ['"default";r=0;t=0', 0],
  ['"default";r=0', undefined],
  ['"default";t=30', undefined],
  ['"default"', undefined],
  ['"burst";r=0;t=5, "daily";r=0;t=600', 600_000],
  ['"daily";r=0;t=600,"burst";r=0;t=5', 600_000],
  ['"burst";r=7;t=600, "daily";r=0;t=5', 5_000],
  ['"burst";r=0;t=5, "daily";r=7;t=600', 5_000],
  ['"burst";r=0, "daily";r=7;t=600', undefined],
  ['"odd;r=0;t=9";r=5;t=30', undefined],
  ['"default";xr=0;r=5;t=30', undefined],
  ['"default";r=-1;t=30', undefined],
  ['default;r=0;t=30', undefined],
  ['limit=100, remaining=0, reset=30', undefined],
])('the Ratelimit header %j asks for a pause of %s ms', (header, pauseMs) => {
  expect(rateLimitPauseMs(header, 0)).toBe(pauseMs);
});

test.each([
  [0, 0, 30_000],
  [0, 3, 30_000],
  [1, 0, undefined],
  [1, 1, 30_000],
  [3, 3, 30_000],
  [4, 3, undefined],
  [30, 3, undefined],
  [30, 30, 30_000],
])('%d requests left and %d in flight ask for a pause of %s ms', (left, inFlight, pauseMs) => {
  expect(rateLimitPauseMs(`"default";r=${left};t=30`, inFlight)).toBe(pauseMs);
});

test('of several used-up policies, the one that frees last decides the pause', () => {
  const policy = fc.record({
    name: fc.stringMatching(/^[ -!#-[\]-~]{0,12}$/),
    left: fc.oneof(fc.constant(0), fc.nat(100)),
    seconds: fc.nat(100_000),
    isReversed: fc.boolean(),
    separator: fc.constantFrom(';', '; ', ' ; '),
  });
  fc.assert(
    fc.property(fc.array(policy, { maxLength: 5 }), (policies) => {
      const header = policies
        .map(({ name, left, seconds, isReversed, separator }) => {
          const parameters = [`r=${left}`, `t=${seconds}`];
          return [`"${name}"`, ...(isReversed ? parameters.reverse() : parameters)].join(separator);
        })
        .join(', ');
      const pauses = policies.filter(({ left }) => left === 0).map(({ seconds }) => seconds * 1_000);
      expect(rateLimitPauseMs(header, 0)).toBe(pauses.length === 0 ? undefined : Math.max(...pauses));
    }),
  );
});

test('a pause is never negative and never NaN, whatever the server sends', () => {
  const pieces = fc.constantFrom('"', 'a', ';', 'r=0', 't=3', 't=', ',', ' ', '=', '-1', '99', '\\');
  const header = fc.oneof(
    fc.string(),
    fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(header, (text) => {
      expect(rateLimitPauseMs(text, 0) ?? 0).toBeGreaterThanOrEqual(0);
    }),
  );
});
