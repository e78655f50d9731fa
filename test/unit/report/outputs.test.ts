import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Outcome, Problem } from '../../../src/invites/outcome.ts';
import { OUTPUT_NAMES, type Outputs, buildOutputs as redactAndBuild } from '../../../src/report/outputs.ts';
import { createSafeText } from '../../../src/report/text.ts';

const PROBLEM: Problem = {
  title: 'Not accepted',
  message: 'PATCH failed.',
  details: ['Cloudflare: code 1002.', 'cf-ray: 1.'],
  hint: 'Ask for a new one.',
};

const INVITE: Outcome['invite'] = {
  id: 'a1',
  status: 'accepted',
  organization_id: '0rg',
  organization_name: 'Acme, Inc.\n::error::<b>',
  organization_is_enforcing_twofactor: false,
  roles: ['Super Administrator', 'DNS, "all"'],
  invited_by: 'boss@example.com',
  invited_on: '2026-11-01T00:00:00Z',
  expires_on: '2026-11-08T00:00:00Z',
  invited_member_id: 'm1',
  invited_member_email: 'bot@example.com',
};

function done(kind: 'changed' | 'unchanged' | 'planned', id: string, invite: Outcome['invite'] = { id }): Outcome {
  return { kind, id, invite };
}

function failed(kind: 'failed' | 'not_attempted', id: string, causedByStop = false): Outcome {
  return { kind, id, invite: { id }, problem: PROBLEM, causedByStop };
}

const { redact } = createSafeText([]);

function buildOutputs(outcomes: readonly Outcome[]): ReturnType<typeof redactAndBuild> {
  return redactAndBuild(outcomes, redact);
}

function outputsOf(...outcomes: readonly Outcome[]): Outputs {
  return buildOutputs(outcomes).outputs;
}

const EMPTY_INVITE = {
  id: '',
  status: '',
  organization_id: '',
  organization_name: '',
  roles: '',
  invited_by: '',
  invited_on: '',
  expires_on: '',
  invited_member_id: '',
  invited_member_email: '',
  organization_is_enforcing_twofactor: '',
};

describe('the outputs of one invite', () => {
  test('hold its fields as Cloudflare has them', () => {
    expect(outputsOf(done('changed', 'a1', INVITE))).toMatchObject({
      id: 'a1',
      status: 'accepted',
      organization_id: '0rg',
      organization_name: 'Acme, Inc.\n::error::<b>',
      organization_is_enforcing_twofactor: 'false',
      roles: '["Super Administrator","DNS, \\"all\\""]',
      invited_by: 'boss@example.com',
      invited_on: '2026-11-01T00:00:00Z',
      expires_on: '2026-11-08T00:00:00Z',
      invited_member_id: 'm1',
      invited_member_email: 'bot@example.com',
    });
  });

  test('are empty where Cloudflare left a field out', () => {
    expect(outputsOf(done('changed', 'a1', {}))).toMatchObject({ ...EMPTY_INVITE, id: 'a1' });
  });

  test('tell no roles from roles that were left out', () => {
    expect(outputsOf(done('changed', 'a1', { roles: [] })).roles).toBe('[]');
  });

  test('hold the id that was asked for', () => {
    expect(outputsOf(done('changed', 'a1', { id: 'b2' }))).toMatchObject({ id: 'a1', invite_ids: '["a1"]' });
  });

  test('say when two-factor authentication is enforced', () => {
    const invite = { organization_is_enforcing_twofactor: true };
    expect(outputsOf(done('unchanged', 'a', invite)).organization_is_enforcing_twofactor).toBe('true');
  });

  test.each<[Outcome, changed: string, changedCount: string, failedCount: string]>([
    [done('changed', 'a'), 'true', '1', '0'],
    [done('unchanged', 'a'), 'false', '0', '0'],
    [done('planned', 'a'), 'false', '0', '0'],
    [failed('failed', 'a'), 'false', '0', '1'],
    [failed('not_attempted', 'a', true), 'false', '0', '1'],
  ])('count $kind', (outcome, changed, changedCount, failedCount) => {
    expect(outputsOf(outcome)).toMatchObject({
      id: 'a',
      changed,
      matched_count: '1',
      changed_count: changedCount,
      failed_count: failedCount,
    });
    expect(JSON.parse(outputsOf(outcome).invites)).toMatchObject([{ id: 'a', outcome: outcome.kind }]);
  });
});

describe('the outputs of a step', () => {
  const mixed = [
    done('changed', 'a', INVITE),
    done('unchanged', 'b'),
    done('planned', 'c'),
    failed('failed', 'd'),
    failed('not_attempted', 'e', true),
    done('changed', 'f'),
  ];

  test('are all there, in whatever way the step ended', () => {
    for (const outcomes of [[], [done('changed', 'a')], mixed]) {
      expect(Object.keys(outputsOf(...outcomes)).sort()).toEqual([...OUTPUT_NAMES].sort());
    }
  });

  test('say that nothing was handled', () => {
    expect(buildOutputs([])).toEqual({
      outputs: {
        ...EMPTY_INVITE,
        changed: 'false',
        matched_count: '0',
        changed_count: '0',
        failed_count: '0',
        invite_ids: '[]',
        invites: '[]',
      },
      omitted: 0,
    });
  });

  test('count several invites and describe none of them alone', () => {
    expect(outputsOf(...mixed)).toMatchObject({
      ...EMPTY_INVITE,
      changed: 'true',
      matched_count: '6',
      changed_count: '2',
      failed_count: '2',
      invite_ids: '["a","b","c","d","e","f"]',
    });
  });

  test('list every invite with its fields and its outcome, and a failed one with its error', () => {
    const error = 'PATCH failed. Cloudflare: code 1002. cf-ray: 1.';
    const { outputs, omitted } = buildOutputs(mixed);
    expect(omitted).toBe(0);
    expect(JSON.parse(outputs.invites)).toEqual([
      { ...INVITE, id: 'a', outcome: 'changed' },
      { id: 'b', outcome: 'unchanged' },
      { id: 'c', outcome: 'planned' },
      { id: 'd', outcome: 'failed', error },
      { id: 'e', outcome: 'not_attempted', error },
      { id: 'f', outcome: 'changed' },
    ]);
  });
});

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
