import { expect, test } from 'vitest';
import { StopError } from '../../../src/cloudflare/errors.ts';
import type { FilterMismatch } from '../../../src/invites/filters.ts';
import { outcomeProblem } from '../../../src/problems/outcome-problem.ts';
import { failed } from '../report/fixture.ts';

test.each<[FilterMismatch, string]>([
  [{ kind: 'unmatched', filter: 'organization-id', value: 'x' }, 'organization-id does not match ("x")'],
  [{ kind: 'excluded', filter: 'roles', value: 'DNS' }, 'roles excludes it ("DNS")'],
  [{ kind: 'unmatched', filter: 'invited-by', value: undefined }, 'invited-by does not match (missing or unreadable)'],
])('an invite outside the policy, %j, is explained', (mismatch, reason) => {
  const context = { desiredStatus: 'accepted', dryRun: false, scheme: 'api-token' } as const;
  const problem = outcomeProblem(
    failed('a1', { cause: { kind: 'outside-policy', mismatch, failure: undefined } }),
    context,
  );
  expect(problem.message).toBe(`It was left untouched: ${reason}.`);
});

const CONTEXT = { desiredStatus: 'accepted', dryRun: false, scheme: 'api-token' } as const;
const DEADLINE = new StopError({ kind: 'deadline', timeoutSeconds: 10 });

test('a defect is explained with what is known of the invite', () => {
  const cause = { kind: 'defect', description: 'TypeError: x' } as const;
  expect(outcomeProblem(failed('a1', { cause, state: 'unknown' }), CONTEXT)).toEqual({
    title: 'Could not accept invite a1',
    message: 'This action has a defect. TypeError: x State unknown.',
    details: [],
    hint: 'Please report it, with this message.',
  });
});

test.each([
  ['not_attempted', 'Invite a1 was not attempted', 'The step ran out of time.'],
  ['failed', 'Could not accept invite a1', 'The step ran out of time. Not changed by this step.'],
] as const)('an invite of a stopped step that is %s says "%s"', (kind, title, message) => {
  const cause = { kind: 'stop', stop: DEADLINE } as const;
  expect(outcomeProblem(failed('a1', { cause, kind, state: 'unread', causedByStop: true }), CONTEXT)).toEqual({
    title,
    message,
    details: [],
    hint: 'Raise timeout-seconds, or handle fewer invites in one step.',
  });
});
