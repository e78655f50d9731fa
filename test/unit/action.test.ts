import { describe, expect, test } from 'vitest';
import { envelopeFailure, type Fault, tooManyRequests } from '../../sandbox/cloudflare.ts';
import { fetchFailed, sandboxFetch } from '../../sandbox/fetch.ts';
import { ProxyError } from '../../src/proxy.ts';
import {
  CREDENTIALS,
  createVirtualWorld,
  hoursFromStart,
  invite,
  inviteId,
  invites,
  type Run,
  type RunOptions,
  run,
  START_MS,
  type VirtualWorldOptions,
} from '../run.ts';

const ALL = { 'organization-name': '*' };
const FOR_EVER = { times: Number.POSITIVE_INFINITY };

const patchesOf = ({ sandbox }: Pick<Run, 'sandbox'>) => sandbox.requests.filter(({ method }) => method === 'PATCH');
const refusedOf = ({ sandbox }: Run, status: number) => sandbox.requests.filter((request) => request.status === status);
const statusesOf = ({ sandbox }: Run) => sandbox.invites().map(({ status }) => status);
const count = (values: readonly unknown[], wanted: unknown) => values.filter((value) => value === wanted).length;
const shownOf = ({ annotations }: Run, level: string) => annotations.filter((annotation) => annotation.level === level);
const handledOf = ({ outputs }: Run): { id: string; outcome: string; error?: string }[] =>
  JSON.parse(outputs.invites ?? '');
const outcomesOf = (step: Run) => handledOf(step).map(({ outcome }) => outcome);

/** Cloudflare's refusal of one invite, as often as it is asked. */
const refuse = (number: number): Fault => ({
  ...envelopeFailure(403, { code: 1010, message: 'Not this one' }),
  on: { method: 'PATCH', id: inviteId(number) },
  ...FOR_EVER,
});

describe('123 pending invites', () => {
  const SERVERS: readonly [string, VirtualWorldOptions, number][] = [
    ['20 a page', { pageSize: 20 }, 7],
    ['41 a page, without a total', { pageSize: 41, resultInfo: 'missing' }, 3],
    ['20 a page, with a wrong total', { pageSize: 20, resultInfo: 'wrong' }, 7],
    ['as many a page as asked for', { honourPerPage: true }, 3],
    ['all on any page', { paging: 'unpaged' }, 1],
  ];

  test.each(SERVERS)('are all accepted with %s, one PATCH each and 4 at once', async (_case, options, pages) => {
    const step = await run({ world: { invites: invites(123), latencyMs: 50, ...options } });
    expect(step.exitCode).toBe(0);
    expect(count(statusesOf(step), 'accepted')).toBe(123);
    expect(new Set(patchesOf(step).map(({ path }) => path)).size).toBe(123);
    expect(patchesOf(step)).toHaveLength(123);
    expect(step.sandbox.requests.length - 123).toBeLessThanOrEqual(pages + 1);
    expect(step.sandbox.maxConcurrent).toBe(4);
    expect(step.outputs).toMatchObject({
      matched_count: '123',
      changed_count: '123',
      failed_count: '0',
      changed: 'true',
    });
    expect(step.annotations).toEqual([]);
  });

  test('are all rejected if that is the answer', async () => {
    const step = await run({ world: { invites: invites(123) }, inputs: { status: 'rejected', ...ALL } });
    expect(step.exitCode).toBe(0);
    expect(count(statusesOf(step), 'rejected')).toBe(123);
  });

  test('show that the work lives: a line each, with position and total', async () => {
    const { log } = await run({ world: { invites: invites(123), latencyMs: 50 } });
    expect(log[0]).toBe('123 pending invites: 123 to answer, 0 left alone. 0 matching invites answered before.');
    expect(log[1]).toBe('::group::Trying to accept 123 invites');
    expect(log.at(-1)).toBe('::endgroup::');
    const lines = log.slice(2, -1);
    expect(lines).toHaveLength(123);
    for (const [index, line] of lines.entries()) {
      expect(line).toMatch(new RegExp(`^\\[${index + 1}/123\\] Acme, Inc\\. \\([0-9a-f]{32}\\): accepted\\.$`));
    }
  });
});

describe('the policy', () => {
  test('touches nothing that it does not choose', async () => {
    const acme = {
      'organization-id': 'acc0000000000000000000000000acce',
      'invited-by': '*@acme.example',
      roles: 'DNS',
    };
    const step = await run({
      world: {
        invites: [
          invite(1),
          invite(2, { organization_id: 'x', organization_name: 'acc0000000000000000000000000acce' }),
          invite(3, { invited_by: 'it@acme.example.evil.example' }),
          invite(4, { roles: ['DNS', 'Super Administrator - All Privileges'] }),
          invite(5, { status: 'rejected' }),
          invite(6, { expires_on: hoursFromStart(-1) }),
        ],
      },
      inputs: acme,
    });
    expect(step.exitCode).toBe(0);
    expect(statusesOf(step)).toEqual(['accepted', 'pending', 'pending', 'pending', 'rejected', 'expired']);
    expect(patchesOf(step).map(({ path }) => path)).toEqual([`/client/v4/user/invites/${inviteId(1)}`]);
    expect(step.annotations).toMatchObject([{ level: 'notice', title: '3 pending invites were left alone' }]);
  });

  test('does not answer what Cloudflare lists as pending although its time is over', async () => {
    const expired = invite(2, { expires_on: hoursFromStart(-1) });
    const step = await run({ world: { invites: [invite(1)], extraListEntries: [expired] } });
    expect(step.exitCode).toBe(0);
    expect(JSON.parse(step.outputs.invite_ids ?? '')).toEqual([inviteId(1)]);
    expect(patchesOf(step)).toHaveLength(1);
    expect(step.annotations).toEqual([]);
  });

  test.each(['organization-id', 'organization-name', 'invited-by', 'roles'])(
    'is not widened by an empty %s: the step is refused and nothing is sent',
    async (name) => {
      const other = name === 'invited-by' ? 'roles' : 'invited-by';
      const step = await run({ world: { invites: invites(3) }, inputs: { [name]: '', [other]: '*' } });
      expect(step.exitCode).toBe(1);
      expect(step.sandbox.requests).toEqual([]);
      expect(step.annotations).toMatchObject([{ level: 'error', title: 'The inputs cannot be used' }]);
      expect(step.annotations[0]?.message).toContain(`${name} is written but empty`);
      expect(step.outputs).toMatchObject({ matched_count: '0', changed: 'false', invites: '[]' });
      expect(step.summary).toContain(`${name} is written but empty`);
    },
  );

  test('is needed: without an invite-id and a filter nothing is sent', async () => {
    const step = await run({ world: { invites: invites(3) }, inputs: {} });
    expect(step.exitCode).toBe(1);
    expect(step.sandbox.requests).toEqual([]);
    expect(step.annotations[0]?.message).toContain('neither an invite-id nor a filter');
    expect(step.annotations[0]?.message).toContain('Nothing was sent to Cloudflare.');
    expect(step.summary).toContain('<h3>Cloudflare invites</h3>');
  });

  test('every bad input is told at once', async () => {
    const step = await run({ inputs: { status: 'yes', 'organization-name': '!x', retries: '3x', 'api-token': '' } });
    expect(step.sandbox.requests).toEqual([]);
    expect(step.annotations).toHaveLength(1);
    for (const name of [
      'status is "yes"',
      'organization-name is "!x"',
      'retries is "3x"',
      'api-token is written but',
    ]) {
      expect(step.annotations[0]?.message).toContain(name);
    }
  });
});

describe('a rate limit of 20 requests in 2 seconds', () => {
  const limited = (announce: boolean, latencyMs: number): VirtualWorldOptions => ({
    invites: invites(60),
    pageSize: 100,
    latencyMs,
    rateLimit: { requests: 20, windowMs: 2_000, announce },
  });
  // The list and 60 answers are 61 requests: four windows, of which three end in a refusal.
  const REFUSED_WINDOWS = 3;

  test.each([0, 50, 200])('costs a refusal for each worker and window, with answers after %d ms', async (latencyMs) => {
    const step = await run({ world: limited(false, latencyMs) });
    expect(step.exitCode).toBe(0);
    expect(count(statusesOf(step), 'accepted')).toBe(60);
    const refused = refusedOf(step, 429).length;
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThanOrEqual(4 * REFUSED_WINDOWS);
    expect(step.outputs.changed_count).toBe('60');
    expect(step.annotations).toEqual([]);
  });

  test.each([0, 50, 200])(
    'costs hardly any refusal when it is announced, with answers after %d ms',
    async (latencyMs) => {
      const step = await run({ world: limited(true, latencyMs) });
      expect(step.exitCode).toBe(0);
      expect(count(statusesOf(step), 'accepted')).toBe(60);
      expect(refusedOf(step, 429).length).toBeLessThanOrEqual(REFUSED_WINDOWS);
    },
  );

  test.each([true, false])('shows as one line for each pause (announced: %j)', async (announce) => {
    const step = await run({ world: limited(announce, 50) });
    const pauses = step.log.filter((line) => line.startsWith('Pausing all requests'));
    expect(pauses).toHaveLength(REFUSED_WINDOWS);
    // Where both say it, the refusal explains more than the header.
    const reason = announce ? /no request left in Cloudflare’s rate limit|HTTP 429/ : /Cloudflare answered HTTP 429/;
    for (const line of pauses) {
      expect(line).toMatch(/for \d(\.\d)? s, until 2026-11-23T09:00:\d\d\.\d{3}Z: /);
      expect(line).toMatch(reason);
    }
  });

  test('holds back every request, not only the one that was refused', async () => {
    const pause: Fault = { ...tooManyRequests({ retryAfter: 30 }), on: { method: 'PATCH', id: inviteId(5) } };
    const step = await run({ world: { invites: invites(40), latencyMs: 100, faults: [pause] } });
    const refusedAt = refusedOf(step, 429)[0]?.atMs ?? 0;
    const during = step.sandbox.requests.filter(({ atMs }) => atMs > refusedAt + 100 && atMs < refusedAt + 30_100);
    expect(refusedAt).toBeGreaterThan(START_MS);
    expect(during).toEqual([]);
    expect(step.exitCode).toBe(0);
    expect(step.elapsedMs).toBeGreaterThan(30_000);
    expect(step.elapsedMs).toBeLessThan(33_000);
  });
});

describe('a delay that does not fit into the budget', () => {
  const slow = tooManyRequests({ retryAfter: 290 });

  test.each<[string, Fault]>([
    ['the list', { ...slow, on: { method: 'GET' } }],
    ['the first answer', { ...slow, on: { method: 'PATCH' } }],
    ['an answer in the middle', { ...slow, on: { method: 'PATCH' }, skip: 10 }],
  ])('asked for with %s fails at once and is named', async (_case, fault) => {
    const step = await run({
      world: { invites: invites(20), pageSize: 50, latencyMs: 100, faults: [fault] },
      inputs: { ...ALL, 'timeout-seconds': '20' },
    });
    expect(step.exitCode).toBe(1);
    expect(step.elapsedMs).toBeLessThanOrEqual(2_000);
    expect(shownOf(step, 'error')).toMatchObject([{ title: 'Cloudflare’s rate limit leaves no time' }]);
    expect(shownOf(step, 'error')[0]?.message).toContain('290 s');
    expect(step.summary).toContain('290 s');
    expect(refusedOf(step, 429)).toHaveLength(1);
  });

  test('is waited for when it fits', async () => {
    const step = await run({
      world: { invites: invites(3), faults: [slow] },
      inputs: { ...ALL, 'timeout-seconds': '300' },
    });
    expect(step.exitCode).toBe(0);
    expect(step.elapsedMs).toBe(290_000);
  });
});

describe('14 of 40 that fail', () => {
  const FAILING = Array.from({ length: 14 }, (_, index) => 2 * index + 3);
  const world = () => createVirtualWorld({ invites: invites(40), latencyMs: 30, faults: FAILING.map(refuse) });

  test('leave 26 accepted, and each of the 14 is in the summary and in the outputs', async () => {
    const step = await run({ world: world() });
    expect(step.exitCode).toBe(1);
    expect(count(statusesOf(step), 'accepted')).toBe(26);
    expect(step.outputs).toMatchObject({
      matched_count: '40',
      changed_count: '26',
      failed_count: '14',
      changed: 'true',
    });
    const failed = handledOf(step).filter(({ outcome }) => outcome === 'failed');
    expect(failed.map(({ id }) => id)).toEqual(FAILING.map(inviteId));
    const failures = step.summary.slice(step.summary.indexOf('<ul>'));
    for (const { id, error } of failed) {
      expect(error).toContain('code 1010: Not this one');
      expect(failures).toContain(`Could not accept invite Acme, Inc. (${id})`);
    }
    expect(step.summary.match(/<li>/g)).toHaveLength(14);
    expect(step.summary.match(/❌ failed \(<code>pending<\/code>\)/g)).toHaveLength(14);
    expect(step.summary).toContain('<h3>Cloudflare invites: 26 accepted, 14 failed</h3>');
  });

  test('give 10 error annotations, of which the last counts the rest', async () => {
    const step = await run({ world: world() });
    const errors = shownOf(step, 'error');
    expect(errors).toHaveLength(10);
    expect(errors.slice(0, 9).map(({ title }) => title)).toEqual(
      FAILING.slice(0, 9).map((number) => `Could not accept invite Acme, Inc. (${inviteId(number)})`),
    );
    expect(errors[9]?.title).toBe('5 more failures');
    expect(errors[9]?.message).toContain(inviteId(FAILING[9] ?? 0));
    expect(shownOf(step, 'warning')).toEqual([]);
  });

  test('each fit into an annotation, and end with what to do', async () => {
    const errors = Array.from({ length: 9 }, (_, index) => ({ code: 2_000 + index, message: 'x'.repeat(900) }));
    const long: Fault = {
      reply: { status: 403, body: { success: false, errors, messages: [], result: null } },
      on: { method: 'PATCH' },
    };
    const [error] = shownOf(await run({ world: { invites: invites(1), faults: [long] } }), 'error');
    expect(error?.message).toHaveLength(4_000);
    expect(error?.message).toMatch(/Cloudflare: code 2000: x+\S*\nCloudflare: code 2001/);
    expect(error?.message).toMatch(/x…\nWhat to do: [^\n]+$/);
  });

  test('each tell code, message, status, ray and what to do', async () => {
    const [error] = shownOf(await run({ world: world() }), 'error');
    expect(error?.message).toContain('HTTP 403');
    expect(error?.message).toContain('Cloudflare: code 1010: Not this one.');
    expect(error?.message).toMatch(/cf-ray: [0-9a-f]{16}-FRA/);
    expect(error?.message).toContain('What to do: ');
  });
});

describe('credentials that are refused', () => {
  test.each([2, 3, 10, 17, 31])('after %d requests stop the step at once', async (revokeAfter) => {
    const step = await run({ world: { invites: invites(30), latencyMs: 50, pageSize: 20, revokeAfter } });
    const refused = refusedOf(step, 401).length;
    expect(step.exitCode).toBe(1);
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThanOrEqual(4);
    expect(step.annotations).toMatchObject([{ level: 'error', title: 'Cloudflare refused the credentials' }]);
    const outcomes = outcomesOf(step);
    expect(outcomes).toHaveLength(30);
    expect(count(outcomes, 'changed')).toBe(revokeAfter - 2);
    expect(count(outcomes, 'failed')).toBe(refused);
    expect(count(outcomes, 'not_attempted')).toBe(30 - refused - (revokeAfter - 2));
    expect(step.outputs.failed_count).toBe(String(30 - (revokeAfter - 2)));
    expect(step.summary.match(/<li>/g)).toHaveLength(1);
  });

  test('name the invites that were not attempted', async () => {
    const step = await run({ world: { invites: invites(30), pageSize: 20, latencyMs: 50, revokeAfter: 17 } });
    expect(step.annotations[0]?.message).toMatch(/Not attempted: Acme, Inc\. \([0-9a-f]{32}\), .* and \d+ more\./);
    expect(step.log.some((line) => /^\[\d+\/30\] .*: not attempted\./.test(line))).toBe(true);
  });

  test('before the list is read end the step with one request', async () => {
    const step = await run({ world: { invites: invites(30), revokeAfter: 0 } });
    expect(step.exitCode).toBe(1);
    expect(step.sandbox.requests).toHaveLength(1);
    expect(step.annotations).toMatchObject([
      {
        level: 'error',
        title: 'Cloudflare refused the credentials',
        message: expect.stringContaining('HTTP 401'),
      },
    ]);
  });
});

describe('no more than 4 requests are under way at once', () => {
  test.each<[string, Record<string, string>, Partial<VirtualWorldOptions>]>([
    ['in list mode', ALL, {}],
    [
      'by id',
      {
        'invite-id': invites(20)
          .map(({ id }) => id)
          .join(' '),
      },
      {},
    ],
    [
      'with a guard',
      {
        'invite-id': invites(20)
          .map(({ id }) => id)
          .join(' '),
        roles: 'DNS',
      },
      {},
    ],
    ['with failures that are tried again', ALL, { faults: [{ on: { method: 'PATCH' }, drop: 'before', times: 15 }] }],
  ])('%s', async (_case, inputs, options) => {
    const step = await run({ world: { invites: invites(20), latencyMs: 40, ...options }, inputs });
    expect(step.exitCode).toBe(0);
    expect(step.sandbox.maxConcurrent).toBe(4);
  });
});

describe('filters beside an invite-id are a guard', () => {
  const guard = { 'invite-id': `${inviteId(1)}\n${inviteId(2)}`, 'invited-by': '*@acme.example' };
  const world = () =>
    createVirtualWorld({ invites: [invite(1), invite(2, { invited_by: 'someone@unknown.example' }), invite(3)] });

  test('an invite that does not match fails untouched, and the other one is answered', async () => {
    const step = await run({ world: world(), inputs: guard });
    expect(step.exitCode).toBe(1);
    expect(statusesOf(step)).toEqual(['accepted', 'pending', 'pending']);
    expect(patchesOf(step).map(({ path }) => path)).toEqual([`/client/v4/user/invites/${inviteId(1)}`]);
    expect(step.annotations).toMatchObject([
      { level: 'error', title: `Invite Acme, Inc. (${inviteId(2)}) is outside the policy` },
    ]);
    expect(step.annotations[0]?.message).toContain('invited-by does not match ("someone@unknown.example")');
    expect(outcomesOf(step)).toEqual(['changed', 'failed']);
  });

  test('each invite is read before it is answered, and the list is not', async () => {
    const step = await run({ world: world(), inputs: { ...guard, 'invite-id': inviteId(1) } });
    expect(step.sandbox.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /client/v4/user/invites/${inviteId(1)}`,
      `PATCH /client/v4/user/invites/${inviteId(1)}`,
    ]);
  });

  test('without filters, one PATCH is all that is sent', async () => {
    const step = await run({ world: world(), inputs: { 'invite-id': inviteId(2) } });
    expect(step.exitCode).toBe(0);
    expect(step.sandbox.requests.map(({ method }) => method)).toEqual(['PATCH']);
  });

  test('waiting for an id is refused', async () => {
    const step = await run({ world: world(), inputs: { ...guard, 'wait-seconds': '10' } });
    expect(step.exitCode).toBe(1);
    expect(step.sandbox.requests).toEqual([]);
    expect(step.annotations[0]?.message).toContain('wait-seconds is "10" beside invite-id');
  });
});

describe('a dry run', () => {
  test('of a list plans what would be answered and sends nothing but the list', async () => {
    const step = await run({
      world: { invites: [...invites(3), invite(4, { organization_name: 'Globex' })] },
      inputs: { 'organization-name': 'Acme*', 'dry-run': 'true' },
    });
    expect(step.exitCode).toBe(0);
    expect(step.sandbox.requests.map(({ method }) => method)).toEqual(['GET']);
    expect(outcomesOf(step)).toEqual(['planned', 'planned', 'planned']);
    expect(step.outputs).toMatchObject({ changed: 'false', changed_count: '0', failed_count: '0', matched_count: '3' });
    expect(step.log).toContain('::group::Dry run: 3 invites');
    expect(step.summary).toContain('Cloudflare invites (dry run): 3 would be accepted');
    expect(statusesOf(step)).toEqual(['pending', 'pending', 'pending', 'pending']);
  });

  test('by id reads each invite once', async () => {
    const world = { invites: [invite(1), invite(2, { status: 'accepted' }), invite(3, { status: 'rejected' })] };
    const ids = [1, 2, 3].map(inviteId).join(',');
    const step = await run({ world, inputs: { 'invite-id': ids, 'dry-run': 'true' } });
    expect(step.sandbox.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
    expect(outcomesOf(step)).toEqual(['planned', 'unchanged', 'failed']);
    expect(step.exitCode).toBe(1);
  });
});

describe('invites that are left alone', () => {
  const soon = { expires_on: hoursFromStart(3), organization_name: 'Globex' };
  const acme = { 'organization-name': 'Acme*\n!Acme Test' };

  test('are warned of when they expire within 24 hours and nobody has decided about them', async () => {
    const step = await run({
      world: {
        invites: [
          invite(1),
          invite(2, soon),
          invite(3, { organization_name: 'Globex' }),
          invite(4, { ...soon, organization_name: 'Acme Test' }),
          invite(5, { organization_name: 'Initech' }),
        ],
      },
      inputs: acme,
    });
    expect(step.exitCode).toBe(0);
    expect(step.annotations.map(({ level, title }) => [level, title])).toEqual([
      ['warning', `Invite Globex (${inviteId(2)}) is about to expire`],
      ['notice', '3 other pending invites were left alone'],
    ]);
    expect(step.summary).toContain(`Invite Globex (${inviteId(2)}) matches no filter`);
    expect(step.summary).toContain('3 other pending invites were left alone');
  });

  test('have at most 10 warnings, of which the last counts the rest', async () => {
    const step = await run({ world: { invites: invites(30, () => soon) }, inputs: acme });
    expect(shownOf(step, 'warning')).toHaveLength(10);
    expect(shownOf(step, 'warning')[9]?.title).toBe('21 more warnings');
    expect(shownOf(step, 'warning')[9]?.message).toContain('match no filter and expire within 24 hours');
    expect(shownOf(step, 'notice')).toEqual([]);
  });

  test('have 10 warnings of which the runner shows the last, also where if-no-match warns', async () => {
    // The runner shows the first ten warnings of a step and drops the others.
    const inputs = { ...acme, 'if-no-match': 'warn' };
    const step = await run({ world: { invites: invites(30, () => soon) }, inputs });
    const titles = shownOf(step, 'warning').map(({ title }) => title);
    expect(titles).toContain('No pending invite matches');
    expect(titles.slice(0, 10).at(-1)).toMatch(/^\d+ more warnings$/);
  });

  test('are none of a step by id', async () => {
    const step = await run({ world: { invites: [invite(1), invite(2, soon)] }, inputs: { 'invite-id': inviteId(1) } });
    expect(step.annotations).toEqual([]);
  });
});

describe('outputs', () => {
  test('of one invite are its fields as Cloudflare has them after the step', async () => {
    const details = { organization_name: 'A::b', roles: ['DNS', 'Billing'], organization_is_enforcing_twofactor: true };
    const step = await run({ world: { invites: [invite(1, { ...details, invited_member_id: 'm' })] } });
    expect(step.outputs).toEqual({
      id: inviteId(1),
      status: 'accepted',
      organization_id: 'acc0000000000000000000000000acce',
      organization_name: 'A::b',
      roles: '["DNS","Billing"]',
      invited_by: 'it@acme.example',
      invited_on: hoursFromStart(-24),
      expires_on: hoursFromStart(72),
      invited_member_id: 'm',
      invited_member_email: '',
      organization_is_enforcing_twofactor: 'true',
      changed: 'true',
      matched_count: '1',
      changed_count: '1',
      failed_count: '0',
      invite_ids: `["${inviteId(1)}"]`,
      invites: expect.any(String),
    });
    expect(handledOf(step)).toEqual([{ ...step.sandbox.invite(inviteId(1)), outcome: 'changed' }]);
  });

  test('of several invites leave the single fields empty', async () => {
    const world = { invites: [invite(1), invite(2, { status: 'accepted' })] };
    const ids = [2, 1].map(inviteId);
    const step = await run({ world, inputs: { 'invite-id': ids.join(' ') } });
    expect(step.exitCode).toBe(0);
    expect(step.outputs).toMatchObject({ id: '', status: '', organization_name: '', roles: '', invited_by: '' });
    expect(step.outputs).toMatchObject({ changed: 'true', matched_count: '2', changed_count: '1', failed_count: '0' });
    expect(JSON.parse(step.outputs.invite_ids ?? '')).toEqual(ids);
    expect(handledOf(step)).toMatchObject([
      { id: inviteId(2), status: 'accepted', outcome: 'unchanged', organization_name: 'Acme, Inc.' },
      { id: inviteId(1), status: 'accepted', outcome: 'changed' },
    ]);
  });

  test('hold whole entries up to 400,000 characters, and a warning counts what is missing', async () => {
    const COUNT = 4_000;
    const step = await run({
      world: { invites: invites(COUNT), pageSize: 1_000 },
      inputs: { ...ALL, 'dry-run': 'true' },
    });
    const { invites: json = '', invite_ids: ids = '' } = step.outputs;
    const shown = handledOf(step);
    expect(json.length).toBeLessThanOrEqual(400_000);
    expect(json.length + ids.length).toBeLessThanOrEqual(500_000);
    // Nothing that would have fitted is missing.
    const entryLength = JSON.stringify(shown[0]).length + 1;
    expect(json.length + entryLength).toBeGreaterThan(Math.min(400_000, 500_000 - ids.length));
    expect(shown.every(({ outcome }) => outcome === 'planned')).toBe(true);
    expect(JSON.parse(ids)).toHaveLength(COUNT);
    expect(shownOf(step, 'warning')).toMatchObject([{ title: 'The output "invites" is not complete' }]);
    expect(shownOf(step, 'warning')[0]?.message).toContain(`${COUNT - shown.length} of ${COUNT} invites were left out`);
    expect(step.exitCode).toBe(0);
  });

  test('have no such warning when everything fits', async () => {
    const step = await run({
      world: { invites: invites(1_000), pageSize: 1_000 },
      inputs: { ...ALL, 'dry-run': 'true' },
    });
    expect(handledOf(step)).toHaveLength(1_000);
    expect(step.annotations).toEqual([]);
  });
});

describe('the summary', () => {
  const MIB = 1_048_576;
  const bytesOf = ({ summary }: Run) => Buffer.byteLength(summary);
  const rowsOf = ({ summary }: Run) => (summary.match(/<tr><td>/g) ?? []).length;
  const dryRun = { 'organization-name': 'Acme*', 'dry-run': 'true' };

  test('has a row for each handled invite', async () => {
    const step = await run({ world: { invites: invites(500), pageSize: 1_000 }, inputs: dryRun });
    expect(rowsOf(step)).toBe(500);
    expect(step.summary).not.toContain('did not fit');
    expect(step.summary).toContain(
      `<td><code>Acme, Inc.</code></td><td><code>DNS</code></td><td><code>it@acme.example</code></td><td><code>${hoursFromStart(72)}</code></td>`,
    );
  });

  test('respects 1 MiB with thousands of invites and counts the rows that are missing', async () => {
    const step = await run({ world: { invites: invites(6_000), pageSize: 1_000 }, inputs: dryRun });
    expect(bytesOf(step)).toBeLessThanOrEqual(MIB);
    expect(bytesOf(step)).toBeGreaterThan(0.9 * MIB);
    expect(rowsOf(step)).toBeGreaterThan(1_000);
    expect(step.summary).toContain(`${6_000 - rowsOf(step)} more rows did not fit into this summary.`);
  });

  test('respects 1 MiB whatever the names of the invites that were left alone are', async () => {
    const name = '"'.repeat(2_000);
    const strangers = Array.from({ length: 10 }, (_, index) =>
      invite(7_000 + index, { organization_name: name, expires_on: hoursFromStart(2) }),
    );
    const step = await run({ world: { invites: [...invites(6_000), ...strangers], pageSize: 1_000 }, inputs: dryRun });
    expect(shownOf(step, 'warning').some(({ title }) => title.includes('"""'))).toBe(true);
    expect(bytesOf(step)).toBeLessThanOrEqual(MIB);
  });

  test('that cannot be stored does not change the result', async () => {
    const step = await run({ world: { invites: invites(2) }, summaryError: new Error('no space left') });
    expect(step.exitCode).toBe(0);
    expect(step.log).toContain('The job summary could not be written: no space left');
    expect(step.outputs.changed_count).toBe('2');
  });
});

describe('a cancellation', () => {
  test('in the middle lets no further request start and reports within a moment', async () => {
    const cancelAt = 520;
    const step = await run({ world: { invites: invites(60), pageSize: 100, latencyMs: 100 }, cancelAt });
    expect(step.exitCode).toBe(1);
    expect(step.sandbox.requests.filter(({ atMs }) => atMs > START_MS + cancelAt)).toEqual([]);
    expect(step.elapsedMs).toBeLessThanOrEqual(cancelAt + 1_000);
    expect(step.annotations).toMatchObject([{ level: 'error', title: 'The job was cancelled' }]);
    const changed = count(outcomesOf(step), 'changed');
    // What was under way was let finish, so that its outcome is known.
    expect(changed).toBe(patchesOf(step).length);
    expect(changed).toBe(count(statusesOf(step), 'accepted'));
    expect(count(outcomesOf(step), 'not_attempted')).toBe(60 - changed);
    expect(step.outputs).toMatchObject({ matched_count: '60', changed_count: String(changed) });
    expect(step.summary).toContain('not attempted');
  });

  test('cuts off what hangs after a second, and its state is unknown', async () => {
    const hang: Fault = { hang: true, applied: true, on: { method: 'PATCH' } };
    const step = await run({ world: { invites: invites(2), faults: [hang] }, cancelAt: 5_000 });
    expect(step.exitCode).toBe(1);
    expect(step.elapsedMs).toBe(6_000);
    expect(step.annotations).toHaveLength(1);
    expect(step.annotations[0]?.message).toContain(
      `State unknown, because it could not be read: Acme, Inc. (${inviteId(1)}).`,
    );
    expect(handledOf(step)[0]).toMatchObject({ outcome: 'failed', error: expect.stringContaining('State unknown') });
  });

  test('during a pause ends the pause', async () => {
    const step = await run({
      world: { invites: invites(5), faults: [{ ...tooManyRequests({ retryAfter: 300 }), on: { method: 'PATCH' } }] },
      cancelAt: 60_000,
    });
    expect(step.exitCode).toBe(1);
    expect(step.elapsedMs).toBe(60_000);
    expect(step.annotations).toMatchObject([{ level: 'error', title: 'The job was cancelled' }]);
  });

  test('before the start sends nothing', async () => {
    const step = await run({ world: { invites: invites(5) }, cancelAt: 0 });
    expect(step.exitCode).toBe(1);
    expect(step.sandbox.requests).toEqual([]);
    expect(step.annotations).toMatchObject([{ level: 'error', title: 'The job was cancelled' }]);
  });

  test('fails the step even if the answers under way were its last and arrive', async () => {
    const step = await run({ world: { invites: invites(2), latencyMs: 300 }, cancelAt: 400 });
    expect(outcomesOf(step)).toEqual(['changed', 'changed']);
    expect(step.exitCode).toBe(1);
    expect(step.annotations).toMatchObject([{ level: 'error', title: 'The job was cancelled' }]);
  });

  test('before anything matched is what the step says, not that nothing matches', async () => {
    const inputs = { ...ALL, 'if-no-match': 'error' };
    const step = await run({ world: { latencyMs: 300 }, inputs, cancelAt: 200 });
    expect(step.exitCode).toBe(1);
    expect(step.annotations).toMatchObject([{ level: 'error', title: 'The job was cancelled' }]);
  });

  test('after the end changes nothing', async () => {
    const step = await run({ world: { invites: invites(5), latencyMs: 10 }, cancelAt: 60_000 });
    expect(step.exitCode).toBe(0);
    expect(step.annotations).toEqual([]);
  });
});

describe('the budget', () => {
  test('ends the step and leaves the rest not attempted, with one error', async () => {
    const step = await run({
      world: { invites: invites(30), latencyMs: 3_000 },
      inputs: { ...ALL, 'timeout-seconds': '10' },
    });
    expect(step.exitCode).toBe(1);
    expect(step.elapsedMs).toBeLessThanOrEqual(10_000);
    expect(step.sandbox.requests.every(({ atMs }) => atMs < START_MS + 10_000)).toBe(true);
    expect(outcomesOf(step)).toContain('not_attempted');
    expect(shownOf(step, 'error').map(({ title }) => title)).toContain('The step ran out of time');
  });

  test('that was used up by an invite’s own failures is no second error', async () => {
    const faults: Fault[] = [
      { ...envelopeFailure(503, { code: 1, message: 'down' }), on: { method: 'PATCH' }, ...FOR_EVER },
      { hang: true, on: { method: 'GET', id: inviteId(1) }, ...FOR_EVER },
    ];
    const step = await run({ world: { invites: [invite(1)], faults }, inputs: { ...ALL, 'timeout-seconds': '20' } });
    expect(step.exitCode).toBe(1);
    expect(shownOf(step, 'error').map(({ title }) => title)).toEqual([
      `Could not accept invite Acme, Inc. (${inviteId(1)})`,
    ]);
    expect(step.summary.match(/<li>/g)).toHaveLength(1);
  });
});

describe('the proxy', () => {
  const env = { HTTPS_PROXY: 'http://user:proxy-password@proxy.example:3128' };

  test('is obeyed before anything is sent, if there is one', async () => {
    const requestsBefore: number[] = [];
    const world = createVirtualWorld({ invites: invites(1) });
    const useProxyFromEnv = () => void requestsBefore.push(world.sandbox.requests.length);
    await run({ world, env, useProxyFromEnv });
    expect(requestsBefore).toEqual([0]);
    await run({ world, useProxyFromEnv });
    expect(requestsBefore).toEqual([0]);
  });

  test('that cannot be used ends the step, and its password is hidden', async () => {
    const useProxyFromEnv = () => {
      throw new ProxyError('The proxy is of no use: proxy-password.');
    };
    const step = await run({ world: { invites: invites(1) }, env, useProxyFromEnv });
    expect(step.exitCode).toBe(1);
    expect(step.sandbox.requests).toEqual([]);
    expect(step.annotations).toMatchObject([
      { level: 'error', title: 'The proxy cannot be used', message: 'The proxy is of no use: ***.' },
    ]);
    expect(step.masked).toContain('proxy-password');
  });
});

describe('the credentials', () => {
  test('may be the key and the address of the user', async () => {
    const step = await run({
      world: { invites: invites(1) },
      inputs: {
        ...ALL,
        'api-token': '$CLOUDFLARE_API_TOKEN',
        'api-key': CREDENTIALS.key,
        'api-email': CREDENTIALS.email,
      },
    });
    expect(step.exitCode).toBe(0);
    expect(step.masked).toEqual([CREDENTIALS.key]);
  });

  test('of the environment are used, with a notice if there are two kinds', async () => {
    const step = await run({
      world: { invites: invites(1) },
      inputs: { ...ALL, 'api-token': '$CLOUDFLARE_API_TOKEN' },
      env: {
        CLOUDFLARE_API_TOKEN: CREDENTIALS.token,
        CLOUDFLARE_API_KEY: 'another-key',
        CLOUDFLARE_EMAIL: 'another@example.net',
      },
    });
    expect(step.exitCode).toBe(0);
    expect(step.annotations).toMatchObject([
      { level: 'notice', title: 'Credentials', message: expect.stringContaining('The token is used.') },
    ]);
    expect(step.masked).toEqual([CREDENTIALS.token, 'another-key']);
  });

  test('are hidden everywhere, also in what Cloudflare echoes', async () => {
    const step = await run({ world: { invites: [invite(1, { organization_name: `Acme ${CREDENTIALS.token}` })] } });
    expect(step.outputs.organization_name).toBe('Acme ***');
    expect(JSON.stringify([step.outputs, step.log, step.debug, step.summary])).not.toContain(CREDENTIALS.token);
  });
});

describe('a defect', () => {
  test('is told as one, with its stack in the debug log', async () => {
    const useProxyFromEnv = () => {
      throw new RangeError('off by one');
    };
    const step = await run({ env: { HTTPS_PROXY: 'http://proxy.example' }, useProxyFromEnv });
    expect(step.exitCode).toBe(1);
    expect(step.annotations).toMatchObject([{ level: 'error', title: 'Unexpected error' }]);
    expect(step.annotations[0]?.message).toMatch(
      /^This action has a defect: off by one\.\nWhat to do: Run the job again with debug logging, and report what it says\.$/,
    );
    expect(step.debug.join()).toContain('RangeError: off by one');
    expect(step.outputs).toMatchObject({ matched_count: '0', changed: 'false' });
  });

  test('of whatever kind never escapes', async () => {
    const useProxyFromEnv = () => {
      throw 'a text';
    };
    const step = await run({ env: { HTTPS_PROXY: 'http://proxy.example' }, useProxyFromEnv });
    expect(step.exitCode).toBe(1);
    expect(step.annotations[0]?.message).toContain('a text');
    expect(step.debug).toEqual([]);
  });

  test('met while the list is read is told as one too', async () => {
    const step = await run({ fetch: async () => ({ body: null }) as Response });
    expect(step.exitCode).toBe(1);
    expect(step.annotations).toMatchObject([{ level: 'error', title: 'Unexpected error' }]);
  });
});

describe('no match', () => {
  const noMatch = (inputs: Readonly<Record<string, string>>) =>
    run({ world: { invites: [invite(1)] }, inputs: { 'organization-name': 'Globex', ...inputs } });
  const HINT =
    'What to do: Check the filters and that the credentials are those of the invited user; with wait-seconds, allow for more time.';

  test('fails the step if that is asked for', async () => {
    const step = await noMatch({ 'if-no-match': 'error' });
    expect(step.exitCode).toBe(1);
    expect(shownOf(step, 'error')).toEqual([
      {
        level: 'error',
        title: 'No pending invite matches',
        message: `No pending invite matches the filters.\n${HINT}`,
      },
    ]);
  });

  test('after a wait names the wait', async () => {
    const step = await noMatch({ 'wait-seconds': '30' });
    expect(step.exitCode).toBe(1);
    expect(step.elapsedMs).toBeGreaterThanOrEqual(30_000);
    expect(shownOf(step, 'error')[0]?.message).toBe(
      `No pending invite matches the filters, and none came within 30 s.\n${HINT}`,
    );
  });

  test('warns if that is asked for, and is no matter by default', async () => {
    const warned = await noMatch({ 'if-no-match': 'warn' });
    expect(warned.exitCode).toBe(0);
    expect(shownOf(warned, 'warning')).toMatchObject([{ title: 'No pending invite matches' }]);
    const ignored = await noMatch({});
    expect(ignored.exitCode).toBe(0);
    expect(ignored.annotations.filter(({ level }) => level !== 'notice')).toEqual([]);
    expect(ignored.log.filter((line) => line.startsWith('::group::'))).toEqual([]);
  });

  test('is not said where something matches', async () => {
    for (const ifNoMatch of ['error', 'warn']) {
      const step = await noMatch({ 'organization-name': 'Acme*', 'if-no-match': ifNoMatch });
      expect(step.exitCode).toBe(0);
      expect(step.annotations).toEqual([]);
    }
  });
});

describe('the tracking issue', () => {
  const env = { GITHUB_API_URL: 'https://ghe.example/api/v3', GITHUB_REPOSITORY: 'acme/invites', GITHUB_RUN_ID: '7' };
  const tracked = { ...ALL, 'report-issue': 'Invites need a person', 'github-token': 'ghs_fake-token' };

  /** A step that cannot reach GitHub, and what it tried there. */
  async function step(options: RunOptions = {}): Promise<{ tried: readonly string[]; result: Run }> {
    const tried: string[] = [];
    const world = createVirtualWorld({ invites: [invite(1)], ...options.world });
    const cloudflare = sandboxFetch(world.sandbox, world.clock.unrecorded());
    const result = await run({
      inputs: tracked,
      env,
      ...options,
      world,
      fetch: async (input, init) => {
        if (!String(input).startsWith(env.GITHUB_API_URL)) return cloudflare(input, init);
        tried.push(`${init?.method} ${input}`);
        throw fetchFailed('no route to GitHub');
      },
    });
    return { tried, result };
  }

  test('that cannot be reached is a warning and changes nothing', async () => {
    const { tried, result } = await step({ world: { invites: [invite(1)], faults: [refuse(1)] } });
    expect(tried).toEqual([
      expect.stringMatching(/^GET https:\/\/ghe\.example\/api\/v3\/repos\/acme\/invites\/issues\?/),
    ]);
    expect(result.exitCode).toBe(1);
    expect(shownOf(result, 'warning')).toMatchObject([
      {
        title: 'The tracking issue could not be updated',
        message: expect.stringContaining('no route to GitHub'),
      },
    ]);
    expect(outcomesOf(result)).toEqual(['failed']);
    expect(result.masked).toContain('ghs_fake-token');
  });

  test('is told of a defect as well', async () => {
    const useProxyFromEnv = () => {
      throw new RangeError('off by one');
    };
    const { tried, result } = await step({ env: { ...env, HTTPS_PROXY: 'http://proxy.example' }, useProxyFromEnv });
    expect(shownOf(result, 'error')).toMatchObject([{ title: 'Unexpected error' }]);
    expect(tried).toHaveLength(1);
  });

  test('is closed after a run that went well, for which it is looked for', async () => {
    const { tried, result } = await step();
    expect(tried).toHaveLength(1);
    expect(result.exitCode).toBe(0);
  });

  test.each<[string, RunOptions]>([
    ['nobody asked for it', { inputs: ALL }],
    ['an input is refused', { inputs: { ...tracked, retries: 'many' } }],
    [
      'the proxy cannot be used',
      {
        env: { ...env, HTTPS_PROXY: 'http://proxy.example' },
        useProxyFromEnv: () => {
          throw new ProxyError('The proxy is of no use.');
        },
      },
    ],
    ['a match is missing', { inputs: { ...tracked, 'organization-name': 'Globex', 'if-no-match': 'error' } }],
    ['it is a dry run', { inputs: { ...tracked, 'dry-run': 'true' } }],
    ['the job was cancelled', { cancelAt: 0 }],
  ])('is left alone where %s', async (_case, options) => {
    const { tried, result } = await step(options);
    expect(tried).toEqual([]);
    expect(result.annotations.filter(({ title }) => title.includes('tracking issue'))).toEqual([]);
  });
});

test('a number that was refused is not compared with others, as if somebody had written another one', async () => {
  const inputs = { 'organization-name': '*', 'wait-seconds': '60', 'timeout-seconds': 'ten' };
  const { annotations } = await run({ inputs });
  expect(annotations[0]?.message).toContain('timeout-seconds is "ten"');
  expect(annotations[0]?.message).not.toContain('it must be more');
});
