import { expect, test } from 'vitest';
import {
  FORBIDDEN,
  type GitHubFault,
  GitHubSandbox,
  type GitHubSandboxOptions,
  ISSUES_DISABLED,
  SERVER_ERROR,
} from '../../../sandbox/github.ts';
import type { Clock } from '../../../src/clock.ts';
import { readGitHubContext } from '../../../src/inputs/environment.ts';
import type { RunResult } from '../../../src/invites/run-result.ts';
import { createReport } from '../../../src/report/report.ts';
import { MARKER } from '../../../src/tracking-issue/body.ts';
import { type TrackingOptions, updateTrackingIssue } from '../../../src/tracking-issue/update.ts';
import { textOf } from '../hostile-text.ts';
import { failed } from '../report/fixture.ts';
import { CONTEXT, EXPIRING, FAILURE, handled, INVITE } from './fixture.ts';

const TITLE = 'Cloudflare invites need a person';
const TOKEN = 'ghs_fake-token-for-the-tracking-issue';
const FAILURE_TEXT = 'Invite Acme, Inc. (4f5f0000000000000000000000000001) cannot be accepted';
const SUCCESS = handled();

/** Time that passes when the test says so. */
class ManualClock implements Clock {
  readonly #sleepers = new Map<() => void, number>();

  /** The lengths of the sleeps that have not ended, in milliseconds. */
  get sleeping(): readonly number[] {
    return [...this.#sleepers.values()];
  }

  nowMs(): number {
    return Date.parse('2026-11-23T09:00:00Z');
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#sleepers.set(resolve, ms);
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(resolve);
        reject(signal.reason);
      });
    });
  }

  wakeAll(): void {
    for (const wake of this.#sleepers.keys()) wake();
    this.#sleepers.clear();
  }
}

/** GitHub, and the steps that report to it. */
class TrackingHarness implements AsyncDisposable {
  readonly github: GitHubSandbox;
  readonly clock = new ManualClock();
  readonly job = new AbortController();
  readonly log: string[] = [];
  readonly warnings: string[] = [];

  constructor(github: GitHubSandbox) {
    this.github = github;
  }

  static async open(options: Partial<GitHubSandboxOptions> = {}, fault?: GitHubFault): Promise<TrackingHarness> {
    const github = await GitHubSandbox.open({ token: TOKEN, ...options });
    if (fault !== undefined) github.addFault(fault);
    return new TrackingHarness(github);
  }

  async report(result: RunResult, options: Partial<TrackingOptions> = {}): Promise<void> {
    const { clock, log, warnings, job, github } = this;
    await updateTrackingIssue({
      ...readGitHubContext(github.environment),
      ...{ title: TITLE, result, report: createReport(result), clock, token: TOKEN, fetch, cancelled: job.signal },
      redact: (text) => text.replaceAll(TOKEN, '***'),
      workflow: {
        info: (line) => void log.push(line),
        annotate: (level, { title, lines }) => {
          expect([level, title]).toEqual(['warning', 'The tracking issue could not be updated']);
          warnings.push(lines.join('\n'));
        },
      },
      ...options,
    });
    // A timer that is left behind would hold the process.
    expect(clock.sleeping).toEqual([]);
  }

  /** The numbers of the open issues. */
  get open(): readonly number[] {
    return this.github.issues.filter(({ state }) => state === 'open').map(({ number }) => number);
  }

  /** The numbers of the issues that show the failure of `FAILURE`. */
  get reporting(): readonly number[] {
    const isReporting = ({ body }: { readonly body: string | null }) => textOf(body ?? '').includes(FAILURE_TEXT);
    return this.github.issues.filter(isReporting).map(({ number }) => number);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.github[Symbol.asyncDispose]();
  }
}

test('the tracking issue is opened for a failure', async () => {
  await using harness = await TrackingHarness.open();
  await harness.report(FAILURE);
  expect(harness.github.issues).toMatchObject([{ number: 1, title: TITLE, state: 'open', comments: [] }]);
  expect(harness.reporting).toEqual([1]);
  expect(harness.log).toEqual([expect.stringMatching(/^Tracking issue #1 opened: http.*\/issues\/1$/)]);
  expect(harness.warnings).toEqual([]);
});

test('the tracking issue is updated without a comment by the next failure', async () => {
  await using harness = await TrackingHarness.open();
  await harness.report(FAILURE);
  await harness.report({ kind: 'defect', description: 'A new one' });
  expect(harness.github.issues).toMatchObject([{ state: 'open', comments: [] }]);
  expect(textOf(harness.github.issues[0]?.body ?? '')).toContain('This action has a defect: A new one.');
  expect(harness.reporting).toEqual([]);
  expect(harness.log.at(-1)).toMatch(/^Tracking issue #1 is up to date: http/);
});

test('the tracking issue is closed with a comment that names the run, and a new one is opened when needed', async () => {
  await using harness = await TrackingHarness.open();
  await harness.report(FAILURE);
  await harness.report(SUCCESS);
  const [issue] = harness.github.issues;
  expect(issue?.state).toBe('closed');
  expect(issue?.comments).toEqual([expect.stringContaining('Nothing needs a person any more: see <a href="')]);
  expect(textOf(issue?.comments[0]?.match(/href="([^"]*)"/)?.[1] ?? '')).toMatch(/\/actions\/runs\/4711$/);
  expect(harness.log.at(-1)).toMatch(/^Tracking issue #1 closed: http/);
  await harness.report(FAILURE);
  expect(harness.open).toEqual([2]);
});

test.each([
  ['a complete run in id mode', handled({ search: undefined }), false],
  ['a cancelled job', FAILURE, true],
])('GitHub gets no request about %s', async (_title, result, isCancelled) => {
  await using harness = await TrackingHarness.open();
  if (isCancelled) harness.job.abort();
  await harness.report(result);
  expect(harness.github.requests).toEqual([]);
});

test('a run without failures does nothing but look for an issue to close', async () => {
  await using harness = await TrackingHarness.open();
  await harness.report(SUCCESS);
  expect(harness.github.sent).toEqual(['GET /repos/acme/invites/issues']);
  expect([...harness.log, ...harness.warnings]).toEqual([]);
});

test('of several issues that match, the one with the lowest number is the tracking issue', async () => {
  await using harness = await TrackingHarness.open();
  for (const body of ['no marker', MARKER, MARKER]) harness.github.addIssue({ title: TITLE, body });
  await harness.report(FAILURE);
  expect(harness.reporting).toEqual([2]);
});

test.each([
  ['with another title', { title: `${TITLE}!`, body: MARKER }],
  ['with the title in another case', { title: TITLE.toUpperCase(), body: MARKER }],
  ['without the marker', { title: TITLE, body: 'Please help' }],
  ['without a body', { title: TITLE, body: null }],
  ['that is closed', { title: TITLE, body: MARKER, state: 'closed' as const }],
  ['that is a pull request', { title: TITLE, body: MARKER, isPullRequest: true }],
  ['of an account that does not exist any more', { title: TITLE, body: MARKER, user: null }],
])('an issue %s is not the tracking issue', async (_title, issue) => {
  await using harness = await TrackingHarness.open();
  harness.github.addIssue(issue);
  const before = structuredClone(harness.github.issues[0]);
  await harness.report(FAILURE);
  expect(harness.github.issues[0]).toEqual(before);
  expect(harness.open).toContain(2);
});

test('each title has a tracking issue of its own', async () => {
  await using harness = await TrackingHarness.open();
  await harness.report(FAILURE);
  await harness.report(FAILURE, { title: 'Invites of the second user' });
  await harness.report(SUCCESS);
  expect(harness.open).toEqual([2]);
});

test('the tracking issue is found by its title without white space at both ends', async () => {
  await using harness = await TrackingHarness.open();
  for (let runs = 0; runs < 2; runs++) await harness.report(FAILURE, { title: ` ${TITLE} ` });
  expect(harness.github.issues.map(({ title }) => title)).toEqual([TITLE]);
  await harness.report(SUCCESS, { title: ` ${TITLE} ` });
  expect(harness.open).toEqual([]);
});

const MALLORY = { login: 'mallory', type: 'User' } as const;
const COPY = { title: TITLE, body: MARKER, user: MALLORY };

test.each(['read', 'triage', 'none'] as const)('a copy by somebody with the role "%s" is left alone', async (role) => {
  await using harness = await TrackingHarness.open({ roles: { mallory: role } });
  const copy = harness.github.addIssue(COPY);
  await harness.report(FAILURE);
  await harness.report(FAILURE);
  expect(harness.open).toEqual([1, 2]);
  await harness.report(SUCCESS);
  expect(harness.open).toEqual([1]);
  expect(copy).toMatchObject({ body: MARKER, comments: [] });
});

test('a copy by a user who does not exist any more is left alone', async () => {
  await using harness = await TrackingHarness.open();
  harness.github.addIssue(COPY);
  await harness.report(SUCCESS);
  expect(harness.open).toEqual([1]);
  expect(harness.warnings).toEqual([]);
});

test.each(['write', 'maintain', 'admin'] as const)('an issue by somebody with the role "%s" is taken', async (role) => {
  await using harness = await TrackingHarness.open({ roles: { alice: role } });
  harness.github.addIssue({ ...COPY, user: { login: 'alice', type: 'User' } });
  await harness.report(FAILURE);
  expect(harness.open).toEqual([1]);
  expect(harness.reporting).toEqual([1]);
});

test('an issue is found behind copies by a stranger and by a user who does not exist any more', async () => {
  await using harness = await TrackingHarness.open({ strangers: ['mallory', 'alice'], roles: { alice: 'write' } });
  harness.github.addIssue({ ...COPY, user: null });
  harness.github.addIssue(COPY);
  harness.github.addIssue({ ...COPY, user: { login: 'alice', type: 'User' } });
  await harness.report(SUCCESS);
  expect(harness.open).toEqual([1, 2]);
});

test('the access of each author is read once, however many issues there are', async () => {
  await using harness = await TrackingHarness.open({ strangers: ['mallory'] });
  for (let count = 0; count < 5; count++) harness.github.addIssue(COPY);
  await harness.report(SUCCESS);
  expect(harness.github.sent.filter((request) => request.includes('/collaborators/'))).toHaveLength(1);
});

test('an issue is neither taken nor repeated where the access of its author cannot be read', async () => {
  await using harness = await TrackingHarness.open(
    { roles: { mallory: 'read' } },
    { on: { path: '/permission' }, effect: FORBIDDEN },
  );
  harness.github.addIssue(COPY);
  await harness.report(FAILURE);
  expect(harness.github.issues).toMatchObject([{ body: MARKER }]);
  expect(harness.warnings).toHaveLength(1);
});

test.each([FORBIDDEN, SERVER_ERROR, 'drop'] as const)(
  'a copy by a stranger whose access cannot be read (%j) does not suppress the report',
  async (effect) => {
    await using harness = await TrackingHarness.open({}, { on: { path: '/permission' }, effect });
    harness.github.addIssue(COPY);
    await harness.report(FAILURE);
    expect(harness.reporting).toEqual([2]);
    expect(harness.warnings).toEqual([]);
  },
);

/** Adds so many copies of the tracking issue, each by another author. */
function addCopies({ github }: TrackingHarness, count: number, name = 'stranger'): void {
  for (let index = 0; index < count; index++) {
    github.addIssue({ ...COPY, user: { login: `${name}${index}`, type: 'User' } });
  }
}

const ALICE = { login: 'alice', type: 'User' } as const;

test.each<[string, Partial<GitHubSandboxOptions>]>([
  ['an app', {}],
  ['a person', { owner: ALICE, roles: { alice: 'write' } }],
])(
  'the tracking issue of %s is found among hundreds of copies by strangers, in few requests',
  async (_title, options) => {
    await using harness = await TrackingHarness.open(options);
    addCopies(harness, 250, 'early');
    await harness.report(FAILURE);
    expect(harness.reporting).toEqual([251]);
    addCopies(harness, 250, 'late');
    const before = harness.github.sent.length;
    await harness.report(FAILURE);
    expect(harness.reporting).toEqual([251]);
    expect(harness.github.sent.length - before).toBeLessThan(10);
    await harness.report(SUCCESS);
    expect(harness.github.issues.filter(({ state }) => state === 'closed').map(({ number }) => number)).toEqual([251]);
    expect(harness.warnings).toEqual([]);
  },
);

test('copies by more members without write access than can be asked about do not suppress the report', async () => {
  const roles = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`reader${index}`, 'read'] as const));
  await using harness = await TrackingHarness.open({ roles });
  addCopies(harness, 60, 'reader');
  await harness.report(FAILURE);
  expect(harness.reporting).toEqual([61]);
  expect(harness.github.requests.length).toBeLessThanOrEqual(12);
});

test.each([
  ['list pages', 'issues'],
  ['permissions', 'permission'],
])('slow responses with %s leave time for the report', async (_title, path) => {
  await using harness = await TrackingHarness.open();
  addCopies(harness, 1_500);
  let nowMs = harness.clock.nowMs();
  const slow: typeof fetch = async (input, init) => {
    if (String(input).split('?')[0]?.endsWith(path)) nowMs += 4_000;
    return fetch(input, init);
  };
  const clock = { nowMs: () => nowMs, sleep: (ms: number, signal?: AbortSignal) => harness.clock.sleep(ms, signal) };
  const startMs = nowMs;
  await harness.report(FAILURE, { fetch: slow, clock });
  expect(harness.reporting).toEqual([1_501]);
  expect(nowMs - startMs).toBeLessThan(30_000);
});

test('a dry run sends GitHub nothing, whatever it found', async () => {
  await using harness = await TrackingHarness.open();
  const context = { ...CONTEXT, dryRun: true };
  for (const changes of [{}, { search: EXPIRING }, { outcomes: [failed()] }])
    await harness.report(handled({ context, ...changes }));
  expect(harness.github.requests).toEqual([]);
});

const ANONYMOUS = { status: 201, body: { number: 1, title: TITLE } };

test.each<[string, Partial<GitHubSandboxOptions>, GitHubFault | undefined, string]>([
  ['without write access', { owner: MALLORY, strangers: ['mallory'] }, undefined, ', mallory,'],
  ['that is not named', {}, { on: { method: 'POST' }, effect: ANONYMOUS }, ''],
])('an issue that is opened by an author %s is warned about', async (_title, options, fault, author) => {
  await using harness = await TrackingHarness.open(options, fault);
  await harness.report(FAILURE);
  const warning = `Issue #1 was opened, but its author${author} has no write access`;
  expect(harness.warnings).toEqual([expect.stringContaining(warning)]);
});

const WITHOUT_PERMISSION =
  /POST \/repos\/acme\/invites\/issues failed: HTTP 403, "Resource not accessible by integration[\s\S]*The invites are not affected\.[\s\S]*What to do: .*issues: write.*github-token/;

test.each<[string, GitHubFault, RegExp]>([
  ['a missing permission', { on: { method: 'POST' }, effect: FORBIDDEN }, WITHOUT_PERMISSION],
  ['issues that are switched off', { effect: ISSUES_DISABLED }, /What to do: .*leave report-issue out/],
])('%s is one warning that says what to do', async (_title, fault, warning) => {
  await using harness = await TrackingHarness.open({}, fault);
  await harness.report(FAILURE);
  expect(harness.warnings).toEqual([expect.stringMatching(warning)]);
  expect(harness.log).toEqual([]);
});

test('a missing token is a warning, and GitHub gets no request', async () => {
  await using harness = await TrackingHarness.open();
  await harness.report(FAILURE, { token: undefined });
  expect(harness.warnings).toEqual([expect.stringMatching(/github-token is empty[\s\S]*issues: write/)]);
  expect(harness.github.requests).toEqual([]);
});

test('an issue stays closed where its comment fails', async () => {
  await using harness = await TrackingHarness.open();
  await harness.report(FAILURE);
  harness.github.addFault({ on: { path: '/comments' }, effect: 'drop' });
  await harness.report(SUCCESS);
  expect(harness.open).toEqual([]);
  expect(harness.warnings).toEqual([expect.stringContaining('The next run of the workflow tries again.')]);
});

test.each(['GET', 'POST'])('a %s that hangs ends after 30 s', async (method) => {
  await using harness = await TrackingHarness.open({}, { on: { method }, effect: 'hang' });
  const report = harness.report(FAILURE);
  await harness.github.saw(method === 'GET' ? 1 : 2);
  expect(harness.clock.sleeping).toEqual([30_000]);
  harness.clock.wakeAll();
  await report;
  expect(harness.warnings).toEqual([expect.stringContaining('GitHub did not accept the report within 30 s.')]);
});

test('a request that hangs and ignores its signal ends after 30 s', async () => {
  await using harness = await TrackingHarness.open();
  const report = harness.report(FAILURE, { fetch: () => new Promise(() => undefined) });
  harness.clock.wakeAll();
  await report;
  expect(harness.warnings).toEqual([expect.stringContaining('GitHub did not accept the report within 30 s.')]);
});

test('a request that hangs ends with the job', async () => {
  await using harness = await TrackingHarness.open({}, { effect: 'hang' });
  const report = harness.report(FAILURE);
  await harness.github.saw(1);
  harness.job.abort();
  await report;
  expect(harness.warnings).toEqual([expect.stringContaining('The job was cancelled before the report was finished.')]);
});

test('an unexpected error is a warning about a defect', async () => {
  await using harness = await TrackingHarness.open();
  const nowMs = (): number => {
    throw new TypeError(`${TOKEN} is not a function`);
  };
  await harness.report(FAILURE, { clock: { nowMs, sleep: () => new Promise(() => undefined) } });
  expect(harness.warnings).toEqual([
    expect.stringContaining('This action has a defect: TypeError: *** is not a function.'),
  ]);
});

test('the token goes to GitHub alone: not into the issue, the log or a warning', async () => {
  await using harness = await TrackingHarness.open();
  await harness.report(FAILURE);
  harness.github.addFault({ effect: { status: 422, body: { message: `Bad token ${TOKEN}` } } });
  await harness.report(handled({ outcomes: [failed(INVITE.id)] }));
  for (const { headers } of harness.github.requests) expect(headers.authorization).toBe(`token ${TOKEN}`);
  expect(harness.warnings).toEqual([expect.stringContaining('Bad token ***')]);
  const written = [
    harness.log,
    harness.warnings,
    harness.github.issues,
    harness.github.requests.map(({ body }) => body),
  ];
  expect(JSON.stringify(written)).not.toContain(TOKEN);
});
