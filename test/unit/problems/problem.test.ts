import { describe, expect, test } from 'vitest';
import { ApiError, type ApiErrorFields, StopError, type StopReason } from '../../../src/cloudflare/errors.ts';
import { inviteLabel, isFailed, type Outcome, problemLine, verbOf } from '../../../src/invites/outcome.ts';
import { requestDetails, requestProblem, stopProblem } from '../../../src/problems/problem.ts';

function errorOf(
  fields: Partial<ApiErrorFields> = {},
  after: { attempts?: number; retryExceedsDeadline?: boolean } = {},
) {
  const error = new ApiError({
    method: 'PATCH',
    path: '/user/invites/x',
    reason: 'HTTP 500',
    effect: 'unclear',
    retryable: true,
    ...fields,
  });
  return Object.assign(error, after);
}

describe('the problem of a request', () => {
  test('says what was tried, how it ended and what is known of the invite', () => {
    const problem = requestProblem('Title', errorOf({ status: 500 }), 'api-token', 'pending');
    expect(problem).toMatchObject({
      title: 'Title',
      message: 'PATCH /user/invites/x failed: HTTP 500. The invite is still pending.',
      details: [],
    });
    expect(problem.hint).toContain('cloudflarestatus.com');
  });

  test('says so when the state is unknown, and nothing of it where there is no invite', () => {
    const messageOf = (knowledge: Parameters<typeof requestProblem>[3]): string =>
      requestProblem('Title', errorOf(), 'api-token', knowledge).message;
    expect(messageOf('unclear')).toContain('State unknown: the invite may or may not have been answered');
    expect(messageOf('unread')).toContain('State unknown: the invite has not been read');
    expect(messageOf('missing')).toBe('PATCH /user/invites/x failed: HTTP 500.');
    expect(messageOf('irrelevant')).toBe('PATCH /user/invites/x failed: HTTP 500.');
  });

  test('counts the attempts if there were several', () => {
    const messageOf = (attempts: number): string =>
      requestProblem('Title', errorOf({}, { attempts }), 'api-token', 'missing').message;
    expect(messageOf(1)).not.toContain('attempt');
    expect(messageOf(3)).toContain('HTTP 500 (3 attempts).');
  });
});

describe('the details of a request', () => {
  test.each<[string, Partial<ApiErrorFields>, { retryExceedsDeadline?: boolean }, readonly string[]]>([
    ['nothing', {}, {}, []],
    [
      'each error with its chain, pointer and documentation',
      {
        details: [
          {
            code: 1,
            message: 'One',
            chain: [{ code: 2, message: 'Two' }, { message: '' }],
            pointer: '/a',
            documentationUrl: 'https://x.example',
          },
          { message: '', chain: [] },
        ],
      },
      {},
      [
        'Cloudflare: code 1: One > code 2: Two > no code: no message (at /a) (see https://x.example).',
        'Cloudflare: no code: no message.',
      ],
    ],
    [
      'the delay that was asked for',
      { retryAfterMs: 290_000 },
      {},
      ['The server asked to wait 290 s before another attempt.'],
    ],
    [
      'the delay that was asked for and did not fit',
      { retryAfterMs: 290_000 },
      { retryExceedsDeadline: true },
      ['The server asked to wait 290 s before another attempt, for which timeout-seconds leaves no time.'],
    ],
    [
      'that a delay of our own did not fit',
      {},
      { retryExceedsDeadline: true },
      ['There was no time left in timeout-seconds for another attempt.'],
    ],
    ['the ray', { cfRay: '8f-FRA' }, {}, ['cf-ray: 8f-FRA.']],
  ])('hold %s', (_case, fields, after, details) => {
    expect(requestDetails(errorOf(fields, after))).toEqual(details);
  });
});

describe('the problem that ends a step', () => {
  test.each<[StopReason, string]>([
    ['cancelled', 'The job was cancelled'],
    ['deadline', 'The step ran out of time'],
    ['rate-limit', 'Cloudflare’s rate limit leaves no time'],
    ['credentials', 'Cloudflare refused the credentials'],
  ])('has a title and a hint for %s', (reason, title) => {
    const problem = stopProblem(new StopError(reason, 'Because.'), 'api-token');
    expect(problem).toMatchObject({ title, message: 'Because.', details: [] });
    expect(problem.hint).toBeTruthy();
  });

  test('tells of the answer that led to it, and prefers its hint', () => {
    const refusal = {
      status: 401,
      reason: 'HTTP 401',
      details: [{ code: 1000, message: 'Invalid API Token', chain: [] }],
    };
    const problem = stopProblem(new StopError('credentials', 'Refused.', errorOf(refusal)), 'api-token');
    expect(problem.message).toBe('PATCH /user/invites/x failed: HTTP 401.');
    expect(problem.details).toEqual(['Cloudflare: code 1000: Invalid API Token.']);
    expect(problem.hint).toContain('does not accept this API token');
  });

  test('tells of a limit as well as of the answer that set it', () => {
    const error = errorOf({ status: 429, effect: 'none' });
    const problem = stopProblem(new StopError('rate-limit', 'No time.', error), 'api-token');
    expect(problem.message).toBe('No time. PATCH /user/invites/x failed: HTTP 500.');
    expect(problem.hint).toContain('Raise timeout-seconds');
  });
});

describe('words', () => {
  test('a problem in one line leaves the hint out', () => {
    expect(problemLine({ title: 'T', message: 'M.', details: ['D.', 'E.'], hint: 'H.' })).toBe('M. D. E.');
  });

  test('an invite is called by its organization and its id, or by its id alone', () => {
    expect(inviteLabel({ organization_name: 'Acme, Inc.' }, 'x')).toBe('Acme, Inc. (x)');
    expect(inviteLabel({}, 'x')).toBe('x');
    expect(inviteLabel({ organization_name: '' }, 'x')).toBe('x');
  });

  test('the verb follows the answer', () => {
    expect([verbOf('accepted'), verbOf('rejected')]).toEqual(['accept', 'reject']);
  });

  test('what was not attempted counts as failed, and what is unchanged or planned does not', () => {
    const problem = { title: 'T', message: 'M', details: [] };
    const kinds = (['changed', 'unchanged', 'planned'] as const).map((kind) => ({ kind, id: 'x', invite: {} }));
    const failures = (['failed', 'not_attempted'] as const).map((kind) => {
      return { kind, id: 'x', invite: {}, problem, causedByStop: true };
    });
    const outcomes: readonly Outcome[] = [...kinds, ...failures];
    expect(outcomes.filter(isFailed).map(({ kind }) => kind)).toEqual(['failed', 'not_attempted']);
  });
});
