import { describe, expect, test } from 'vitest';
import { causes, describeCauses, errorCode } from '../../../src/cloudflare/errors.ts';

const coded = (message: string, code: string, cause?: unknown): Error =>
  Object.assign(new Error(message, cause === undefined ? {} : { cause }), { code });

describe('the description of a failed fetch', () => {
  test.each<[string, unknown, string]>([
    [
      'leaves out what says nothing',
      new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:1') }),
      'connect ECONNREFUSED 127.0.0.1:1',
    ],
    ['keeps it when there is nothing else', new TypeError('fetch failed'), 'fetch failed'],
    [
      'adds a code that the message lacks',
      new TypeError('terminated', { cause: coded('other side closed', 'UND_ERR_SOCKET') }),
      'terminated: other side closed (UND_ERR_SOCKET)',
    ],
    ['does not repeat a code', coded('read ECONNRESET', 'ECONNRESET'), 'read ECONNRESET'],
    ['takes the code for a message', coded('', 'ECONNREFUSED'), 'ECONNREFUSED'],
    ['has a word for an error that says nothing', new Error(''), 'unknown error'],
    [
      'names every address that was tried, once',
      new TypeError('fetch failed', {
        cause: Object.assign(
          new AggregateError([
            coded('connect ECONNREFUSED ::1:1', 'ECONNREFUSED'),
            coded('connect ECONNREFUSED 127.0.0.1:1', 'ECONNREFUSED'),
            coded('connect ECONNREFUSED 127.0.0.1:1', 'ECONNREFUSED'),
          ]),
          { code: 'ECONNREFUSED' },
        ),
      }),
      'ECONNREFUSED: connect ECONNREFUSED ::1:1: connect ECONNREFUSED 127.0.0.1:1',
    ],
    ['takes a string as it is', 'too slow', 'too slow'],
    ['copes with nothing', undefined, 'undefined'],
  ])('%s', (_case, error, description) => {
    expect(describeCauses(error)).toBe(description);
  });

  test('ends although a cause is its own cause', () => {
    const error = new Error('round and round');
    error.cause = error;
    expect(describeCauses(error)).toBe('round and round');
  });
});

test('causes are listed outermost first, a handful of them', () => {
  const inner = new Error('inner');
  const first = new Error('first', { cause: inner });
  const second = new Error('second');
  const outer = new Error('outer', { cause: new AggregateError([first, second], 'both') });
  expect(causes(outer)).toEqual([outer, outer.cause, first, second, inner]);
  const many = new AggregateError(Array.from({ length: 50 }, (_, index) => new Error(String(index))));
  expect(causes(many)).toHaveLength(6);
});

test.each<[string, unknown, string | undefined]>([
  ['a system error', coded('read ECONNRESET', 'ECONNRESET'), 'ECONNRESET'],
  ['an error without a code', new Error('plain'), undefined],
  ['an error with a number for a code', Object.assign(new Error('odd'), { code: 20 }), undefined],
  ['no error', { code: 'ECONNRESET' }, undefined],
])('the code of %s', (_case, error, code) => {
  expect(errorCode(error)).toBe(code);
});
