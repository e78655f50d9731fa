import { describe, expect, test } from 'vitest';
import type { InviteSearch } from '../../../src/invites/find.ts';
import type { Outcome } from '../../../src/invites/outcome.ts';
import { describeFound, describeOutcome, describePause, groupTitle, runTitle } from '../../../src/report/log.ts';
import { invites, START_MS } from '../../run.ts';

const ACCEPT = { status: 'accepted', dryRun: false } as const;
const REJECT = { status: 'rejected', dryRun: false } as const;
const DRY_RUN = { status: 'accepted', dryRun: true } as const;

function outcome(kind: Outcome['kind']): Outcome {
  const base = { id: 'x', invite: { organization_name: 'Acme, Inc.' } };
  if (kind !== 'failed' && kind !== 'not_attempted') return { ...base, kind };
  const problem = { title: 'T', message: 'It broke.', details: ['Details.'], hint: 'Hint.' };
  return { ...base, kind, problem, causedByStop: false };
}

describe('a pause', () => {
  test('says how long, until when and why', () => {
    const pause = { reason: 'the reason', durationMs: 290_000, untilMs: START_MS + 290_000 };
    expect(describePause(pause)).toBe('Pausing all requests for 290 s, until 2026-11-23T09:04:50.000Z: the reason.');
  });

  test('of absurd length is still described', () => {
    const text = describePause({ reason: 'the reason', durationMs: 1e300, untilMs: 1e300 });
    expect(text).toContain('until +275760-09-13T00:00:00.000Z');
  });
});

describe('what was found', () => {
  const found = (chosen: number, ignored: number, alreadyDone: number): InviteSearch => ({
    chosen: invites(chosen),
    ignored: invites(ignored),
    alreadyDone: invites(alreadyDone),
    expiringSoon: [],
    skipped: [],
  });

  test('is counted', () => {
    expect(describeFound(found(3, 4, 2))).toBe(
      '7 pending invites: 3 to answer, 4 left alone. 2 matching invites answered before.',
    );
  });

  test('is counted in the singular', () => {
    expect(describeFound(found(1, 0, 1))).toBe(
      '1 pending invite: 1 to answer, 0 left alone. 1 matching invite answered before.',
    );
  });
});

describe('the title of a group', () => {
  test.each([
    [1, ACCEPT, 'Trying to accept 1 invite'],
    [12, ACCEPT, 'Trying to accept 12 invites'],
    [2, REJECT, 'Trying to reject 2 invites'],
    [3, DRY_RUN, 'Dry run: 3 invites'],
  ])('for %d: %o', (count, asked, title) => {
    expect(groupTitle(count, asked)).toBe(title);
  });
});

describe('the line of an outcome', () => {
  test.each<[Outcome['kind'], string]>([
    ['changed', 'Acme, Inc. (x): rejected.'],
    ['unchanged', 'Acme, Inc. (x): was already rejected.'],
    ['planned', 'Acme, Inc. (x): would be rejected.'],
    ['failed', 'Acme, Inc. (x): failed. It broke.'],
    ['not_attempted', 'Acme, Inc. (x): not attempted. It broke.'],
  ])('that is %s', (kind, line) => {
    expect(describeOutcome(outcome(kind), REJECT)).toBe(line);
  });
});

describe('the title of a run', () => {
  test('counts every kind of outcome', () => {
    const kinds = [
      'failed',
      'changed',
      'unchanged',
      'planned',
      'not_attempted',
      'changed',
      'failed',
      'changed',
    ] as const;
    expect(runTitle(kinds.map(outcome), ACCEPT)).toBe(
      'Cloudflare invites: 3 accepted, 1 already accepted, 1 would be accepted, 2 failed, 1 not attempted',
    );
  });

  test('leaves out what did not happen', () => {
    expect(runTitle([outcome('changed')], REJECT)).toBe('Cloudflare invites: 1 rejected');
    expect(runTitle([outcome('planned')], DRY_RUN)).toBe('Cloudflare invites (dry run): 1 would be accepted');
    expect(runTitle([], ACCEPT)).toBe('Cloudflare invites: none');
  });
});
