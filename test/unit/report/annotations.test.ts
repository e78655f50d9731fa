import { expect, test } from 'vitest';
import { capAnnotations, clockNotice, failureAnnotations, successWarnings } from '../../../src/report/annotations.ts';
import { failed, PROBLEM, succeeded } from './fixture.ts';

const annotations = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ title: `id${index + 1}`, lines: [] }));

test.each([0, 1, 10])('%i annotations stay as they are', (count) => {
  expect(capAnnotations(annotations(count), 'things')).toEqual(annotations(count));
});

test.each([11, 14, 15, 200])('%i annotations become 10, of which the last names five and counts the rest', (count) => {
  const capped = capAnnotations(annotations(count), 'things');
  const rest = count - 9;
  expect(capped.slice(0, 9)).toEqual(annotations(9));
  expect(capped.slice(9)).toEqual([
    {
      title: `${rest} more things`,
      lines: [
        `${rest} more things.`,
        ...annotations(Math.min(count, 14))
          .slice(9)
          .map(({ title }) => title),
        ...(rest > 5 ? [`and ${rest - 5} more`] : []),
        'The summary of the job lists all of them.',
      ],
    },
  ]);
});

const STOP = { title: 'The step stopped', message: '', details: [] };

test('the annotation of a stop names exactly the invites that the stop affects', () => {
  const outcomes = [
    failed('own', { state: 'unsettled' }),
    failed('late', { causedByStop: true, kind: 'not_attempted' }),
    failed('open', { causedByStop: true, state: 'unsettled' }),
    failed('lost', { causedByStop: true, state: 'unknown' }),
    failed('read', { causedByStop: true }),
  ];
  expect(failureAnnotations(outcomes, STOP, 0).map(({ title, lines }) => [title, ...lines])).toEqual([
    [
      'The step stopped',
      'The step stopped.',
      'Not attempted: late.',
      'Pending when last read; an attempt may still take effect: open.',
      'State unknown: lost.',
    ],
    [PROBLEM.title, `${PROBLEM.title}. PATCH failed.`, ...PROBLEM.details, `What to do: ${PROBLEM.hint}`],
  ]);
});

test('a stop has no annotation if every invite failed for another reason', () => {
  expect(failureAnnotations([failed()], STOP, 0).map(({ title }) => title)).toEqual([PROBLEM.title]);
  expect(failureAnnotations([succeeded('changed')], STOP, 0).map(({ title }) => title)).toEqual([STOP.title]);
});

const CONTEXT = { desiredStatus: 'accepted', dryRun: false, scheme: 'api-token' } as const;

test('an invite that is past its date is a warning only where it is planned', () => {
  const past = { isExpired: true, invite: { id: 'a1', expires_on: '2026-11-23T00:00:00Z' } };
  expect(successWarnings({ ...succeeded('changed'), ...past }, CONTEXT)).toEqual([]);
  expect(successWarnings({ ...succeeded('planned'), ...past }, CONTEXT)).toMatchObject([
    { title: 'Invite a1 is pending, but its date has passed' },
  ]);
});

test('an invite outside the policy is a warning that says where to look', () => {
  const mismatch = { kind: 'unmatched', filter: 'roles', value: 'Billing' } as const;
  const [warning] = successWarnings({ ...succeeded('changed'), mismatch }, CONTEXT);
  expect(warning?.lines).toEqual([
    'Invite a1 is accepted, but outside the policy: roles does not match ("Billing"). It has changed since this step selected it.',
    'What to do: look at it in Cloudflare’s dashboard.',
  ]);
});

test.each([
  [600_000, '10 minutes behind'],
  [-7_200_000, '2 hours ahead'],
])('a skew of %i ms means that the clock of the runner is %s', (skewMs, text) => {
  expect(clockNotice(skewMs).title).toBe(`The runner’s clock is ${text}`);
});
