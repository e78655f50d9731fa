import { expect, test } from 'vitest';
import { envelopeFailure, type Fault } from '../../sandbox/cloudflare.ts';
import { OUTPUT_NAMES } from '../../src/report/outputs.ts';
import {
  createVirtualWorld,
  hoursFromStart,
  invite,
  inviteId,
  invites,
  type Run,
  type RunOptions,
  run,
  type VirtualWorldOptions,
} from '../run.ts';

const DRY_RUN = { 'organization-name': 'Acme*', 'dry-run': 'true' };

const refusedOf = ({ sandbox }: Run, status: number) => sandbox.requests.filter((request) => request.status === status);
const statusesOf = ({ sandbox }: Run) => sandbox.invites().map(({ status }) => status);
const count = (values: readonly unknown[], wanted: unknown) => values.filter((value) => value === wanted).length;
const shownOf = ({ annotations }: Run, level: string) => annotations.filter((annotation) => annotation.level === level);
const handledOf = ({ outputs }: Run): { id: string; outcome: string; error?: string }[] =>
  JSON.parse(outputs.invites ?? '');

test('123 invites are all accepted, with one PATCH each, 4 at a time and a numbered line of the log each', async () => {
  const step = await run({ world: { invites: invites(123), latencyMs: 50 } });
  const patches = step.sandbox.requests.filter(({ method }) => method === 'PATCH');
  expect(step.exitCode).toBe(0);
  expect(count(statusesOf(step), 'accepted')).toBe(123);
  expect(patches).toHaveLength(123);
  expect(new Set(patches.map(({ path }) => path)).size).toBe(123);
  expect(step.sandbox.maxConcurrent).toBe(4);
  expect(step.outputs).toMatchObject({
    matched_count: '123',
    changed_count: '123',
    failed_count: '0',
    changed: 'true',
  });
  expect(step.annotations).toEqual([]);
  const [policy, found, group, ...lines] = step.log;
  expect(policy).toBe('Policy: organization-name *');
  expect(found).toBe('123 pending invites: 123 to respond to, 0 left alone. 0 matching invites responded to before.');
  expect(group).toBe('::group::Trying to accept 123 invitations');
  expect(lines.splice(-2)).toEqual(['::endgroup::', 'Cloudflare invites: 123 accepted.']);
  expect(lines).toHaveLength(123);
  for (const [index, line] of lines.entries()) {
    expect(line).toMatch(new RegExp(`^\\[${index + 1}/123\\] Acme, Inc\\. \\([0-9a-f]{32}\\): accepted\\.$`));
  }
});

// The list and 60 responses are 61 requests: four windows, of which three end in a refusal.
const REFUSED_WINDOWS = 3;
const limited = (announce: boolean, latencyMs: number): VirtualWorldOptions => ({
  invites: invites(60),
  pageSize: 100,
  latencyMs,
  rateLimit: { requests: 20, windowMs: 2_000, announce },
});

test.each([0, 50, 200])('a rate limit costs a refusal for each worker and window (%d ms)', async (latencyMs) => {
  const step = await run({ world: limited(false, latencyMs) });
  expect(step.exitCode).toBe(0);
  expect(count(statusesOf(step), 'accepted')).toBe(60);
  const refused = refusedOf(step, 429).length;
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThanOrEqual(4 * REFUSED_WINDOWS);
  expect(step.outputs.changed_count).toBe('60');
  expect(step.annotations).toEqual([]);
});

test.each([0, 50, 200])('a rate limit that is announced costs hardly any refusal (%d ms)', async (latencyMs) => {
  const step = await run({ world: limited(true, latencyMs) });
  expect(step.exitCode).toBe(0);
  expect(count(statusesOf(step), 'accepted')).toBe(60);
  expect(refusedOf(step, 429).length).toBeLessThanOrEqual(REFUSED_WINDOWS);
});

test.each([true, false])('a pause is one line of the log (announced: %j)', async (announce) => {
  const step = await run({ world: limited(announce, 50) });
  const pauses = step.log.filter((line) => line.startsWith('Pausing all requests'));
  expect(pauses).toHaveLength(REFUSED_WINDOWS);
  // Where both say it, the refusal explains more than the header.
  const reason = announce
    ? /no request left in Cloudflare’s rate limit|HTTP 429/
    : /Cloudflare responded with HTTP 429/;
  for (const line of pauses) {
    expect(line).toMatch(/for \d(\.\d)? s, until 2026-11-23T09:00:\d\d\.\d{3}Z: /);
    expect(line).toMatch(reason);
  }
});

test('14 of 40 invites fail, 26 are accepted, and summary and outputs show each failure', async () => {
  const failing = Array.from({ length: 14 }, (_, index) => 2 * index + 3);
  const faults = failing.map(
    (number): Fault => ({
      ...envelopeFailure(403, { code: 1010, message: 'Not this one' }),
      on: { method: 'PATCH', id: inviteId(number) },
    }),
  );
  const step = await run({ world: { invites: invites(40), latencyMs: 30, faults } });
  expect(step.exitCode).toBe(1);
  expect(count(statusesOf(step), 'accepted')).toBe(26);
  expect(step.outputs).toMatchObject({ matched_count: '40', changed_count: '26', failed_count: '14', changed: 'true' });
  const failed = handledOf(step).filter(({ outcome }) => outcome === 'failed');
  expect(failed.map(({ id }) => id)).toEqual(failing.map(inviteId));
  const failures = step.summary.slice(step.summary.indexOf('<ul>'));
  for (const { id, error } of failed) {
    expect(error).toContain('code 1010: Not this one');
    expect(failures).toContain(`Could not accept invite Acme, Inc. (${id})`);
  }
  expect(step.summary.match(/<li>/g)).toHaveLength(14);
  expect(step.summary.match(/❌ failed \(<code>pending<\/code>\)/g)).toHaveLength(14);
  expect(step.summary).toContain('<h3>Cloudflare invites: 26 accepted, 14 failed</h3>');
});

test.each([2, 3, 10, 17, 31])('credentials that are revoked after %d requests stop the step', async (revokeAfter) => {
  const step = await run({ world: { invites: invites(30), latencyMs: 50, pageSize: 20, revokeAfter } });
  const refused = refusedOf(step, 401).length;
  expect(step.exitCode).toBe(1);
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThanOrEqual(4);
  expect(step.annotations).toMatchObject([{ level: 'error', title: 'Cloudflare refused the credentials' }]);
  const outcomes = handledOf(step).map(({ outcome }) => outcome);
  expect(outcomes).toHaveLength(30);
  expect(count(outcomes, 'changed')).toBe(revokeAfter - 2);
  expect(count(outcomes, 'failed')).toBe(refused);
  expect(count(outcomes, 'not_attempted')).toBe(30 - refused - (revokeAfter - 2));
  expect(step.outputs.failed_count).toBe(String(30 - (revokeAfter - 2)));
  expect(step.summary.match(/<li>/g)).toHaveLength(1);
});

test('the output "invites" holds whole entries up to 400,000 characters, and a warning counts the rest', async () => {
  const COUNT = 4_000;
  const step = await run({ world: { invites: invites(COUNT), pageSize: 1_000 }, inputs: DRY_RUN });
  const { invites: json = '', invite_ids: ids = '' } = step.outputs;
  const shown = handledOf(step);
  expect(json.length).toBeLessThanOrEqual(400_000);
  expect(json.length + ids.length).toBeLessThanOrEqual(500_000);
  // Nothing that would have fitted is missing.
  const entryLength = JSON.stringify(shown[0]).length + 1;
  expect(json.length + entryLength).toBeGreaterThan(Math.min(400_000, 500_000 - ids.length));
  expect(shown.every(({ outcome }) => outcome === 'planned')).toBe(true);
  expect(JSON.parse(ids)).toHaveLength(COUNT);
  expect(shownOf(step, 'warning')).toMatchObject([
    { title: 'The output "invites" is not complete' },
    { title: 'An output may be too long for an environment variable' },
  ]);
  expect(shownOf(step, 'warning')[0]?.message).toContain(`${COUNT - shown.length} of ${COUNT} invites were left out`);
  expect(step.exitCode).toBe(0);
});

const MIB = 1_048_576;
const bytesOf = ({ summary }: Run) => Buffer.byteLength(summary);
const rowsOf = ({ summary }: Run) => (summary.match(/<tr><td>/g) ?? []).length;

test('the outputs and the summary hold 1,000 invites, with a warning about environment variables', async () => {
  const step = await run({ world: { invites: invites(1_000), pageSize: 1_000 }, inputs: DRY_RUN });
  expect(handledOf(step)).toHaveLength(1_000);
  expect(step.annotations).toMatchObject([{ title: 'An output may be too long for an environment variable' }]);
  expect(step.annotations[0]?.message).toContain('More than 100,000 bytes: invites.');
  expect(rowsOf(step)).toBe(1_000);
  expect(step.summary).not.toContain('did not fit');
  expect(step.summary).toContain(
    '<td>📝 would be accepted</td><td><code>Acme, Inc.</code></td><td><code>DNS</code></td><td><code>it@acme.example</code></td><td><code>in\u00A03\u00A0days,',
  );
});

test('the summary takes at most 1 MiB of 6,000 invites and counts the rows that are missing', async () => {
  const name = '"'.repeat(2_000);
  const strangers = Array.from({ length: 10 }, (_, index) =>
    invite(7_000 + index, { organization_name: name, expires_on: hoursFromStart(2) }),
  );
  for (const others of [[], strangers]) {
    const step = await run({ world: { invites: [...invites(6_000), ...others], pageSize: 1_000 }, inputs: DRY_RUN });
    expect(bytesOf(step)).toBeLessThanOrEqual(MIB);
    expect(bytesOf(step)).toBeGreaterThan(0.9 * MIB);
    expect(rowsOf(step)).toBeGreaterThan(1_000);
    expect(step.summary).toContain(`${6_000 - rowsOf(step)} more rows did not fit into this summary.`);
    expect(shownOf(step, 'warning').some(({ title }) => title.includes('"""'))).toBe(others.length > 0);
  }
});

test('a proxy is used before anything is sent, if there is one, and gets the addresses of the requests', async () => {
  const calls: { urls: readonly string[]; requestsBefore: number }[] = [];
  const world = createVirtualWorld({ invites: invites(1) });
  const useProxy = (urls: readonly string[]): void => {
    calls.push({ urls, requestsBefore: world.sandbox.requests.length });
  };
  const inputs = { 'organization-name': '*', 'report-issue': 'Title' };
  const env = { HTTPS_PROXY: 'http://proxy.example:3128', GITHUB_API_URL: 'https://github.example/api' };
  await run({ world, inputs, env, useProxy });
  const urls = ['https://api.cloudflare.com/client/v4', 'https://github.example/api'];
  expect(calls).toEqual([{ urls, requestsBefore: 0 }]);
  await run({ world, useProxy });
  expect(calls).toHaveLength(1);
});

test.each([
  ['true', 0],
  ['false', 1],
])('a defect with dry-run: %s sends GitHub %d requests', async (dryRun, expected) => {
  const toGitHub: string[] = [];
  const defective = async (input: unknown): Promise<Response> => {
    if (String(input).startsWith('https://github.example/')) toGitHub.push(String(input));
    return { body: null } as Response;
  };
  const inputs = { 'organization-name': '*', 'report-issue': 'Title', 'github-token': 'ghs_fake', 'dry-run': dryRun };
  const env = { GITHUB_API_URL: 'https://github.example', GITHUB_REPOSITORY: 'acme/invites' };
  const step = await run({ inputs, env, fetch: defective as typeof fetch });
  expect(step.exitCode).toBe(1);
  expect(toGitHub).toHaveLength(expected);
});

test('a defect that is met while the list is read is an error', async () => {
  const step = await run({ fetch: async () => ({ body: null }) as Response });
  expect(step.exitCode).toBe(1);
  expect(step.annotations).toMatchObject([{ level: 'error', title: 'Unexpected error' }]);
});

// Two invites that are accepted and one that fails, where a command of the runner fails.
const THREE: VirtualWorldOptions = {
  invites: invites(3),
  faults: [
    { ...envelopeFailure(403, { code: 1010, message: 'Not this one' }), on: { method: 'PATCH', id: inviteId(2) } },
  ],
};
const FAILED = { level: 'error', title: `Could not accept invite Acme, Inc. (${inviteId(2)})` };
const OUTPUTS_LOST = { level: 'error', title: 'The outputs could not be written' };
const SUMMARY_LOST = { level: 'warning', title: 'The job summary could not be written' };

/** Checks what a step did, and that its outputs say so, apart from those that cannot be written. */
function expectHandled(step: Run, isLost: (output: string) => boolean = () => false): void {
  expect(statusesOf(step)).toEqual(['accepted', 'pending', 'accepted']);
  expect(step.exitCode).toBe(1);
  expect(Object.keys(step.outputs)).toEqual(OUTPUT_NAMES.filter((name) => !isLost(name)));
  if (!isLost('invites'))
    expect(handledOf(step).map(({ outcome }) => outcome)).toEqual(['changed', 'failed', 'changed']);
}

test.each(['setSecret', 'info', 'debug', 'group', 'notice', 'warning'] as const)(
  'a step whose runner command %s fails responds to every invite and writes the other reports',
  async (command) => {
    const step = await run({ world: THREE, fails: (name) => name === command });
    expectHandled(step);
    expect(step.annotations).toMatchObject([FAILED]);
    expect(step.summary).toContain('2 accepted, 1 failed');
    expect(step.log.filter((line) => line.endsWith(': accepted.'))).toHaveLength(command === 'info' ? 0 : 2);
    expect(step.masked).toHaveLength(command === 'setSecret' ? 0 : 1);
    expect((await run({ fails: (name) => name === command })).exitCode).toBe(0);
  },
);

test('outputs that cannot be written and 12 failures are ten errors, of which the last counts the rest', async () => {
  const refused = envelopeFailure(403, { code: 1010, message: 'no' });
  const faults = [{ ...refused, on: { method: 'PATCH' }, times: 12 }];
  const step = await run({ world: { invites: invites(12), faults }, fails: (name) => name === 'setOutput' });
  const errors = shownOf(step, 'error');
  expect(errors).toHaveLength(10);
  expect(errors[0]).toMatchObject(OUTPUTS_LOST);
  expect(errors[9]).toMatchObject({ title: '4 more failures' });
});

test('a step that cannot make an error annotation has every other report', async () => {
  const step = await run({ world: THREE, fails: (name) => name === 'error' });
  expectHandled(step);
  expect(step.annotations).toEqual([]);
  expect(step.summary).toContain('2 accepted, 1 failed');
});

test.each([...OUTPUT_NAMES, 'every output'])('a step that cannot write %s ends with exit code 1', async (output) => {
  const isLost = (name: string): boolean => output === 'every output' || name === output;
  const fails: RunOptions['fails'] = (command, name) => command === 'setOutput' && isLost(name);
  const step = await run({ world: THREE, fails });
  expectHandled(step, isLost);
  expect(step.annotations).toMatchObject([OUTPUTS_LOST, FAILED]);
  expect(step.annotations[0]?.message).toContain(
    `2 accepted, 1 failed. Changed: Acme, Inc. (${inviteId(1)}), Acme, Inc. (${inviteId(3)}).`,
  );
  expect(step.annotations[0]?.message).toContain(
    output === 'every output' ? `and ${OUTPUT_NAMES.length - 5} more.` : `Missing: ${output}.`,
  );
  expect(step.summary).toContain('2 accepted, 1 failed');
  const good = await run({ world: { invites: invites(1) }, fails });
  expect(good).toMatchObject({ exitCode: 1, annotations: [OUTPUTS_LOST] });
  expect(statusesOf(good)).toEqual(['accepted']);
});

test('a summary that cannot be written is the first of ten warnings and changes no exit code', async () => {
  const fails: RunOptions['fails'] = (command) => command === 'appendSummary';
  const step = await run({ world: THREE, fails });
  expectHandled(step);
  expect(step.annotations).toMatchObject([FAILED, SUMMARY_LOST]);
  const expiring = invites(12, () => ({ organization_name: 'Other', expires_on: hoursFromStart(2) }));
  const many = await run({ world: { invites: expiring }, inputs: { 'organization-name': 'Acme*' }, fails });
  expect(shownOf(many, 'warning')[0]).toMatchObject(SUMMARY_LOST);
  expect(many.exitCode).toBe(0);
});

test('a tracking issue that cannot be written changes no exit code', async () => {
  const tracked = { 'organization-name': '*', 'report-issue': 'Look here', 'github-token': 'ghs_fake-token' };
  const step = await run({ inputs: tracked });
  expect(step).toMatchObject({ exitCode: 0, annotations: [{ level: 'warning' }] });
  expect(step.annotations[0]?.title).toBe('The tracking issue could not be updated');
});

test('a step that cannot write any report responds to every invite and ends', async () => {
  const tracked = { 'organization-name': '*', 'report-issue': 'Look here', 'github-token': 'ghs_fake-token' };
  const step = await run({ world: THREE, inputs: tracked, fails: () => true });
  expectHandled(step, () => true);
  expect(await run({ inputs: { status: 'nonsense' }, fails: () => true })).toMatchObject({ exitCode: 1 });
});

test.each([
  ['nothing that is an error', () => Object.create(null)],
  ['an error with an odd stack', () => Object.assign(new Error('odd'), { stack: 5 })],
  ['nothing', () => undefined],
])('a defect that throws %s is one annotation', async (_what, thrown) => {
  const useProxy = (): never => {
    throw thrown();
  };
  const step = await run({ env: { HTTPS_PROXY: 'http://proxy.example:3128' }, useProxy });
  expect(step).toMatchObject({ exitCode: 1, annotations: [{ level: 'error', title: 'Unexpected error' }] });
  expect(step.outputs).toMatchObject({ matched_count: '0' });
});

// Passwords that are also a word of the action, of Cloudflare or of JSON, or a regular expression. Not cases: through
// dist, the runner would mask them in the log.
const proxied = (password: string) => ({ https_proxy: `http://user:${encodeURIComponent(password)}@proxy.example:8` });

test.each([
  ...['true', 'e', 'aaaaaaaa', 'accepted', '"status"', 'organization_name', '(a+)+$.*[^x]|', '********'],
  ...['changed_count', ': accepted', 'Acme, In'],
])('the password %s of a proxy does not change the outputs and the action’s own words', async (password) => {
  const step = await run({ world: { invites: invites(1) }, env: proxied(password) });
  expect(step.outputs).toMatchObject({ id: inviteId(1), status: 'accepted', changed: 'true' });
  const name = password === 'Acme, In' ? '***c.' : 'Acme, Inc.';
  expect(step.log).toContain(`[1/1] ${name} (${inviteId(1)}): accepted.`);
  expect(step.summary).toContain('1 accepted');
  expect(step.annotations.map(({ title }) => title)).toEqual(
    password === 'Acme, In' ? ['Values in the outputs were altered'] : [],
  );
});

test.each<[string, Fault]>([
  [' failed: HTTP 403', envelopeFailure(403, { code: 1010, message: 'Not this one' })],
  ['no complete response within 30 s', { hang: true, times: Number.POSITIVE_INFINITY }],
])('the password "%s" of a proxy does not change the words of a failure', async (words, fault) => {
  const world = { invites: invites(1), faults: [fault] };
  const step = await run({ world, env: proxied(words), inputs: { 'invite-id': inviteId(1), retries: '0' } });
  expect(step.annotations[0]?.message).toContain(words);
});
