import { describe, expect, test } from 'vitest';
import type { SuccessfulOutcome } from '../../../src/invites/outcome.ts';
import { buildOutputs, outputWarnings } from '../../../src/report/outputs.ts';
import { failed, succeeded } from './fixture.ts';

describe('the size of the outputs', () => {
  /** Outcomes whose entries have exactly `length` characters. */
  function sized(count: number, length: number): readonly SuccessfulOutcome[] {
    return Array.from({ length: count }, (_, index) => {
      const id = String(index).padStart(32, '0');
      const empty = JSON.stringify({ organization_name: '', id, kind: 'invite', outcome: 'changed' }).length;
      return succeeded('changed', id, { organization_name: 'x'.repeat(length - empty) });
    });
  }

  test('the output invites has all entries that fit', () => {
    const { outputs, omitted } = buildOutputs(sized(399, 1_000));
    expect(omitted).toBe(0);
    expect(outputs.invites).toHaveLength(2 + 399 * 1_000 + 398);
  });

  test.each([
    [399_998, 0],
    [399_999, 1],
  ])('an entry of %i characters is left out of the output invites %i times', (length, omitted) => {
    expect(buildOutputs(sized(1, length)).omitted).toBe(omitted);
  });

  test('the output invites leaves out its last entries, whole, and counts them', () => {
    const { outputs, omitted } = buildOutputs(sized(450, 1_000));
    const ids: string[] = JSON.parse(outputs.invite_ids);
    const entries: { id: string }[] = JSON.parse(outputs.invites);
    expect(omitted).toBe(51);
    expect(ids).toHaveLength(450);
    expect(entries.map(({ id }) => id)).toEqual(ids.slice(0, 399));
    expect(outputs).toMatchObject({ matched_count: '450', changed_count: '450' });
  });

  test('the output invites is an empty list if its only entry is too long', () => {
    expect(buildOutputs(sized(1, 400_001))).toMatchObject({ outputs: { invites: '[]' }, omitted: 1 });
  });

  test('the output invite_ids is complete, and shortens the output invites', () => {
    for (const count of [5_000, 10_000]) {
      const { outputs, omitted } = buildOutputs(sized(count, 200));
      expect(JSON.parse(outputs.invite_ids)).toHaveLength(count);
      expect(JSON.parse(outputs.invites)).toHaveLength(count - omitted);
      expect(outputs.invite_ids.length + outputs.invites.length).toBeLessThanOrEqual(500_000);
      expect(outputs.invite_ids.length + outputs.invites.length).toBeGreaterThan(499_000);
    }
  });
});

describe('warnings about the outputs', () => {
  const warningsOf = (outcomes: Parameters<typeof buildOutputs>[0], altered?: ReadonlySet<string>) =>
    outputWarnings(buildOutputs(outcomes), outcomes, altered).map(({ lines }) => lines.join('\n'));
  const empty = buildOutputs([succeeded('changed', 'a1', { organization_name: '' })]).outputs.invites.length;
  const named = (name: string) => [succeeded('changed', 'a1', { organization_name: name })];

  test('100,000 bytes of UTF-8 fit into an environment variable, and one more does not', () => {
    for (const [character, bytes] of [
      ['x', 1],
      ['é', 2],
      ['😀', 4],
    ] as const) {
      const full = character.repeat((100_000 - empty) / bytes) + 'x'.repeat((100_000 - empty) % bytes);
      expect(warningsOf(named(full))).toEqual([]);
      const [text] = warningsOf(named(`${full}x`));
      expect(text).toContain('More than 100,000 bytes: invites. Linux takes 128 KiB each, Windows 32,767 characters');
    }
  });

  test('every output that is too long for an environment variable is named', () => {
    const [, text] = warningsOf(named('x'.repeat(500_000)));
    expect(text).toContain('More than 100,000 bytes: organization_name.');
  });

  test('the fields in which a credential was replaced are named once, in the order of the outputs', () => {
    const altered = new Set(['a***', '***b']);
    const outcomes = [
      succeeded('changed', 'a1', { organization_name: 'a***', roles: ['DNS', '***b'] }),
      failed('f1', { invite: { id: 'f1', organization_name: 'a***', invited_by: '***' } }),
    ];
    expect(warningsOf(outcomes, altered)).toEqual([
      'Values in the outputs were altered. Cloudflare sent a part of a credential of this step in organization_name, roles; "***" stands in its place. Find out how it came there.',
    ]);
    expect(warningsOf(outcomes)).toEqual([]);
  });
});
