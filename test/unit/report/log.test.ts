import { expect, test } from 'vitest';
import { parsePatternList } from '../../../src/invites/pattern.ts';
import {
  describeIgnored,
  describeListed,
  describeOutcome,
  describePause,
  describePolicy,
  runTitle,
} from '../../../src/report/log.ts';
import { ignoredOf, succeeded } from './fixture.ts';

test('a pause beyond the last date is described', () => {
  const pause = { reason: 'refused', durationMs: 1e300, untilMs: 1e300, error: undefined } as const;
  expect(describePause(pause)).toContain('until +275760-09-13T00:00:00.000Z');
});

const CONTEXT = { desiredStatus: 'accepted', dryRun: false, scheme: 'api-token' } as const;

test('a policy is described with its exclusions', () => {
  const list = parsePatternList(['Acme*', 'Yahoo!', '!Test'], false);
  if ('kind' in list) throw new Error(list.kind);
  expect(describePolicy({ 'organization-name': list })).toBe('Policy: organization-name Acme* or Yahoo! but not Test');
});

test('an invite that is left alone is described with its organization, if it has one', () => {
  const { reason } = ignoredOf({ id: 'a1' });
  const why = 'roles does not match ("Billing").';
  expect(describeIgnored({ invite: { id: 'a1' }, reason })).toBe(`a1: ${why}`);
  expect(describeIgnored({ invite: { id: 'a1', organization_id: 'x' }, reason })).toBe(`a1, organization x: ${why}`);
});

test('a membership of the other list is described with its organization, if it has one', () => {
  expect(describeListed({ id: 'a1', kind: 'membership' })).toBe('membership.a1');
  expect(describeListed({ id: 'a1', organization_id: 'x' })).toBe('a1, organization x');
});

test.each([
  ['changed', 'a1: accepted.'],
  ['unchanged', 'a1: was already accepted.'],
  ['planned', 'a1: would be accepted.'],
] as const)('the outcome %s is the line "%s"', (kind, line) => {
  expect(describeOutcome(succeeded(kind), CONTEXT)).toBe(line);
});

test('the title of a run counts each outcome, and says that there is none', () => {
  expect(runTitle([succeeded('changed'), succeeded('unchanged')], CONTEXT)).toBe(
    'Cloudflare invites: 1 accepted, 1 already accepted',
  );
  expect(runTitle([], { ...CONTEXT, dryRun: true })).toBe('Cloudflare invites (dry run): none');
});
