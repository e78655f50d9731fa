import { describe, expect, test } from 'vitest';
import { changedResult, type Fault } from '../../sandbox/cloudflare.ts';
import type { Invite } from '../../src/cloudflare/invite.ts';
import { FILTER_NAMES } from '../../src/invites/filters.ts';
import { toHtml, toLine } from '../../src/report/text.ts';
import { hoursFromStart, invite, inviteId, type RunOptions, run } from '../run.ts';
import { HOSTILE_TEXTS, HUGE_TEXTS, skeletonOf } from './corpus.ts';
import {
  CHUNKS,
  chunksOf,
  expectHarmlessLines,
  expectNoEffect,
  fieldsOf,
  idsFor,
  REPLIES,
  shownLines,
} from './payloads.ts';

describe('responses of the API', () => {
  const fields = [...Object.keys(fieldsOf('')), 'all fields at once'];

  test.each(fields)('hostile text does nothing as %s of listed invites, and is an output as it is', async (field) => {
    for (const texts of CHUNKS) {
      const detailsOf = (text: string): Invite => {
        const all = fieldsOf(text);
        return field === 'all fields at once' ? all : { [field]: all[field as keyof Invite] };
      };
      const isHuge = (texts[0]?.length ?? 0) > 10_000;
      if (isHuge && field === 'all fields at once') continue;
      const invitesOf = (of: readonly string[]) => of.map((text, index) => invite(index + 1, detailsOf(text)));
      const { outputs, exitCode } = await expectNoEffect(
        (of) => ({ inputs: { 'organization-name': '*' }, world: { invites: invitesOf(of) } }),
        texts,
      );
      expect(exitCode).toBe(0);
      expect(JSON.parse(outputs.invites ?? '')).toMatchObject(texts.map(detailsOf));
      if (texts.length === 1 && field === 'organization_name') expect(outputs[field]).toBe(texts[0]);
    }
  });

  test('hostile text does nothing as the name of a role that is an object, or as an unreadable role', async () => {
    for (const texts of CHUNKS) {
      const roles = (text: string): Invite => ({ roles: [{ name: text }, { id: text }] as unknown as string[] });
      await expectNoEffect(
        (of) => ({ world: { invites: of.map((text, index) => invite(index + 1, roles(text))) } }),
        texts,
      );
    }
  });

  test.each(['id', 'status', 'organization_name', 'organization_is_enforcing_twofactor'])(
    'hostile text does nothing as %s of an invite that was responded to by its id',
    async (field) => {
      for (const texts of CHUNKS) {
        await expectNoEffect(
          (of) => ({
            inputs: { 'invite-id': idsFor(of), retries: '0' },
            world: {
              invites: of.map((_, index) => invite(index + 1)),
              faults: of.map(
                (text, index): Fault => ({
                  ...changedResult('hostile', { [field]: text }),
                  on: { method: 'PATCH', id: inviteId(index + 1) },
                  applied: false,
                }),
              ),
            },
          }),
          texts,
        );
      }
    },
  );

  test('hostile text does nothing as the status that a read shows', async () => {
    for (const texts of CHUNKS) {
      const { annotations } = await expectNoEffect(
        (of) => ({
          inputs: { 'invite-id': idsFor(of), 'dry-run': 'true' },
          world: { invites: of.map((status, index) => invite(index + 1, { status })) },
        }),
        texts,
      );
      expect(annotations.filter(({ level }) => level === 'error')).toHaveLength(texts.length);
    }
  });

  test.each(FILTER_NAMES)('hostile text does nothing where the guard %s does not match', async (filter) => {
    const field = filter.replace('-', '_') as keyof Invite;
    const guardedFields = (text: string): Invite =>
      text.length > 10_000 ? { [field]: fieldsOf(text)[field] } : fieldsOf(text);
    for (const texts of CHUNKS) {
      for (const pattern of ['nobody@x.example', 'nobody*@x.example']) {
        const { annotations, sandbox } = await expectNoEffect(
          (of) => ({
            inputs: {
              'invite-id': idsFor(of),
              [filter]: filter === 'organization-id' ? (pattern.split('@')[0] ?? '') : pattern,
            },
            world: { invites: of.map((text, index) => invite(index + 1, guardedFields(text))) },
          }),
          texts,
        );
        expect(annotations.filter(({ level }) => level === 'error')).toHaveLength(texts.length);
        expect(sandbox.requests.filter(({ method }) => method === 'PATCH')).toEqual([]);
      }
    }
  });

  test('hostile text does nothing in warnings about invites that expire soon', async () => {
    for (const texts of CHUNKS) {
      const { annotations } = await expectNoEffect(
        (of) => ({
          inputs: { 'organization-name': 'Nobody' },
          world: {
            invites: of.map((text, index) => invite(index + 1, { ...fieldsOf(text), expires_on: hoursFromStart(5) })),
          },
        }),
        texts,
      );
      expect(annotations.filter(({ level }) => level === 'warning')).toHaveLength(texts.length);
    }
  });

  test('hostile text does nothing in a date, in which comments are allowed', async () => {
    const dates = HOSTILE_TEXTS.map(({ text }) => `Mon, 23 Nov 2026 14:00:00 GMT (${text.replace(/[()]/g, '')})`);
    // Longer texts are no dates.
    const readable = dates.filter((date) => date.length <= 200 && !Number.isNaN(Date.parse(date)));
    expect(readable.length).toBeGreaterThan(HOSTILE_TEXTS.length / 2);
    for (const texts of chunksOf(readable, 9)) {
      const options = (of: readonly string[]): RunOptions => ({
        inputs: { 'organization-name': 'Nobody' },
        world: { invites: of.map((expires_on, index) => invite(index + 1, { expires_on })) },
      });
      const { annotations, summary, log } = await run(options(texts));
      expect(annotations.filter(({ level }) => level === 'warning')).toHaveLength(texts.length);
      const lines = log.filter((line) => !/^::(?:group::|endgroup::)/.test(line));
      expectHarmlessLines([...annotations.flatMap(({ title, message }) => [title, ...message.split('\n')]), ...lines]);
      expect(skeletonOf(summary)).toBe(skeletonOf((await run(options(texts.map(() => hoursFromStart(5))))).summary));
    }
  });

  test.each<[string, (text: string) => object]>([
    ['an unusable id', (text) => ({ id: `${text}:`, status: 'pending', organization_name: text })],
    ['no id', (text) => ({ status: 'pending', organization_name: text })],
    ['no status', (text) => ({ id: 'a1', organization_name: text })],
    ['an id that is an object', (text) => ({ id: { [text]: text }, organization_name: text })],
  ])('hostile text does nothing in entries of the list that have %s', async (_what, entryOf) => {
    for (const texts of CHUNKS) {
      const { annotations } = await expectNoEffect(
        (of) => ({ world: { invites: [], extraListEntries: of.map(entryOf) } }),
        texts,
      );
      expect(annotations.map(({ level }) => level)).toEqual(['warning']);
    }
  });

  test.each(Object.entries(REPLIES))('hostile text does nothing as %s of a failed response', async (_what, replyOf) => {
    for (const texts of CHUNKS) {
      const { annotations } = await expectNoEffect(
        (of) => ({
          inputs: { 'invite-id': idsFor(of), retries: '0' },
          world: {
            invites: of.map((_, index) => invite(index + 1)),
            faults: of.map(
              (text, index): Fault => ({
                on: { id: inviteId(index + 1) },
                times: Number.POSITIVE_INFINITY,
                reply: replyOf(text),
              }),
            ),
          },
        }),
        texts,
      );
      expect(annotations.map(({ level }) => level)).toEqual(texts.map(() => 'error'));
    }
  });
});

describe('inputs', () => {
  const inputs = ['status', 'invite-id', 'organization-name', 'invited-by', 'roles', 'if-no-match', 'api-base-url'];

  test.each([...inputs, 'api-email', 'retries', 'dry-run'])(
    'hostile text does nothing in the input %s',
    async (name) => {
      for (const text of CHUNKS.flat()) {
        const email =
          name === 'api-email' ? { 'api-token': '$CLOUDFLARE_API_TOKEN', 'api-key': 'fake-key-of-a-test' } : {};
        const result = await run({ inputs: { 'organization-id': '*', ...email, [name]: text } });
        expectHarmlessLines(shownLines(result));
        expect(() => skeletonOf(result.summary)).not.toThrow();
      }
    },
  );
});

test.each([...HOSTILE_TEXTS, ...HUGE_TEXTS])('a line is harmless with $name', ({ text }) => {
  for (const line of [toLine(text), toLine(text, 40), toLine(`\u200f ${text}`), toLine(`Acme ${text}`)]) {
    expectHarmlessLines([line]);
  }
  expect(() => skeletonOf(`<p>${toHtml(text)}</p>`)).not.toThrow();
});
