import { describe, expect, test } from 'vitest';
import type { Invite } from '../../../src/cloudflare/invite.ts';
import type { InviteSearch } from '../../../src/invites/find.ts';
import { annotateList } from '../../../src/report/list-annotations.ts';
import { hoursFromStart, invite, invites } from '../../run.ts';

const NOTHING: InviteSearch = { chosen: [], ignored: [], expiringSoon: [], alreadyDone: [], skipped: [] };
const remarksOn = (found: Partial<InviteSearch>) => {
  const { warnings, notices } = annotateList({ ...NOTHING, ...found });
  return [
    ...warnings.map((annotation) => ({ level: 'warning', ...annotation })),
    ...notices.map((annotation) => ({ level: 'notice', ...annotation })),
  ];
};
const soon = (count: number, details: Invite = {}) =>
  invites(count, () => ({ expires_on: hoursFromStart(2), ...details }));
const levels = (found: Partial<InviteSearch>) => remarksOn(found).map(({ level }) => level);

describe('invites that were left alone', () => {
  test('are no matter when there are none, however many were chosen', () => {
    expect(remarksOn({ chosen: invites(3), alreadyDone: invites(2) })).toEqual([]);
  });

  test('are counted in one notice', () => {
    expect(remarksOn({ ignored: invites(1) })).toMatchObject([
      {
        title: '1 pending invite was left alone',
        lines: ['1 pending invite was left alone: the filters do not choose it.'],
      },
    ]);
    expect(remarksOn({ ignored: invites(30) })).toMatchObject([
      {
        title: '30 pending invites were left alone',
        lines: ['30 pending invites were left alone: the filters do not choose them.'],
      },
    ]);
  });

  test('and are about to expire have a warning each and are not counted in the notice', () => {
    const expiringSoon = soon(3);
    expect(levels({ ignored: expiringSoon, expiringSoon })).toEqual(['warning', 'warning', 'warning']);
    const remarks = remarksOn({ ignored: [...expiringSoon, ...invites(5)], expiringSoon });
    expect(remarks.at(-1)).toMatchObject({ level: 'notice', title: '5 other pending invites were left alone' });
  });
});

describe('the warning for an invite that is about to expire', () => {
  test('says which it is, when it expires, who sent it and what to do', () => {
    const expiringSoon = [invite(7, { expires_on: '2026-11-23T11:00:00Z', roles: ['DNS', 'Billing'] })];
    const [warning] = remarksOn({ ignored: expiringSoon, expiringSoon });
    expect(warning).toEqual({
      level: 'warning',
      title: 'Invite Acme, Inc. (00000000000000000000000000000007) is about to expire',
      lines: [
        'Invite Acme, Inc. (00000000000000000000000000000007) matches no filter and was left alone: expires at 2026-11-23T11:00:00Z; invited by it@acme.example; roles DNS, Billing; organization acc0000000000000000000000000acce.',
        'What to do: if it is wanted, add it to the filters or answer it by its id; if not, exclude it with a "!" entry.',
      ],
    });
  });

  test('leaves out what the invite lacks', () => {
    const expiringSoon = [{ id: 'x', expires_on: '2026-11-23T11:00:00Z', invited_by: 'a@b.example' }];
    const [warning] = remarksOn({ ignored: expiringSoon, expiringSoon });
    expect(warning?.title).toBe('Invite x is about to expire');
    expect(warning?.lines[0]).toMatch(/was left alone: expires at 2026-11-23T11:00:00Z; invited by a@b\.example\.$/);
  });

  test('ends as a sentence also when nothing is known of the invite', () => {
    const expiringSoon = [{ id: 'x', expires_on: '2026-11-23T11:00:00Z' }];
    const [warning] = remarksOn({ ignored: expiringSoon, expiringSoon });
    expect(warning?.lines[0]).toMatch(/was left alone: expires at 2026-11-23T11:00:00Z\.$/);
  });
});

describe('entries of the list that could not be used', () => {
  test('are described in one warning, before all others', () => {
    const expiringSoon = soon(1);
    const remarks = remarksOn({
      skipped: ['an entry that is no invite (null)'],
      ignored: expiringSoon,
      expiringSoon,
    });
    expect(remarks).toMatchObject([
      {
        level: 'warning',
        title: '1 entry of the list could not be used',
        lines: ['1 entry of the list could not be used.', 'Skipped: an entry that is no invite (null).'],
      },
      { level: 'warning', title: expect.stringContaining('is about to expire') },
    ]);
  });

  test('are counted beyond the tenth', () => {
    const skippedOf = (count: number) =>
      remarksOn({ skipped: Array.from({ length: count }, (_, index) => `e${index}`) });
    expect(skippedOf(10)[0]?.lines).toHaveLength(11);
    expect(skippedOf(12)[0]).toMatchObject({ title: '12 entries of the list could not be used' });
    expect(skippedOf(12)[0]?.lines.slice(10)).toEqual(['Skipped: e9.', '… and 2 more.']);
  });
});
