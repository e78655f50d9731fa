import { describe, expect, test } from 'vitest';
import {
  ApiError,
  type ApiErrorFields,
  causes,
  describeCauses,
  type ErrorDetail,
  errorCode,
  errorCodes,
  isAuthError,
  StopError,
} from '../../../src/cloudflare/errors.ts';

const apiError = (fields: Partial<ApiErrorFields>): ApiError =>
  new ApiError({
    method: 'PATCH',
    path: '/user/invites/abc',
    reason: 'HTTP 400',
    effect: 'refused',
    retryable: false,
    ...fields,
  });

const coded = (message: string, code: string, cause?: unknown): Error =>
  Object.assign(new Error(message, cause === undefined ? {} : { cause }), { code });

const DETAILS: readonly ErrorDetail[] = [
  { code: 6003, message: 'Invalid request headers', chain: [{ code: 6103, message: 'key' }, { message: 'no code' }] },
  { message: 'no code either', chain: [] },
  { code: 0, message: 'zero', chain: [{ code: 7003, message: 'route' }] },
];

describe('refused credentials', () => {
  test.each<[number, readonly number[], boolean]>([
    [401, [], true],
    [401, [1000], true],
    [403, [9103], true],
    [403, [9109], true],
    [403, [10000], true],
    [403, [1001, 9109], true],
    [405, [9103], true],
    [405, [9109], true],
    [405, [10000], true],
    [400, [6003, 6103], true],
    [400, [9106], true],
    [200, [10502], true],
    [400, [10502], true],
    [403, [10502], true],
    [429, [10502], true],
    [503, [10502], true],
    [403, [], false],
    [403, [1001], false],
    [403, [6003], false],
    [403, [9106], false],
    [405, [], false],
    [405, [10405], false],
    [400, [], false],
    [400, [7003], false],
    [400, [9103], false],
    [400, [9109], false],
    [400, [10000], false],
    [404, [10000], false],
    [407, [], false],
    [429, [971], false],
    [500, [10000], false],
  ])('HTTP %d with the codes %j: %s', (status, codes, isRefused) => {
    expect(isAuthError(status, codes)).toBe(isRefused);
    const details = codes.map((code) => ({ code, message: '', chain: [] }));
    expect(apiError({ status, details }).isAuthError).toBe(isRefused);
  });

  test('are recognized within an error chain', () => {
    const details = [{ code: 1001, message: '', chain: [{ code: 9109, message: '' }] }];
    expect(apiError({ status: 403, details }).isAuthError).toBe(true);
  });

  test('need an answer', () => {
    const details = [{ code: 10502, message: '', chain: [] }];
    expect(apiError({ details }).isAuthError).toBe(false);
  });
});

test('the codes of an answer are those of its errors and of their chains', () => {
  expect(errorCodes(DETAILS)).toEqual([6003, 6103, 0, 7003]);
  expect(apiError({ details: DETAILS }).codes).toEqual([6003, 6103, 0, 7003]);
  expect(apiError({}).codes).toEqual([]);
});

describe('a missing invite', () => {
  const noRoute = [{ code: 7003, message: 'Could not route', chain: [] }];
  const nested = [{ code: 7000, message: 'No route', chain: [{ code: 7003, message: 'Could not route' }] }];

  test.each<[string, Partial<ApiErrorFields>, boolean]>([
    ['code 7003', { status: 400, details: noRoute }, true],
    ['code 7003 below 7000', { status: 400, details: nested }, true],
    ['HTTP 404', { status: 404, details: [{ code: 1003, message: 'Not found', chain: [] }] }, true],
    ['HTTP 404 that the API did not send', { status: 404 }, false],
    ['HTTP 400', { status: 400 }, false],
    ['HTTP 410', { status: 410 }, false],
    ['code 7003 in an answer that leaves the effect open', { status: 500, details: noRoute, effect: 'unclear' }, false],
    ['no answer', { effect: 'none' }, false],
  ])('%s: %s', (_case, fields, isNotFound) => {
    expect(apiError(fields).isNotFound).toBe(isNotFound);
  });
});

test('an ApiError says in its message what was tried and what happened, and keeps the rest', () => {
  const cause = new Error('deep');
  const error = apiError({ status: 502, cfRay: 'ray-1', retryAfterMs: 7_000, details: DETAILS, cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: 'ApiError',
    message: 'PATCH /user/invites/abc: HTTP 400',
    status: 502,
    cfRay: 'ray-1',
    retryAfterMs: 7_000,
    details: DETAILS,
    attempts: 1,
    retryExceedsDeadline: false,
  });
  expect(error.cause).toBe(cause);
});

test('a StopError keeps its reason and the answer that led to it', () => {
  const error = apiError({});
  expect(new StopError('rate-limit', 'too long', error)).toMatchObject({
    name: 'StopError',
    reason: 'rate-limit',
    message: 'too long',
    error,
  });
});

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
