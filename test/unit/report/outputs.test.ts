import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../src/invites/outcome.ts';
import { buildOutputs as redactAndBuild } from '../../../src/report/outputs.ts';
import { createSafeText } from '../../../src/report/text.ts';

function done(kind: 'changed', id: string, invite: Outcome['invite']): Outcome {
  return { kind, id, invite };
}

const { redact } = createSafeText([]);

function buildOutputs(outcomes: readonly Outcome[]): ReturnType<typeof redactAndBuild> {
  return redactAndBuild(outcomes, redact);
}

describe('the size of the outputs', () => {
  /** Outcomes whose entries have exactly `length` characters. */
  function sized(count: number, length: number): readonly Outcome[] {
    return Array.from({ length: count }, (_, index) => {
      const id = String(index).padStart(32, '0');
      const empty = JSON.stringify({ organization_name: '', id, outcome: 'changed' }).length;
      return done('changed', id, { organization_name: 'x'.repeat(length - empty) });
    });
  }

  test('all entries are there as long as they fit', () => {
    const { outputs, omitted } = buildOutputs(sized(399, 1_000));
    expect(omitted).toBe(0);
    expect(outputs.invites).toHaveLength(2 + 399 * 1_000 + 398);
  });

  test('only whole entries are left out, the last ones, and they are counted', () => {
    const { outputs, omitted } = buildOutputs(sized(450, 1_000));
    const ids: string[] = JSON.parse(outputs.invite_ids);
    const entries: { id: string }[] = JSON.parse(outputs.invites);
    expect(omitted).toBe(51);
    expect(ids).toHaveLength(450);
    expect(entries.map(({ id }) => id)).toEqual(ids.slice(0, 399));
    expect(outputs).toMatchObject({ matched_count: '450', changed_count: '450' });
  });

  test('an entry that is too long for all the room leaves an empty list', () => {
    expect(buildOutputs(sized(1, 400_001))).toMatchObject({ outputs: { invites: '[]' }, omitted: 1 });
  });

  test('the list of ids takes its room from the list of invites, never the other way', () => {
    for (const count of [5_000, 10_000]) {
      const { outputs, omitted } = buildOutputs(sized(count, 200));
      expect(JSON.parse(outputs.invite_ids)).toHaveLength(count);
      expect(JSON.parse(outputs.invites)).toHaveLength(count - omitted);
      expect(outputs.invite_ids.length + outputs.invites.length).toBeLessThanOrEqual(500_000);
      expect(outputs.invite_ids.length + outputs.invites.length).toBeGreaterThan(499_000);
    }
  });
});

describe('a credential that a server echoed', () => {
  /** The outputs as the workflow writes them. */
  function redacted(outcome: Outcome, secret: string): readonly string[] {
    const { redact } = createSafeText([secret]);
    return Object.values(redactAndBuild([outcome], redact).outputs).map(redact);
  }

  test.each([
    ['of letters and digits', 'fake-Token_0123456789'],
    ['with a double quote', 'fake"key"word"x'],
    ['with a backslash', 'fake\\key\\word\\x'],
  ])('%s is in no output, and the lists stay JSON', (_what, secret) => {
    const roles = [`a ${secret} b`];
    const values = redacted(done('changed', 'a', { organization_name: secret, roles }), secret);
    const meant = values.map((value) => (value.startsWith('[') ? JSON.stringify(JSON.parse(value)) : value));
    const escaped = JSON.stringify(secret).slice(1, -1);
    for (const text of [...values, ...meant]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(escaped);
    }
  });

  test('of letters and digits never breaks the JSON around it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w-]{16,40}$/), fc.string({ unit: 'binary' }), (secret, text) => {
        const outcome = done('changed', 'a', { organization_name: text + secret + text, roles: [secret] });
        const lists = redacted(outcome, secret).filter((value) => value.startsWith('['));
        expect(lists.map((list) => JSON.parse(list).length)).toEqual([1, 1, 1]);
        expect(lists.join()).not.toContain(secret);
      }),
    );
  });
});
