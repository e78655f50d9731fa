import { expect, test } from 'vitest';
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
