import { expect, test } from 'vitest';
import type { SandboxOptions } from '../../../sandbox/cloudflare.ts';
import type { ApiResult, InvitePage } from '../../../src/cloudflare/client.ts';
import { listInvites } from '../../../src/invites/list.ts';
import { invite, invites, run } from '../../run.ts';

/** A server of pages that counts how often it is asked. */
function pagesOf(pageAt: (page: number) => Partial<InvitePage>) {
  const asked: number[] = [];
  const listPage = async (page: number): Promise<ApiResult<InvitePage>> => {
    asked.push(page);
    return { ok: true, value: { entries: [], ...pageAt(page) } };
  };
  return { listPage, asked };
}

/** The list of such a server. */
async function listOf(server: Parameters<typeof listInvites>[0]) {
  const result = await listInvites(server);
  if (!result.ok) throw new Error(`The list failed: ${result.failure.kind}`);
  return result.value;
}

const NO_GAPS = { skipped: [], skippedCount: 0, missingCount: 0 };
const numbered = (...numbers: number[]) => numbers.map((number) => ({ id: `i${number}`, status: 'pending' }));
const idsOf = (listed: readonly { readonly id: string }[]) => listed.map(({ id }) => id);

const COUNT = 123;
const PAGE_SIZES = [1, 20, 41, 50, 100, 123, 200];
const RESULT_INFOS: readonly [string, NonNullable<SandboxOptions['resultInfo']>][] = [
  ['right', 'right'],
  ['missing', 'missing'],
  ['far too high', 'wrong'],
  ['the size of the page', (right) => ({ ...right, total_count: right.count })],
  ['one too high', (right) => ({ ...right, total_count: right.total_count + 1 })],
  ['nought', (right) => ({ ...right, total_count: 0, per_page: 0 })],
  ['no number', (right) => ({ ...right, total_count: String(right.total_count), per_page: null })],
  ['no object', () => 'none'],
];
const cases = RESULT_INFOS.flatMap(([name, resultInfo]) => [
  ...PAGE_SIZES.map((pageSize) => ({
    server: `pages of ${pageSize}`,
    total: name,
    options: { pageSize, resultInfo },
    pages: Math.ceil(COUNT / pageSize),
  })),
  { server: 'pages as asked for', total: name, options: { honourPerPage: true, resultInfo }, pages: 3 },
  { server: 'no pages', total: name, options: { paging: 'unpaged' as const, resultInfo }, pages: 1 },
]);

test.each(cases)('123 invites are all listed from $server with a total that is $total', async ({ options, pages }) => {
  const { sandbox, exitCode, outputs } = await run({
    world: { invites: invites(COUNT), ...options },
    inputs: { 'organization-name': '*', 'dry-run': 'true' },
  });
  expect(exitCode).toBe(0);
  expect(JSON.parse(outputs.invite_ids ?? '')).toEqual(idsOf(invites(COUNT)));
  expect(sandbox.requests.length).toBeLessThanOrEqual(pages + 1);
  expect(sandbox.requests.every(({ method }) => method === 'GET')).toBe(true);
});

test('no page is asked for beyond a total that a later page reaches, though that page is full', async () => {
  const pages = [numbered(1, 2, 3), numbered(4, 5, 6)];
  const { listPage, asked } = pagesOf((page) => ({ entries: pages[page - 1] ?? [], totalCount: 6, perPage: 3 }));
  expect((await listOf({ listPage })).invites).toHaveLength(6);
  expect(asked).toEqual([1, 2]);
});

test('reading ends with the first page that is empty', async () => {
  const { listPage, asked } = pagesOf((page) => (page <= 2 ? { entries: numbered(page) } : {}));
  expect(idsOf((await listOf({ listPage })).invites)).toEqual(['i1', 'i2']);
  expect(asked).toEqual([1, 2, 3]);
});

test('reading ends with a page that brings no new id, such as the same page again and again', async () => {
  const { listPage, asked } = pagesOf(() => ({ entries: numbered(1, 2, 3), totalCount: 99 }));
  expect(idsOf((await listOf({ listPage })).invites)).toEqual(['i1', 'i2', 'i3']);
  expect(asked).toEqual([1, 2]);
});

test('reading does not end with a short page', async () => {
  const pages = [numbered(1, 2, 3), numbered(4), numbered(5, 6, 7), numbered(8)];
  const { listPage, asked } = pagesOf((page) => ({ entries: pages[page - 1] ?? [], perPage: 3 }));
  expect((await listOf({ listPage })).invites).toHaveLength(8);
  expect(asked).toEqual([1, 2, 3, 4, 5]);
});

test('reading does not end with a page of which one id alone is new', async () => {
  const pages = [numbered(1, 2, 3), numbered(2, 3, 4), numbered(5)];
  const { listPage } = pagesOf((page) => ({ entries: pages[page - 1] ?? [] }));
  expect(idsOf((await listOf({ listPage })).invites)).toEqual(['i1', 'i2', 'i3', 'i4', 'i5']);
});

test('reading ends with the total, unless a first page that is full may have been counted instead', async () => {
  const once = pagesOf(() => ({ entries: numbered(1, 2), totalCount: 2, perPage: 3 }));
  await listInvites(once);
  expect(once.asked).toEqual([1]);

  const twice = pagesOf((page) => ({ entries: page === 1 ? numbered(1, 2, 3) : [], totalCount: 3, perPage: 3 }));
  await listInvites(twice);
  expect(twice.asked).toEqual([1, 2]);
});

test('reading ends at once for a user without invites', async () => {
  const { listPage, asked } = pagesOf(() => ({ totalCount: 0 }));
  expect(await listOf({ listPage })).toEqual({ invites: [], ...NO_GAPS });
  expect(asked).toEqual([1]);
});

test('reading ends after 1,000 pages with an error, and not a page earlier', async () => {
  const endless = pagesOf((page) => ({ entries: numbered(page) }));
  expect(await listInvites(endless)).toEqual({ ok: false, failure: { kind: 'too-long', limit: 'pages' } });
  expect(endless.asked).toHaveLength(1_000);

  const long = pagesOf((page) => ({ entries: page < 1_000 ? numbered(page) : [] }));
  expect((await listOf(long)).invites).toHaveLength(999);
});

test('entries of one invite that are listed twice are one invite, as the later one has it', async () => {
  const pages = [numbered(1, 2), [{ id: 'i1', status: 'accepted' }, ...numbered(3)]];
  const { listPage } = pagesOf((page) => ({ entries: pages[page - 1] ?? [] }));
  const { invites: listed } = await listOf({ listPage });
  expect(listed.map(({ id, status }) => `${id} ${status}`)).toEqual(['i1 accepted', 'i2 pending', 'i3 pending']);
});

const pending = { status: 'pending', organization_name: 'Acme' };
const ACME = { organization: 'Acme' };
test.each<[string, unknown, object]>([
  ['null', null, { reason: 'not-an-object', type: 'null' }],
  ['a number', 7, { reason: 'not-an-object', type: 'number' }],
  ['a text', 'invite', { reason: 'not-an-object', type: 'string' }],
  ['an array', [pending], { reason: 'not-an-object', type: 'object' }],
  ['an object without anything', {}, { reason: 'no-id' }],
  ['an invite without an id', pending, { reason: 'no-id', ...ACME }],
  ['an id that is a number', { ...pending, id: 7 }, { reason: 'no-id', ...ACME }],
  ...['', '-', '../x', 'a?b', 'a\n', 'a'.repeat(33)].map((id): [string, unknown, object] => [
    `the id ${JSON.stringify(id)}`,
    { ...pending, id },
    { reason: 'unusable-id', id, ...ACME },
  ]),
  ['an invite without a status', { id: 'x' }, { reason: 'no-status', id: 'x' }],
  [
    'an unknown status',
    { ...pending, id: 'x', status: 'Pending' },
    { reason: 'unknown-status', id: 'x', status: 'Pending', ...ACME },
  ],
  ['a status that is not a text', { ...pending, id: 'x', status: 1 }, { reason: 'no-status', id: 'x', ...ACME }],
])('entries that are unusable are skipped and reported: %s', async (_case, entry, skippedEntry) => {
  const { listPage } = pagesOf((page) => ({ entries: page === 1 ? [entry, ...numbered(1)] : [] }));
  const { invites: listed, skipped } = await listOf({ listPage });
  expect(idsOf(listed)).toEqual(['i1']);
  expect(skipped).toEqual([skippedEntry]);
});

test('entries with an id of 32 letters, digits, "-" and "_" are used', async () => {
  const id = `aZ09-_${'f'.repeat(26)}`;
  const { listPage } = pagesOf(() => ({ entries: [{ id, status: 'pending' }] }));
  expect(await listOf({ listPage })).toEqual({ invites: [{ id, status: 'pending' }], ...NO_GAPS });
});

test('entries that are unusable count towards the total', async () => {
  const { listPage, asked } = pagesOf(() => ({ entries: [null, ...numbered(1)], totalCount: 2, perPage: 20 }));
  await listInvites({ listPage });
  expect(asked).toEqual([1]);
});

test('entries that are unusable are reported once where the same page comes again', async () => {
  const { listPage } = pagesOf(() => ({ entries: [null, ...numbered(1), { id: '../x' }] }));
  expect((await listOf({ listPage })).skippedCount).toBe(2);
});

test('equal unusable entries on pages of their own are reported each', async () => {
  const { listPage } = pagesOf((page) => ({ entries: page <= 3 ? [null, ...numbered(page)] : [] }));
  expect((await listOf({ listPage })).skippedCount).toBe(3);
});

test('entries that are unusable are reported although nothing else is on their page', async () => {
  const alone = pagesOf(() => ({ entries: [null, {}] }));
  expect((await listOf(alone)).skipped).toHaveLength(2);

  const last = pagesOf((page) => ({ entries: [numbered(1, 2), [7, {}], []][page - 1] ?? [] }));
  expect((await listOf(last)).skipped).toEqual([{ reason: 'not-an-object', type: 'number' }, { reason: 'no-id' }]);
});

test('an invite that a later page shows with an unknown status is no candidate', async () => {
  const pages = [numbered(1, 2), [{ id: 'i1', status: 'gone' }, ...numbered(3)]];
  const { listPage } = pagesOf((page) => ({ entries: pages[page - 1] ?? [] }));
  expect(idsOf((await listOf({ listPage })).invites)).toEqual(['i2', 'i3']);
});

test.each([
  ['of a short list', [numbered(1, 2)], 5, 3],
  ['where pages overlap', [numbered(1, 2), numbered(2, 3)], 4, 1],
  ['but not where entries were skipped', [[null, ...numbered(1)]], 2, 0],
  ['but not beyond a total that is too low', [numbered(1, 2, 3)], 1, 0],
])('entries that are missing are counted %s', async (_title, pages, totalCount, missingCount) => {
  const { listPage } = pagesOf((page) => ({ entries: pages[page - 1] ?? [], totalCount }));
  expect(await listOf({ listPage })).toMatchObject({ missingCount });
});

test('reading does not end with a page whose entries are new and cannot be used', async () => {
  const unusable = numbered(1, 2).map(({ id }) => ({ id, status: 'on hold' }));
  const pages: (readonly unknown[])[] = [unusable, numbered(3, 4)];
  const { listPage } = pagesOf((page) => ({ entries: pages[page - 1] ?? [] }));
  expect(idsOf((await listOf({ listPage })).invites)).toEqual(['i3', 'i4']);
});

test('reading does not end with a page whose entries are new and have ids that cannot be used', async () => {
  const pages = [[{ id: 'a'.repeat(36) }], [{ id: '../x' }], numbered(1)];
  const { listPage } = pagesOf((page) => ({ entries: pages[page - 1] ?? [], totalCount: 3 }));
  expect(idsOf((await listOf({ listPage })).invites)).toEqual(['i1']);
});

test('reading ends with a page whose entries have no id', async () => {
  const { listPage, asked } = pagesOf((page) => ({ entries: page === 1 ? numbered(1) : [null, { page }] }));
  await listOf({ listPage });
  expect(asked).toEqual([1, 2]);
});

test('an entry that is nested too deep for comparison is used', async () => {
  const nested = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`);
  const { listPage } = pagesOf(() => ({ entries: [{ id: 'i1', status: 'pending', nested }] }));
  expect(idsOf((await listOf({ listPage })).invites)).toEqual(['i1']);
});

test('a list of more than 200,000 entries is an error', async () => {
  const long = pagesOf((page) => ({ entries: [...numbered(page), ...Array(60_000).fill(null)] }));
  expect(await listInvites(long)).toEqual({ ok: false, failure: { kind: 'too-long', limit: 'entries' } });
  expect(long.asked).toEqual([1, 2, 3, 4]);
});

test('a list of more than 64 megabytes is an error', async () => {
  const long = pagesOf((page) => ({ entries: [...numbered(page), 'x'.repeat(8_000_000)] }));
  expect(await listInvites(long)).toEqual({ ok: false, failure: { kind: 'too-long', limit: 'megabytes' } });
  expect(long.asked).toHaveLength(8);
});

test('a list of 120,000 unusable entries is read in time and described in ten lines', { timeout: 5_000 }, async () => {
  const { exitCode, annotations, outputs } = await run({
    world: { invites: [invite(1)], extraListEntries: Array(120_000).fill(null), pageSize: 200_000 },
  });
  expect(exitCode).toBe(0);
  expect(outputs.changed_count).toBe('1');
  expect(annotations).toMatchObject([{ level: 'warning', title: '120000 entries of the list could not be used' }]);
  expect(annotations[0]?.message.split('\n')).toHaveLength(12);
});

test('a list without an end changes no invite', async () => {
  const endless = { name: 'endless', times: Number.POSITIVE_INFINITY, on: { method: 'GET' } };
  let number = 0;
  const reply = () => ({ status: 200, body: { success: true, result: [{ id: `i${++number}`, status: 'pending' }] } });
  const { sandbox, exitCode, annotations, outputs } = await run({ world: { faults: [{ ...endless, reply }] } });
  expect(exitCode).toBe(1);
  expect(sandbox.requests).toHaveLength(1_000);
  expect(sandbox.requests.every(({ method }) => method === 'GET')).toBe(true);
  expect(annotations).toMatchObject([{ level: 'error', title: 'The list of invites could not be read' }]);
  expect(annotations[0]?.message).toBe(
    'The list of invites could not be read. It did not end within 1000 pages. Nothing was changed.',
  );
  expect(outputs).toMatchObject({ matched_count: '0', invite_ids: '[]', invites: '[]', changed: 'false' });
});
