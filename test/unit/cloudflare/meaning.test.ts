import { expect, test } from 'vitest';
import { parseBody } from '../../../src/cloudflare/envelope.ts';
import { meaningOf } from '../../../src/cloudflare/meaning.ts';

const meaning = (status: number, body: object | string) =>
  meaningOf(
    status,
    parseBody(typeof body === 'string' ? body : JSON.stringify(body), (text) => text),
  );
const failure = (...errors: object[]) => ({ success: false, errors });
const problem = (code: number) => ({ title: 'Error', status: 403, error_code: code });

test.each([
  [999, undefined],
  [1000, 'edge'],
  [1015, 'rate-limit'],
  [1099, 'edge'],
  [1100, undefined],
])('a problem with error_code %i has the stop kind %s', (code, stopKind) => {
  expect(meaning(403, problem(code)).stopKind).toBe(stopKind);
});

test.each([
  [200, 'unknown'],
  [403, 'not-applied'],
])('a page under HTTP %i has the effect %s, and the request is not sent again', (status, effect) => {
  expect(meaning(status, '<html>')).toEqual({ effect, isRetryable: false, stopKind: 'edge' });
});

test.each<[string, object, boolean]>([
  ['an error of the API', failure({ code: 1, message: 'no' }), true],
  ['no error', failure(), false],
  ['a problem', { ...problem(1), status: 404 }, false],
  ['errors outside of an envelope', { errors: [{ code: 1, message: 'no' }] }, false],
])('HTTP 404 with %s means that there is no such invite: %j', (_what, body, isNotFound) => {
  expect(meaning(404, body).isNotFound ?? false).toBe(isNotFound);
});

test.each<[string, object, object]>([
  [
    'a code of a missing invite',
    { code: 7003, message: 'Could not route' },
    { stopKind: 'credentials', isForAll: true },
  ],
  ['an internal error', { code: 1, message: 'internal server error' }, { effect: 'unknown', isRetryable: true }],
  ['another code', { code: 1, message: 'no' }, { stopKind: 'credentials', isForAll: true }],
])('HTTP 401 with %s means %j', (_what, error, expected) => {
  expect(meaning(401, failure(error))).toMatchObject(expected);
});
