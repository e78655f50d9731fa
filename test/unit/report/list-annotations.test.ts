import { expect, test } from 'vitest';
import type { SkippedEntry } from '../../../src/invites/list.ts';
import { annotateList } from '../../../src/report/list-annotations.ts';
import { searchOf } from './fixture.ts';

const expired = (id: string) => ({ invite: { id, status: 'pending' }, reason: { kind: 'expired' } }) as const;

test.each([
  [['a1'], '1 pending invite has expired'],
  [['a1', 'a2'], '2 pending invites have expired'],
])('expired invites %j are the notice "%s"', (ids, title) => {
  const { notices } = annotateList(searchOf({ ignored: ids.map(expired) }));
  expect(notices).toMatchObject([
    { title, lines: [`${title}: ${ids.join(', ')}.`, expect.stringContaining('Resend invite')] },
  ]);
});

test.each([
  [1, '1 entry of the list is missing'],
  [2, '2 entries of the list are missing'],
])('%i missing entries are the warning "%s"', (missingCount, title) => {
  const line = `${title}: fewer came than the list says it has (total_count). An invite may have been overlooked.`;
  expect(annotateList(searchOf({ missingCount })).warnings).toEqual([{ title, lines: [line] }]);
});

test('a complete list is no warning and no notice', () => {
  expect(annotateList(searchOf())).toEqual({ warnings: [], notices: [] });
});

test.each<[SkippedEntry, string]>([
  [{ reason: 'not-an-object', type: 'string' }, 'an entry that is not an object (string)'],
  [{ reason: 'no-id', organization: 'Acme' }, 'an entry of Acme without an id'],
  [{ reason: 'no-id' }, 'an entry without an id'],
  [{ reason: 'unusable-id', id: 'a b', organization: 'Acme' }, 'an entry of Acme with the unusable id "a b"'],
  [
    { reason: 'secret-id', organization: 'Acme' },
    'an entry of Acme whose id holds a part of a credential (it is not shown)',
  ],
  [{ reason: 'no-status', id: 'a1', organization: 'Acme' }, 'the entry a1 of Acme without a status'],
  [{ reason: 'unknown-status', id: 'a1', status: 'new' }, 'the entry a1 with the unknown status "new"'],
])('the skipped entry %j is described', (entry, text) => {
  const title = '1 entry of the list could not be used';
  const { warnings } = annotateList(searchOf({ skipped: [entry], skippedCount: 1 }));
  expect(warnings).toEqual([{ title, lines: [`${title}.`, `Skipped: ${text}.`] }]);
});

test('skipped entries that are not kept are counted', () => {
  const [warning] = annotateList(searchOf({ skipped: [{ reason: 'no-id' }], skippedCount: 3 })).warnings;
  expect(warning?.title).toBe('3 entries of the list could not be used');
  expect(warning?.lines.at(-1)).toBe('And 2 more.');
});
